import { describeGroup } from '../../aws/auto-scaling.ts';
import { describeSecret } from '../../aws/secrets-manager.ts';
import { managedNodes } from '../../aws/ssm.ts';
import type { Milliseconds } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import { OperatorError } from '../../errors.ts';
import { answersTo, commandUses, commentOf, type NodeAnswer, runOnNodes } from './commands-on-nodes.ts';
import { fleetOf } from './fleet-watch.ts';
import { isByApi, type NamedSecret, setByOf } from './rotated-secrets.ts';
import { readSecret, type Stages, stagesIn } from './secret-facts.ts';
import type { Answer, Standing } from './which-password-works.ts';

/** The version before a rotation, and the one that it makes. */
export interface Versions {
  readonly before: string;
  readonly next: string;
}

/** Lists what trying a login calls, for `uses`. */
export const loginUses = [describeGroup, managedNodes, describeSecret, ...commandUses];

/**
 * This tool stands outside the private subnets: a node tries the login, by a command that reads that version of the secret with the node's own
 * role. Of the answer only the exit code is looked at.
 */
export async function tryLogin(
  context: ChangeContext,
  secret: NamedSecret,
  version: string,
  what: string,
): Promise<Answer> {
  const node = await nodeToAsk(context, secret.login.fleet);
  const line = commandFor(secret.login.command, secret, version);
  const answers = await runOnNodes(context, { nodes: [node], line, comment: commentOf(context, what) });
  return answerIn(answers);
}

/** What became of a login that was tried before a kill. */
export async function loginTried(
  context: ReadContext,
  what: string,
  within?: Milliseconds,
): Promise<Answer | undefined> {
  const since = within === undefined ? undefined : new Date(context.clock.now().getTime() - within);
  const answers = await answersTo(context, commentOf(context, what), since);
  return answers && answerIn(answers);
}

/** As docs/runbooks/rotate-secrets.md asks of the command. */
function answerIn([answer]: readonly NodeAnswer[]): Answer {
  if (answer?.exitCode === 0) return 'works';
  return answer?.exitCode === 1 ? 'refused' : 'cannot tell';
}

export const commandFor = (command: string, { secret }: NamedSecret, version: string): string =>
  command.replaceAll('{secret}', secret).replaceAll('{versionId}', version);

export const stagesOfRotation = (stages: Stages, { before, next }: Versions): Standing['stages'] => {
  if (stages.current === next) return 'promoted';
  if (stages.current !== before) return 'superseded';
  return stages.pending === next ? 'pending' : 'gone';
};

/** Everything that the next action hangs on, as it is now. `what` tells these tries from others of the run. */
export async function standingNow(
  context: ChangeContext,
  secret: NamedSecret,
  versions: Versions,
  what: string,
): Promise<Standing> {
  const first = await tryLogin(context, secret, versions.before, `${what}/before`);
  const next = await tryLogin(context, secret, versions.next, `${what}/next`);
  // Between two tries a password may have arrived: that nobody gets in is said only after one more.
  const before =
    first === 'refused' && next === 'refused'
      ? await tryLogin(context, secret, versions.before, `${what}/before-again`)
      : first;
  const stages = stagesOfRotation(stagesIn(await readSecret(context, secret)), versions);
  return { stages, before, next, setByApi: isByApi(setByOf(context.environment, secret)) };
}

/** A node in service whose agent answers; the first by id, so that a resumed run asks the same. */
export async function nodeToAsk(
  { aws, environment }: Pick<ReadContext, 'aws' | 'environment'>,
  fleet: string,
): Promise<string> {
  const { group: name } = fleetOf(environment, fleet);
  const group = await describeGroup(aws, name);
  const inService = (group?.Instances ?? []).flatMap(({ InstanceId, LifecycleState }) =>
    InstanceId !== undefined && LifecycleState === 'InService' ? [InstanceId] : [],
  );
  const online = (await managedNodes(aws, inService))
    .filter(({ PingStatus }) => PingStatus === 'Online')
    .flatMap(({ InstanceId }) => InstanceId ?? [])
    .sort();
  const [node] = online;
  if (node !== undefined) return node;
  throw new OperatorError({
    code: 'NO_NODE_TO_ASK_FROM',
    message: `Fleet ${fleet} has no node in service that Systems Manager reaches (${inService.length} in service): no login can be tried`,
    hint: 'aws ssm describe-instance-information --query "InstanceInformationList[].[InstanceId,PingStatus]"',
  });
}
