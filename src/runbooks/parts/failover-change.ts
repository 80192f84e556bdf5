import * as z from 'zod';
import { failOver, failoverEvents } from '../../aws/rds.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, type Check, change, check, type StepReference, type Undo } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import {
  awayIn,
  type ClusterFacts,
  clusterReads,
  isAvailable,
  readCluster,
  writersOf,
} from './aurora-cluster.ts';
import { notesIn } from './failover-history.ts';
import type { Roles } from './failover-target.ts';
import { pointInTime } from './point-in-time.ts';

/** One failover, there or back home. */
export interface Leg {
  /** Ends the ids of its steps: nothing for the way there. */
  readonly suffix: '' | '-home';
  /** Who writes, and who is to. */
  rolesIn(context: Pick<ReadContext, 'outputOf'>): Pick<Roles, 'former' | 'target'>;
}

const readyFacts = z.object({
  /** When it was so: whatever is earlier is no consequence of the failover. */
  at: pointInTime,
  /** RDS's latest report of a failover until then. */
  lastNote: pointInTime.optional(),
});

export type ReadyFacts = z.output<typeof readyFacts>;

/** The approval may have waited for hours, and the way home begins after the way there. */
export function clusterIsReady(leg: Leg, cluster: StepReference<ClusterFacts>): Check<ReadyFacts> {
  return check({
    id: `ready${leg.suffix}`,
    title:
      leg.suffix === ''
        ? 'The cluster is still as it was approved'
        : 'The cluster is whole, and nobody has failed it over meanwhile',
    uses: [...clusterReads, failoverEvents],
    returns: readyFacts,
    async run(context) {
      const facts = await readCluster(context, context.outputOf(cluster));
      const { former, target } = leg.rolesIn(context);
      const writers = writersOf(facts).map(({ id }) => id);
      const isThere = facts.members.some(({ id }) => id === target);
      if (!isAvailable(facts) || awayIn(facts).length > 0 || !isThere || writers.join() !== former) {
        throw new OperatorError({
          code: 'CLUSTER_CHANGED',
          message: `DB cluster ${facts.cluster} has changed: it is ${facts.status}, ${writers.join(', ') || 'nobody'} writes and not ${former} alone, ${isThere ? `${target} is there` : `${target} is gone`}${awayIn(
            facts,
          )
            .map((each) => `; ${each}`)
            .join('')}`,
          hint: 'Find out who is at work there. Then start again, so that what is approved is what is there',
        });
      }
      const notes = notesIn(await failoverEvents(context.aws, facts.cluster, minutes(14 * 24 * 60)));
      return { at: context.clock.now(), lastNote: notes.at(-1)?.at };
    },
    summary: ({ at }) => at.toISOString(),
  });
}

const asked = z.object({
  former: z.string(),
  target: z.string(),
  /** It was asked for at some time between these. */
  from: pointInTime,
  until: pointInTime,
});

/** A failover that was asked for. */
export type AskedFor = z.output<typeof asked>;

const reads = [...clusterReads, failoverEvents];

export function askForFailover(
  leg: Leg,
  cluster: StepReference<ClusterFacts>,
  ready: StepReference<ReadyFacts>,
  first?: StepReference<AskedFor>,
): Change<AskedFor> {
  const body = {
    id: `failover${leg.suffix}`,
    title: leg.suffix === '' ? 'Fail over to the target' : 'Fail over back to the former writer',
    uses: [...reads, failOver],
    returns: asked,

    /** In place as soon as it was accepted: one that RDS is still at, or has given up, must not be asked for again. */
    async findApplied(context: ReadContext): Promise<AskedFor | undefined> {
      const { aws, clock, outputOf } = context;
      const { former, target } = leg.rolesIn(context);
      const { at, lastNote } = outputOf(ready);
      const facts = await readCluster(context, outputOf(cluster));
      const found = { former, target, from: at, until: clock.now() };
      if (facts.status === 'failing-over' || writersOf(facts).some(({ id }) => id !== former)) return found;
      const back = clock.now().getTime() - at.getTime() + minutes(5);
      const notes = notesIn(await failoverEvents(aws, facts.cluster, back));
      // Only a beginning: that an earlier one is complete may be reported late.
      const begun = notes.filter(({ what }) => what === 'started');
      return begun.some((note) => lastNote === undefined || note.at > lastNote) ? found : undefined;
    },

    async apply(context: Parameters<Change<AskedFor>['apply']>[0]): Promise<AskedFor> {
      const { aws, clock, outputOf } = context;
      const { former, target } = leg.rolesIn(context);
      const from = clock.now();
      await failOver(aws, outputOf(cluster).cluster, target);
      return { former, target, from, until: clock.now() };
    },

    summary: ({ former, target, from }: AskedFor) =>
      `${former} to ${target}, asked for at ${from.toISOString()}`,
  };
  return first === undefined
    ? change<AskedFor>({ ...body, undo: failBack(cluster) })
    : change<AskedFor>({ ...body, undoneBy: first });
}

/** Whatever has become of the failover: in the end the former writer writes. */
const failBack = (cluster: StepReference<ClusterFacts>): Undo<AskedFor> => ({
  title: 'Have the former writer write again',
  every: seconds(5),
  timeout: minutes(15),
  async turn(context, { former }) {
    const facts = await readCluster(context, context.outputOf(cluster));
    const [writer] = writersOf(facts);
    const back = facts.members.find(({ id }) => id === former);
    if (back === undefined) {
      throw new OperatorError({
        code: 'FORMER_WRITER_GONE',
        message: `${former} is no member of DB cluster ${facts.cluster} any more: ${writer?.id ?? 'nobody'} writes`,
        hint: 'Whoever deleted it knows what is to write now; nothing of this run is left to undo there',
      });
    }
    if (!isAvailable(facts)) return { ready: false, because: `the cluster is ${facts.status}` };
    const away = awayIn(facts);
    if (writer?.id === former) {
      return away.length === 0 ? { ready: true } : { ready: false, because: away.join(', ') };
    }
    if (!isAvailable(back)) return { ready: false, because: `${former} is ${back.status}` };
    await failOver(context.aws, facts.cluster, former);
    return { ready: false, because: `failing over to ${former}` };
  },
});
