import type { PasswordRules } from '../../aws/secrets-manager.ts';
import type { RotatedSecret, SecretConsumer } from '../../environment/rotated-secret.ts';
import type { Component, Environment } from '../../environment.ts';
import { OperatorError, UsageError } from '../../errors.ts';
import { fleetOf } from './fleet-watch.ts';

export type NamedSecret = RotatedSecret & { readonly name: string };

/** How a component is given a password: by the API of AWS that fits it, or by a command on a node. */
export type SetBy = 'master-password' | 'search-master-user' | 'broker-user' | 'command';

/** @throws OperatorError where it was taken out of runbook.yaml since the run began */
export function secretOf({ secrets }: Environment, name: string): NamedSecret {
  const secret = secrets[name];
  if (secret !== undefined) return { name, ...secret };
  throw new OperatorError({
    code: 'SECRET_NOT_CONFIGURED',
    message: `secrets.${name} is gone from runbook.yaml`,
    hint: 'Put it back, then: runbook resume last',
  });
}

/** @throws UsageError where its component is not in the environment */
export function componentOf(
  environment: Environment,
  { name, component }: NamedSecret,
): Component | undefined {
  if (component === undefined) return undefined;
  const found = environment.components[component];
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'COMPONENT_UNKNOWN',
    message: `secrets.${name}.component names ${component}, which is no component of ${environment.name}`,
    hint: `There are: ${Object.keys(environment.components).join(', ')}`,
  });
}

/** `undefined` where only a function can set it. A command that is configured goes before AWS's API. */
export function setByOf(environment: Environment, secret: NamedSecret): SetBy | undefined {
  if (secret.set !== undefined) return 'command';
  const component = componentOf(environment, secret);
  if (component?.type === 'aurora-cluster' && secret.kind === 'master-user') return 'master-password';
  if (component?.type === 'search-domain' && secret.kind === 'master-user') return 'search-master-user';
  return component?.type === 'broker' && secret.kind !== 'api-key' ? 'broker-user' : undefined;
}

/** Whoever gets in with nothing but the right to call AWS. */
export const isByApi = (setBy: SetBy | undefined): boolean => setBy !== undefined && setBy !== 'command';

/** Besides what the component refuses, what shells, URLs and connection strings do not bear. */
const unwelcome = '/@"\'\\,:=`$&<>|;% ';

/**
 * What each component takes; of the master users AWS says:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html (8 to 41, without / " @ and spaces)
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-users-username.html (12 at least, without , : =)
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html (8 at least, one of each kind)
 */
export const passwordRules = ({
  password: { length, without },
}: Pick<RotatedSecret, 'password'>): PasswordRules => ({
  length: length ?? 32,
  without: without ?? unwelcome,
});

/**
 * The secrets that a run is about: those named, or all.
 * @param chosen names and `tag:Key=Value`, joined by commas; tags are looked at later, so a tag chooses all here
 */
export function namedSecrets(environment: Environment, chosen: string | undefined): readonly NamedSecret[] {
  const all = Object.keys(environment.secrets).map((name) => secretOf(environment, name));
  if (all.length === 0)
    throw new UsageError({
      code: 'NO_SECRETS_CONFIGURED',
      message: `Environment ${environment.name} has no secrets in runbook.yaml`,
      hint: 'docs/runbooks/rotate-secrets.md, "Before you start"',
    });
  const wanted = wishesIn(chosen).filter((wish) => !wish.startsWith('tag:'));
  const unknown = wanted.find((name) => environment.secrets[name] === undefined);
  if (unknown !== undefined)
    throw new UsageError({
      code: 'SECRET_UNKNOWN',
      message: `Environment ${environment.name} has no secret ${unknown}`,
      hint: `There are: ${all.map(({ name }) => name).join(', ')}; by a tag: --secret tag:Component=queue`,
    });
  return all;
}

export const wishesIn = (chosen: string | undefined): readonly string[] =>
  (chosen ?? '')
    .split(',')
    .map((wish) => wish.trim())
    .filter((wish) => wish !== '');

/** Everything that a run would stumble over later, as far as the configuration tells. */
export function refuseMisfits(environment: Environment, secrets: readonly NamedSecret[]): void {
  for (const secret of secrets) {
    const component = componentOf(environment, secret);
    if (component === undefined && secret.kind !== 'api-key')
      throw misfit(secret, `a ${secret.kind} is known to a component: add secrets.${secret.name}.component`);
    if (
      secret.kind === 'master-user' &&
      component?.type !== 'aurora-cluster' &&
      component?.type !== 'search-domain'
    )
      throw misfit(secret, `component ${secret.component} has no master user: make its kind user`);
    if (secret.users === 'alternating' && (secret.kind !== 'user' || secret.field === null))
      throw misfit(secret, 'only a user whose name is in the secret can take turns with another');
    fleetOf(environment, secret.login.fleet);
    for (const { fleet } of secret.consumers) fleetOf(environment, fleet);
  }
}

const misfit = ({ name }: NamedSecret, why: string): UsageError =>
  new UsageError({
    code: 'SECRET_MISCONFIGURED',
    message: `secrets.${name}: ${why}`,
    hint: 'docs/runbooks/rotate-secrets.md, "Before you start"',
  });

export function consumerOf(environment: Environment, name: string, fleet: string): SecretConsumer {
  const found = secretOf(environment, name).consumers.find((consumer) => consumer.fleet === fleet);
  if (found !== undefined) return found;
  throw new OperatorError({
    code: 'CONSUMER_NOT_CONFIGURED',
    message: `secrets.${name}.consumers no longer has the fleet ${fleet}`,
    hint: 'Put it back into runbook.yaml, then: runbook resume last',
  });
}
