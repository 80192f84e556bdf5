import * as z from 'zod';
import { userIn } from '../../aws/login-in-secret.ts';
import { describeUser, rebootBroker } from '../../aws/mq.ts';
import { cancelRotation, getSecretValue, moveStage, resumeSchedule } from '../../aws/secrets-manager.ts';
import { managedNodes } from '../../aws/ssm.ts';
import { hours, seconds } from '../../duration.ts';
import type { ChangeContext } from '../../engine/context.ts';
import type { Readiness, Undo } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { commentOf, isUnderWay, runOnNodes } from './commands-on-nodes.ts';
import { readsHaveCaughtUp } from './late-reads.ts';
import {
  credentialOf,
  credentialText,
  type NodeCredential,
  nodesInService,
  statusCommand,
} from './node-credentials.ts';
import { pointInTime } from './point-in-time.ts';
import { consumerOf, type NamedSecret, secretOf, setByOf } from './rotated-secrets.ts';
import { readSecret, type Stages, stagesIn } from './secret-facts.ts';
import { brokerIn, busyWith, componentReads, setPassword, setUses } from './set-password.ts';
import { loginUses, standingNow } from './try-logins.ts';
import { type Action, actionBackwards } from './which-password-works.ts';

/** A rotation of one secret as it was begun: all that going on and going back need, and no value. */
export const rotation = z.object({
  name: z.string(),
  before: z.string(),
  next: z.string(),
  /** The version that had AWSPREVIOUS. */
  previous: z.string().optional(),
  at: pointInTime,
  /** The user that the password is set for, where that is known. */
  user: z.string().optional(),
  isScheduled: z.boolean(),
  byFunction: z.boolean(),
});
export type Rotation = z.output<typeof rotation>;

/** Lists what going back calls, for `uses`. */
export const putBackUses = [
  ...loginUses,
  ...componentReads,
  ...Object.values(setUses).flat(),
  moveStage,
  cancelRotation,
  resumeSchedule,
  getSecretValue,
  describeUser,
  rebootBroker,
];

/**
 * Back to the version before: the component's password, AWSCURRENT, every node, and then what nobody waits for. Each turn finds out by trying
 * which password works, so it goes on from wherever a run, or somebody else, has left things.
 */
export const putRotationBack = (name: string): Undo<Rotation> => ({
  title: `Put ${name} back: the component's password, the stages, and the nodes that have the new version`,
  every: seconds(5),
  timeout: hours(2),
  async turn(context, applied) {
    const secret = secretOf(context.environment, name);
    return stagesTurn(context, secret, applied, () => nodesTurn(context, secret, applied));
  },
});

const wait = (because: string): Readiness<void> => ({ ready: false, because });

/**
 * One action at most on password, stages or schedule. Ready where the version before works and is current, and nothing is pending.
 * @param nodes is asked as soon as whoever loads what is current gets in
 */
export async function stagesTurn(
  context: ChangeContext,
  secret: NamedSecret,
  applied: Rotation,
  nodes: () => Promise<Readiness<void>> = async () => ({ ready: true }),
): Promise<Readiness<void>> {
  const { aws } = context;
  const { before, next, isScheduled, byFunction } = applied;
  const described = await readSecret(context, secret);
  const stages = stagesIn(described);
  if (byFunction && stages.pending === next && described.RotationEnabled) {
    await cancelRotation(aws, secret.secret);
    readsHaveCaughtUp(context, stopped(applied));
    return wait('its function is told to stop');
  }
  // Cancelling a rotation ends no call of the function that is under way.
  if (context.samplesOf(stopped(applied)).length > 0 && !readsHaveCaughtUp(context, stopped(applied)))
    return wait('a call of its function may still be under way');
  const busy = (await busyWith(context, secret)) ?? (await settingUnderWay(context, applied));
  if (busy !== undefined) return wait(busy);
  if (await waitsForReboot(context, secret, before)) {
    await rebootBroker(aws, brokerIn(context.environment, secret));
    return wait('the broker is rebooted, so that it takes the password');
  }
  const standing = await standingNow(context, secret, applied, `${secret.name}/put-back`);
  const action = actionBackwards(standing);
  if (
    action === 'set before' &&
    setByOf(context.environment, secret) === undefined &&
    standing.next === 'works'
  )
    return finishInstead(context, secret, applied, stages);
  if (action === 'withdraw' || action === 'nothing') {
    const readiness = await nodes();
    if (!readiness.ready) return readiness;
  }
  if (action !== 'nothing') {
    await act(context, secret, applied, action);
    return wait(actionText[action]);
  }
  const moved = await previousAsBefore(context, secret, applied, stages);
  if (moved) return wait('AWSPREVIOUS goes back');
  if ((described.RotationEnabled ?? false) !== isScheduled) {
    if (isScheduled) await resumeSchedule(aws, secret.secret, tokenFor(context));
    else await cancelRotation(aws, secret.secret);
    return wait('its automatic rotation is put back');
  }
  return { ready: true };
}

const stopped = ({ name }: Rotation): string => `function of ${name} told to stop`;

/** A password that is on its way to the component would undo what is decided before it arrives. */
async function settingUnderWay(context: ChangeContext, applied: Rotation): Promise<string | undefined> {
  for (const what of ['set-password', 'put-back/set'])
    if (await isUnderWay(context, commentOf(context, `${applied.name}/${what}`)))
      return 'a command that sets the password is under way';
  return undefined;
}

const actionText: Readonly<Record<Action, string>> = {
  promote: 'AWSCURRENT goes to the new version',
  'move back': 'AWSCURRENT goes back',
  'set next': 'the component gets the new password',
  'set before': 'the component gets the password before',
  withdraw: 'AWSPENDING is taken away',
  nothing: 'nothing is left to do',
  'ask again': 'no node could tell which password works',
  'stop: nobody gets in': 'nobody gets in',
  'stop: superseded': 'somebody else made another version current',
  'stop: gone': 'the new version has no stage',
};

async function act(
  context: ChangeContext,
  secret: NamedSecret,
  { before, next }: Rotation,
  action: Action,
): Promise<void> {
  const { aws } = context;
  const arn = secret.secret;
  switch (action) {
    case 'set before':
      await setPassword(context, secret, before, `${secret.name}/put-back/set`);
      return;
    case 'move back':
      return moveStage(aws, { secret: arn, stage: 'AWSCURRENT', from: next, to: before });
    case 'withdraw':
      return moveStage(aws, { secret: arn, stage: 'AWSPENDING', from: next });
    case 'ask again':
    case 'nothing':
      return;
    default:
      throw standsStill(secret, action);
  }
}

/** What is true of a secret where this tool goes no further by itself. */
const stands: Readonly<Partial<Record<Action, { readonly code: string; readonly says: string }>>> = {
  'set next': {
    code: 'PASSWORD_SET_BACK',
    says: 'its component lets the version before in, and not the new one: somebody set the password back. AWSCURRENT is what the component has; undo takes AWSPENDING away',
  },
  'ask again': {
    code: 'LOGIN_NOT_TOLD',
    says: 'no node could tell which version works, so nothing was changed; retry asks again',
  },
  'stop: nobody gets in': {
    code: 'NOBODY_GETS_IN',
    says: 'its component refuses both versions: nobody can tell what would be right, and nothing was changed',
  },
  'stop: superseded': {
    code: 'SECRET_SUPERSEDED',
    says: 'AWSCURRENT is on a version that this run did not make: somebody else rotates it',
  },
  'stop: gone': {
    code: 'VERSION_WITHDRAWN',
    says: 'somebody took AWSPENDING from the new version: it was not made current',
  },
};

export function standsStill({ name, secret }: NamedSecret, action: Action): OperatorError {
  const { code, says } = stands[action] ?? {
    code: 'SECRET_CHANGED',
    says: `it changed meanwhile: "${action}" is what would be left to do`,
  };
  return new OperatorError({
    code,
    message: `secrets.${name}: ${says}`,
    hint: `docs/runbooks/rotate-secrets.md, "By hand"; the stages: aws secretsmanager describe-secret --secret-id ${secret} --query VersionIdsToStages`,
  });
}

/** The component cannot be given its password before by anyone but its function: so the stages follow the component. */
async function finishInstead(
  { aws, environment }: ChangeContext,
  secret: NamedSecret,
  { before, next }: Rotation,
  stages: Stages,
): Promise<Readiness<void>> {
  if (stages.current === before) {
    await moveStage(aws, { secret: secret.secret, stage: 'AWSCURRENT', from: before, to: next });
    return wait(
      'the component has the new password, and nobody but its function could set another: the stages follow',
    );
  }
  throw new OperatorError({
    code: 'ROTATION_STAYS',
    message: `secrets.${secret.name} cannot be put back: its component has the new password, and only its rotation function could set another. AWSCURRENT is the version that works; nodes may still have the one before`,
    hint: `Have the nodes load it, or rotate it once more: runbook run rotate-secrets --env ${environment.name} --secret ${secret.name}`,
  });
}

/** AWS moves AWSPREVIOUS along with AWSCURRENT: after going there and back it is on the version that was given up. */
async function previousAsBefore(
  { aws }: ChangeContext,
  { secret }: NamedSecret,
  { next, previous }: Rotation,
  stages: Stages,
): Promise<boolean> {
  if (stages.previous !== next) return false;
  await moveStage(aws, {
    secret,
    stage: 'AWSPREVIOUS',
    from: next,
    ...(previous !== undefined && { to: previous }),
  });
  return true;
}

const tokenFor = ({ runId }: ChangeContext): string => `schedule.${runId}`.padEnd(32, '0').slice(0, 64);

/** A password of an ActiveMQ user that was set and does not hold yet. */
async function waitsForReboot(
  context: ChangeContext,
  secret: NamedSecret,
  version: string,
): Promise<boolean> {
  if (setByOf(context.environment, secret) !== 'broker-user') return false;
  const value = await getSecretValue(context.aws, secret.secret, version);
  const user = userIn(value, { field: secret.field ?? undefined });
  if (user === undefined) return false;
  const described = await describeUser(context.aws, brokerIn(context.environment, secret), user);
  return described?.Pending !== undefined;
}

/** One node at a time, and none while another is on its way up: a node that was told already is not told again. */
const nextToRestart = (wrong: readonly NodeCredential[]): readonly NodeCredential[] =>
  wrong.some(({ version }) => version === 'before' || version === 'unknown') ? [] : wrong.slice(0, 1);

/** Nodes that do not have the version before take it up again: all at once by a reload, one in a turn by a restart. */
async function nodesTurn(
  context: ChangeContext,
  secret: NamedSecret,
  applied: Rotation,
): Promise<Readiness<void>> {
  for (const { fleet } of secret.consumers) {
    const consumer = consumerOf(context.environment, secret.name, fleet);
    const nodes = await nodesInService(context, fleet);
    if (nodes.length === 0) continue;
    const managed = await managedNodes(context.aws, nodes);
    const online = managed.filter(({ PingStatus }) => PingStatus === 'Online');
    const reached = nodes.filter((node) => online.some(({ InstanceId }) => InstanceId === node));
    const silent = nodes.filter((node) => !reached.includes(node));
    if (reached.length === 0) return wait(`Systems Manager reaches none of ${nodes.join(', ')}`);
    const what = `${secret.name}/put-back/${fleet}`;
    const answers = await runOnNodes(context, {
      nodes: reached,
      line: statusCommand(consumer, secret, context.clock.now()),
      comment: commentOf(context, `${what}/status`),
    });
    const credentials = answers.map((answer) => credentialOf(answer, applied));
    const wrong = credentials.filter(({ version, isHealthy }) => version !== 'before' || !isHealthy);
    if (wrong.length === 0 && silent.length > 0)
      return wait(
        `Systems Manager does not reach ${silent.join(', ')}: whether it has the version before is not known`,
      );
    if (wrong.length === 0) continue;
    const told = consumer.restart === undefined ? wrong : nextToRestart(wrong);
    if (told.length > 0)
      await runOnNodes(context, {
        nodes: told.map(({ node }) => node),
        line: consumer.reload ?? consumer.restart ?? '',
        comment: commentOf(context, `${what}/take-up`),
      });
    return wait(wrong.map(credentialText).join('; '));
  }
  return { ready: true };
}
