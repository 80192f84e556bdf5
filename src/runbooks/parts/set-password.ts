import { passwordIn, userIn } from '../../aws/login-in-secret.ts';
import { describeBroker, describeUser, rebootBroker, setBrokerUserPassword } from '../../aws/mq.ts';
import { describeDomain, setSearchMasterPassword } from '../../aws/opensearch.ts';
import { configurationEvents, describeCluster, setMasterPassword } from '../../aws/rds.ts';
import { getSecretValue } from '../../aws/secrets-manager.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { answerText, commandUses, commentOf, runOnNodes } from './commands-on-nodes.ts';
import { componentOf, type NamedSecret, type SetBy, setByOf } from './rotated-secrets.ts';
import { commandFor, nodeToAsk } from './try-logins.ts';

/** Lists what setting a password and looking at its component call, for `uses`. */
export const setUses: Readonly<Record<SetBy, readonly { readonly actions: readonly string[] }[]>> = {
  'master-password': [getSecretValue, describeCluster, configurationEvents, setMasterPassword],
  'search-master-user': [getSecretValue, describeDomain, setSearchMasterPassword],
  'broker-user': [getSecretValue, describeBroker, describeUser, setBrokerUserPassword, rebootBroker],
  command: commandUses,
};

/** Lists what `busyWith` calls, for `uses`. */
export const componentReads = [describeCluster, describeBroker, describeDomain];

/**
 * Gives the component the password of one version of the secret. The value is read here, handed to the call, and kept nowhere. Again is as
 * good as once.
 * @param what tells this command from others of the run
 * @returns the user that it was set for, where the secret names one and AWS's API was asked
 * @throws OperatorError where the component's user is another than the secret's, or the command failed
 */
export async function setPassword(
  context: ChangeContext,
  secret: NamedSecret,
  version: string,
  what: string,
): Promise<string | undefined> {
  const { aws, environment } = context;
  const setBy = setByOf(environment, secret);
  if (setBy === undefined) throw cannotSet(secret);
  if (setBy === 'command') {
    await setByCommand(context, secret, version, what);
    return undefined;
  }
  const field = secret.field ?? undefined;
  const value = await getSecretValue(aws, secret.secret, version);
  const password = passwordIn(value, { field });
  const user = userIn(value, { field });
  switch (setBy) {
    case 'master-password': {
      const cluster = clusterIn(environment, secret);
      const master = (await describeCluster(aws, cluster))?.MasterUsername;
      if (user !== undefined && user !== master)
        throw otherUser(secret, user, `the master user of ${cluster} is ${master}`);
      await setMasterPassword(aws, cluster, password);
      return user;
    }
    case 'search-master-user':
      if (user === undefined) throw otherUser(secret, 'nobody', 'the secret must name the master user');
      await setSearchMasterPassword(aws, { domain: domainIn(environment, secret), user, password });
      return user;
    case 'broker-user':
      if (user === undefined) throw otherUser(secret, 'nobody', 'the secret must name the user');
      await setBrokerUserPassword(aws, { broker: brokerIn(environment, secret), user, password });
      return user;
    default:
      return setBy satisfies never;
  }
}

async function setByCommand(
  context: ChangeContext,
  secret: NamedSecret,
  version: string,
  what: string,
): Promise<void> {
  if (secret.set === undefined) throw cannotSet(secret);
  const nodes = [await nodeToAsk(context, secret.login.fleet)];
  const line = commandFor(secret.set, secret, version);
  const answers = await runOnNodes(context, { nodes, line, comment: commentOf(context, what) });
  const failed = answers.find(({ exitCode }) => exitCode !== 0);
  if (failed !== undefined)
    throw new OperatorError({
      code: 'PASSWORD_NOT_SET',
      message: `The command that sets the password of secrets.${secret.name} failed on ${answerText(failed)}. What it printed is not shown, since it may hold what nobody is to see`,
      hint: `On the node, as the agent runs it: ${line}`,
    });
}

const cannotSet = ({ name }: NamedSecret): OperatorError =>
  new OperatorError({
    code: 'CANNOT_SET_PASSWORD',
    message: `secrets.${name} has nothing by which this tool could set a password in its component: only its rotation function does`,
    hint: 'docs/runbooks/rotate-secrets.md, "By hand"',
  });

const otherUser = ({ name }: NamedSecret, user: string, why: string): OperatorError =>
  new OperatorError({
    code: 'OTHER_USER',
    message: `secrets.${name} is the login of ${user}, and ${why}: nothing was set`,
    hint: `Correct secrets.${name}.kind in runbook.yaml, or give it set: a command that sets this user's password`,
  });

const named =
  <Type extends string>(type: Type, id: string) =>
  (environment: Environment, secret: NamedSecret): string => {
    const component = componentOf(environment, secret);
    const found = component?.type === type ? Reflect.get(component, id) : undefined;
    if (typeof found === 'string') return found;
    throw new OperatorError({
      code: 'COMPONENT_CHANGED',
      message: `secrets.${secret.name}.component is no ${type} any more`,
      hint: 'Correct runbook.yaml, then: runbook resume last',
    });
  };

export const clusterIn = named('aurora-cluster', 'cluster');
export const brokerIn = named('broker', 'broker');
export const domainIn = named('search-domain', 'domain');

/** Not every change makes a domain `Processing`. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ChangeProgressDetails.html */
const changing: readonly (string | undefined)[] = [
  'Pending',
  'Initializing',
  'Validating',
  'ApplyingChanges',
];

/** What the component is busy with, or waits for, so that nothing may be set now and nothing counts yet; `undefined` where it is at rest. */
export async function busyWith(
  { aws, environment }: Pick<ReadContext, 'aws' | 'environment'>,
  secret: NamedSecret,
): Promise<string | undefined> {
  const component = componentOf(environment, secret);
  switch (component?.type) {
    case 'aurora-cluster': {
      const status = (await describeCluster(aws, component.cluster))?.Status ?? 'missing';
      return status === 'available' ? undefined : `DB cluster ${component.cluster} is ${status}`;
    }
    case 'broker': {
      const state = (await describeBroker(aws, component.broker))?.BrokerState ?? 'missing';
      return state === 'RUNNING' ? undefined : `broker ${component.broker} is ${state}`;
    }
    case 'search-domain': {
      const domain = await describeDomain(aws, component.domain);
      if (domain === undefined) return `search domain ${component.domain} is missing`;
      const { Processing, UpgradeProcessing, DomainProcessingStatus, ChangeProgressDetails } = domain;
      const isChanging = changing.includes(ChangeProgressDetails?.ConfigChangeStatus);
      return Processing || UpgradeProcessing || isChanging
        ? `search domain ${component.domain} is ${DomainProcessingStatus ?? 'processing a change'}`
        : undefined;
    }
    default:
      return undefined;
  }
}
