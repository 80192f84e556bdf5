import * as z from 'zod';
import { userIn, withPassword } from '../../aws/login-in-secret.ts';
import { describeBroker, describeUser, rebootBroker } from '../../aws/mq.ts';
import { describeDomain } from '../../aws/opensearch.ts';
import { configurationEvents, describeCluster } from '../../aws/rds.ts';
import { getSecretValue, moveStage, putPending, randomPassword } from '../../aws/secrets-manager.ts';
import { type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  type ListEntry,
  type StepReference,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { answersTo, commandUses, commentOf } from './commands-on-nodes.ts';
import { readsHaveCaughtUp } from './late-reads.ts';
import { momentText, pointInTime } from './point-in-time.ts';
import { putBackUses, putRotationBack, type Rotation, rotation, standsStill } from './put-rotation-back.ts';
import { passwordRules, type SetBy, secretOf } from './rotated-secrets.ts';
import type { RotationItem } from './rotation-item.ts';
import { type AllFacts, readSecret, type SecretFacts, stagesIn } from './secret-facts.ts';
import {
  brokerIn,
  busyWith,
  clusterIn,
  componentReads,
  domainIn,
  setPassword,
  setUses,
} from './set-password.ts';
import { isFresh, loginsWork, type TestedLogins, tryLoginStep } from './test-logins.ts';
import { loginUses, stagesOfRotation, standingNow } from './try-logins.ts';
import { refuseOtherPending, secretAsApproved, versionMadeBy } from './versions-made.ts';
import { actionForwards } from './which-password-works.ts';

/** This tool makes the new version, gives it to the component, tries it and promotes it. */
export function rotateByTool(
  { name, setBy, leftOver }: RotationItem,
  rebootTimeout: Milliseconds,
  secrets: StepReference<AllFacts>,
): readonly ListEntry[] {
  const begun = newVersion(name, leftOver?.how === 'resume' ? leftOver.version : undefined, secrets);
  const tested = loginsWork(name, begun);
  return [
    begun,
    ...(setBy === undefined ? [] : setIn(name, setBy, rebootTimeout, begun, leftOver?.how === 'resume')),
    tested,
    promote(name, begun, tested),
  ];
}

export const newVersionStep = { id: 'new-version', returns: rotation };

function newVersion(
  name: string,
  resumed: string | undefined,
  secrets: StepReference<AllFacts>,
): Change<Rotation> {
  const begunFrom = (facts: SecretFacts, next: string, at: Date, user?: string): Rotation => ({
    name,
    before: facts.current,
    next,
    ...(facts.previous !== undefined && { previous: facts.previous }),
    at,
    ...(user !== undefined && { user }),
    isScheduled: facts.isScheduled,
    byFunction: false,
  });
  return change({
    ...newVersionStep,
    title:
      resumed === undefined
        ? `Put a new version of ${name} under AWSPENDING`
        : `Go on with the version of ${name} that an earlier rotation left under AWSPENDING`,
    uses: [...putBackUses, randomPassword, putPending],
    async findApplied(context) {
      if (resumed !== undefined) return undefined;
      const secret = secretOf(context.environment, name);
      const described = await readSecret(context, secret);
      const next = versionMadeBy(context);
      const { current, pending } = stagesIn(described);
      return current === next || pending === next
        ? begunFrom(
            secretAsApproved(context, name, secrets),
            next,
            described.LastChangedDate ?? context.clock.now(),
          )
        : undefined;
    },
    async apply(context) {
      const { aws, clock, environment } = context;
      const secret = secretOf(environment, name);
      const stages = stagesIn(await readSecret(context, secret));
      const facts = secretAsApproved(context, name, secrets, stages);
      const next = versionMadeBy(context);
      refuseOtherPending(name, stages, { next, resumed });
      const field = secret.field ?? undefined;
      if (resumed !== undefined) {
        const left = await getSecretValue(aws, secret.secret, resumed);
        return begunFrom(facts, resumed, clock.now(), userIn(left, { field }));
      }
      const current = await getSecretValue(aws, secret.secret, facts.current);
      const password = await randomPassword(aws, passwordRules(secret));
      const value = withPassword(current, password, { field, users: secret.users });
      await putPending(aws, { secret: secret.secret, version: next, value });
      return begunFrom(facts, next, clock.now(), userIn(value, { field }));
    },
    summary: ({ next }) => `version ${next}`,
    undo: putRotationBack(name),
  });
}

/** With the user, where the password was set for one by name: a new version that was found after a kill does not tell whose it is. */
const wasSet = z.object({ how: z.string(), user: z.string().optional() });
type WasSet = z.output<typeof wasSet>;

const setFor = (how: SetBy | 'the rotation before', user: string | undefined): WasSet => ({
  how,
  ...(user !== undefined && { user }),
});

function setIn(
  name: string,
  setBy: SetBy,
  rebootTimeout: Milliseconds,
  begun: StepReference<Rotation>,
  isResumed: boolean,
): readonly ListEntry[] {
  const what = `${name}/set-password`;
  const set = change<WasSet>({
    id: 'set-password',
    title: `Give the component the new password of ${name}`,
    uses: [...loginUses, ...setUses[setBy]],
    returns: wasSet,
    async findApplied(context) {
      const made = context.outputOf(begun);
      // To set it once more would change nothing, and cost a reboot of the broker. Whether it still works is tried next.
      if (isResumed && context.outputOf(tryLoginStep).leftOver === 'works')
        return setFor('the rotation before', made.user);
      return (await isSet(context, name, setBy, made, what)) ? setFor(setBy, made.user) : undefined;
    },
    async apply(context) {
      const secret = secretOf(context.environment, name);
      return setFor(setBy, await setPassword(context, secret, context.outputOf(begun).next, what));
    },
    summary: ({ how }) => `by ${how}`,
    undoneBy: newVersionStep,
  });
  if (setBy === 'command') return [set];
  return setBy === 'broker-user'
    ? [set, ...rebootFor(name, rebootTimeout, set)]
    : [set, holds(name, setBy, begun)];
}

/** What AWS shows of a password that was set. It never shows the password, so this tells that one was set, and the test tells which. */
async function isSet(
  context: ReadContext,
  name: string,
  setBy: SetBy,
  { at, user }: Rotation,
  what: string,
): Promise<boolean> {
  const { aws, clock, environment } = context;
  const secret = secretOf(environment, name);
  switch (setBy) {
    case 'command': {
      const answers = await answersTo(context, commentOf(context, what));
      return answers?.every(({ exitCode }) => exitCode === 0) ?? false;
    }
    case 'master-password': {
      const cluster = clusterIn(environment, secret);
      if ((await describeCluster(aws, cluster))?.Status === 'resetting-master-credentials') return true;
      const events = await configurationEvents(
        aws,
        cluster,
        clock.now().getTime() - at.getTime() + minutes(1),
      );
      // RDS-EVENT-0016: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
      return events.some(
        ({ Date: on = at, Message = '' }) => on > at && /master (?:credentials|password)/i.test(Message),
      );
    }
    case 'search-master-user': {
      const { StartTime } =
        (await describeDomain(aws, domainIn(environment, secret)))?.ChangeProgressDetails ?? {};
      return StartTime !== undefined && StartTime >= at;
    }
    case 'broker-user': {
      if (user === undefined) return false;
      return (await describeUser(aws, brokerIn(environment, secret), user))?.Pending !== undefined;
    }
    default:
      return setBy satisfies never;
  }
}

/** AWS says "available" for a moment before it begins: so it must show that a password was set, or have had the time to. */
function holds(name: string, setBy: SetBy, begun: StepReference<Rotation>): Wait<void> {
  return wait({
    id: 'password-holds',
    title: `The component of ${name} has taken the new password`,
    uses: [...componentReads, ...commandUses, configurationEvents],
    every: seconds(10),
    timeout: minutes(45),
    hint: 'The component still works on it: retry goes on waiting, undo puts the password back',
    async probe(context) {
      const busy = await busyWith(context, secretOf(context.environment, name));
      if (busy !== undefined) return { ready: false, because: busy };
      const isShown =
        (await isSet(context, name, setBy, context.outputOf(begun), `${name}/set-password`)) ||
        readsHaveCaughtUp(context, `password of ${name} set`);
      return isShown ? { ready: true } : { ready: false, because: 'AWS does not show yet that it was set' };
    },
  });
}

function rebootFor(name: string, timeout: Milliseconds, set: StepReference<WasSet>): readonly ListEntry[] {
  const pendingOf = async ({ aws, environment, outputOf }: ReadContext) => {
    const { user } = outputOf(set);
    const broker = brokerIn(environment, secretOf(environment, name));
    const state = (await describeBroker(aws, broker))?.BrokerState ?? 'missing';
    const waits = user !== undefined && (await describeUser(aws, broker, user))?.Pending !== undefined;
    return { broker, state, waits };
  };
  return [
    change({
      id: 'reboot-broker',
      title:
        'Reboot the broker, so that it takes the password; clients connect anew, node after node in a cluster',
      uses: [describeBroker, describeUser, rebootBroker],
      returns: z.object({ broker: z.string() }),
      async findApplied(context) {
        const { broker, state, waits } = await pendingOf(context);
        return state === 'REBOOT_IN_PROGRESS' || !waits ? { broker } : undefined;
      },
      async apply(context) {
        const { broker } = await pendingOf(context);
        await rebootBroker(context.aws, broker);
        return { broker };
      },
      summary: ({ broker }) => broker,
      undoneBy: newVersionStep,
    }),
    wait<void>({
      id: 'broker-rebooted',
      title: 'The broker runs again, and no change of a user waits',
      uses: [describeBroker, describeUser],
      every: seconds(15),
      timeout,
      hint: 'A reboot takes minutes for each node: retry goes on waiting, --reboot-timeout gives the next run longer',
      async probe(context) {
        const { broker, state, waits } = await pendingOf(context);
        if (state === 'RUNNING' && !waits) return { ready: true };
        return {
          ready: false,
          because: `${broker} is ${state}${waits ? ', and a change of the user waits' : ''}`,
        };
      },
    }),
  ];
}

const promoted = z.object({ at: pointInTime });
export type Promoted = z.output<typeof promoted>;

/** The dangerous moment is over with this: until then the component has the new password, and whoever boots gets the one before. */
function promote(
  name: string,
  begun: StepReference<Rotation>,
  tested: StepReference<TestedLogins>,
): Change<Promoted> {
  return change({
    id: 'promote',
    title: `Make the new version of ${name} current, if it is the one that works`,
    uses: [...loginUses, moveStage],
    returns: promoted,
    async findApplied(context) {
      const described = await readSecret(context, secretOf(context.environment, name));
      return stagesIn(described).current === context.outputOf(begun).next
        ? { at: described.LastChangedDate ?? context.clock.now() }
        : undefined;
    },
    async apply(context) {
      const { aws, clock, environment, outputOf } = context;
      const secret = secretOf(environment, name);
      const { before, next } = outputOf(begun);
      const test = outputOf(tested);
      // Whoever resumes hours later knows nothing by then: somebody may have set the password back by hand.
      const standing = isFresh(test, clock.now())
        ? {
            ...test,
            stages: stagesOfRotation(stagesIn(await readSecret(context, secret)), { before, next }),
            setByApi: false,
          }
        : await standingNow(context, secret, { before, next }, `${name}/promote`);
      const action = actionForwards(standing);
      if (action !== 'promote') throw standsStill(secret, action);
      await moveStage(aws, { secret: secret.secret, stage: 'AWSCURRENT', from: before, to: next });
      return { at: clock.now() };
    },
    summary: ({ at }) => `at ${momentText(at)}`,
    undoneBy: newVersionStep,
  });
}
