import * as z from 'zod';
import { metricData } from '../../aws/cloudwatch.ts';
import { describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { failoverEvents } from '../../aws/rds.ts';
import { type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Lane } from '../../engine/observation.ts';
import { lane, type StepReference, type UsesActions } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { awayIn, type ClusterFacts, clusterReads, readCluster, writersOf } from './aurora-cluster.ts';
import { failoverNote, type History, notesIn } from './failover-history.ts';
import { sampleHealth } from './health-sample.ts';
import { pointInTime } from './point-in-time.ts';
import { targetsOf, type UsersFacts } from './service-users.ts';

export const controlSeen = z.object({
  status: z.string(),
  writer: z.string().optional(),
  /** Members that are not available, each with its state. */
  away: z.array(z.string()),
});

export type ControlSeen = z.output<typeof controlSeen>;

export const targetsSeen = z.object({ healthy: z.int(), of: z.int() });
export type TargetsSeen = z.output<typeof targetsSeen>;

const notesSeen = z.array(failoverNote);
export type NotesSeen = z.output<typeof notesSeen>;

/** By instance, in the latest minute that CloudWatch shows. */
const connectionsSeen = z.object({ minute: pointInTime.optional(), by: z.record(z.string(), z.number()) });
export type ConnectionsSeen = z.output<typeof connectionsSeen>;

export interface FailoverLanes {
  readonly control: Lane<ControlSeen>;
  readonly events: Lane<NotesSeen>;
  /** Where the cluster endpoint leads to. */
  readonly endpoint: Lane<string>;
  readonly health: Lane<string>;
  readonly targets: Lane<TargetsSeen>;
  readonly connections: Lane<ConnectionsSeen>;
}

/** Lists what the lanes call, for `uses`. */
export const laneReads: readonly UsesActions[] = [
  ...clusterReads,
  failoverEvents,
  describeTargetHealth,
  metricData,
];

interface Facts {
  readonly cluster: StepReference<ClusterFacts>;
  readonly history: StepReference<History>;
  readonly users: StepReference<UsersFacts>;
}

/** @param every how often what changes quickly is looked at; what changes slowly is looked at less often */
export function failoverLanes(every: Milliseconds, { cluster, history, users }: Facts): FailoverLanes {
  return {
    control: lane({
      name: 'RDS control plane',
      every,
      sees: controlSeen,
      async ask(context) {
        const facts = await readCluster(context, context.outputOf(cluster));
        return { status: facts.status, writer: writersOf(facts)[0]?.id, away: [...awayIn(facts)] };
      },
    }),

    events: lane({
      name: 'RDS events',
      every: Math.max(seconds(10), every),
      sees: notesSeen,
      async ask({ aws, clock, runStartedAt, outputOf }) {
        const { latest } = outputOf(history);
        const back = clock.now().getTime() - runStartedAt.getTime() + minutes(5);
        const notes = notesIn(await failoverEvents(aws, outputOf(cluster).cluster, back));
        return notes.filter(({ at }) => latest === undefined || at > latest);
      },
    }),

    endpoint: lane({
      name: 'cluster endpoint (DNS)',
      every,
      sees: z.string(),
      async ask({ names, signal, outputOf }) {
        const { host } = outputOf(cluster);
        const answer = await names.aliasOf(host, seconds(5), signal);
        if ('leadsTo' in answer) return answer.leadsTo;
        throw new OperatorError({
          code: 'NAME_NOT_RESOLVED',
          message: `${host} could not be resolved: ${answer.failed}`,
        });
      },
    }),

    health: lane({
      name: 'health URL',
      every: Math.max(seconds(3), every),
      sees: z.string(),
      notObserved: ({ outputOf }) => whyNoHealth(outputOf(users)),
      ask(context) {
        const { healthUrl = '', nodes } = context.outputOf(users);
        return sampleHealth(context, healthUrl, nodes);
      },
    }),

    targets: lane({
      name: 'target group',
      every: Math.max(seconds(5), every),
      sees: targetsSeen,
      notObserved: ({ outputOf }) =>
        outputOf(users).targetGroupArn === undefined ? 'no fleet is configured' : undefined,
      ask: ({ aws, outputOf }) => targetsOf(aws, outputOf(users).targetGroupArn ?? ''),
    }),

    connections: lane({
      name: 'DatabaseConnections',
      every: minutes(1),
      sees: connectionsSeen,
      ask: (context) => readConnections(context, context.outputOf(cluster)),
    }),
  };
}

export const whyNoHealth = ({ fleet, healthUrl }: UsersFacts): string | undefined => {
  if (healthUrl !== undefined) return undefined;
  return fleet === undefined ? 'no fleet is configured' : `components.${fleet}.healthUrl is not configured`;
};

/** CloudWatch shows a minute when it is over, or some minutes later. */
export async function readConnections(
  { aws, clock }: Pick<ReadContext, 'aws' | 'clock'>,
  { members }: Pick<ClusterFacts, 'members'>,
): Promise<ConnectionsSeen> {
  const until = new Date(Math.ceil(clock.now().getTime() / minutes(1)) * minutes(1));
  const results = await metricData(
    aws,
    members.map(({ id }, index) => ({
      Id: `of${index}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/RDS',
          MetricName: 'DatabaseConnections',
          Dimensions: [{ Name: 'DBInstanceIdentifier', Value: id }],
        },
        Period: 60,
        Stat: 'Maximum',
      },
    })),
    new Date(until.getTime() - minutes(4)),
    until,
  );
  const minute = results
    .flatMap(({ Timestamps = [] }) => Timestamps.at(-1) ?? [])
    .reduce<Date | undefined>((one, other) => (one !== undefined && one > other ? one : other), undefined);
  const by = members.flatMap(({ id }, index) => {
    const { Timestamps = [], Values = [] } = results.find(({ Id }) => Id === `of${index}`) ?? {};
    const value = Values[Timestamps.findIndex((time) => time.getTime() === minute?.getTime())];
    return value === undefined ? [] : [[id, value] as const];
  });
  return { ...(minute !== undefined && { minute }), by: Object.fromEntries(by) };
}
