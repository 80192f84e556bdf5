import * as z from 'zod';
import { metricData } from '../../aws/cloudwatch.ts';
import { commandInvocation } from '../../aws/ssm-commands.ts';
import type { Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Lane, Observations } from '../../engine/observation.ts';
import { type ListEntry, type Measure, measure, observe, type StepReference } from '../../engine/step.ts';
import { type ClusterFacts, clusterOf } from './aurora-cluster.ts';
import { type AskedFor, askForFailover, clusterIsReady, type Leg } from './failover-change.ts';
import { type FailoverLanes, laneReads, readConnections } from './failover-lanes.ts';
import {
  lastBackIn,
  noticedByUsers,
  type PhaseName,
  phaseNames,
  phasesIn,
  unknownLength,
  untilWhole,
  type Watched,
} from './failover-outcome.ts';
import { latestOf, leftBehind, progressOf } from './failover-progress.ts';
import { startWriteProbe, writeProbeRuns } from './write-probe.ts';
import { everyNodeWrites, writeMeasures, writeProbeAnswered } from './write-probe-answer.ts';
import { writeProbeLane } from './write-probe-lane.ts';

export interface Watching {
  readonly lanes: FailoverLanes;
  readonly timeout: Milliseconds;
  readonly steadyFor: Milliseconds;
  /** As it was asked for, by its name in runbook.yaml. */
  readonly named: string | undefined;
}

/** One failover: asked for, watched until everybody is served, and measured. */
export function failoverLeg(
  leg: Leg,
  cluster: StepReference<ClusterFacts>,
  { lanes, timeout, steadyFor, named }: Watching,
  first?: StepReference<AskedFor>,
) {
  const probe = startWriteProbe(leg, named);
  const probing = writeProbeRuns(leg, probe);
  const writeLane = writeProbeLane(probe, named);
  const ready = clusterIsReady(leg, cluster);
  const failover = askForFailover(leg, cluster, ready, first);
  const isHome = leg.suffix === '-home';

  const served = observe({
    id: `served${leg.suffix}`,
    title: isHome
      ? 'The former writer writes again, every member is available, and the application is served'
      : 'The target writes, every member is available, and the application is served',
    uses: [...laneReads, commandInvocation],
    lanes: [...Object.values<Lane>({ ...lanes }), writeLane],
    timeout,
    returns: z.object({ writer: z.string(), lastBack: z.array(z.string()) }),
    until(context) {
      const { environment, outputOf, now, deadline, seen } = context;
      const asked = outputOf(failover);
      const { lastNote } = outputOf(ready);
      const progress = progressOf({
        cluster: outputOf(cluster).cluster,
        environment: environment.name,
        roles: asked,
        from: asked.from,
        now,
        deadline,
        steadyFor,
        targetHost: hostOf(asked.target, outputOf(cluster)),
        control: seen(lanes.control),
        notes: (latestOf(seen(lanes.events)) ?? []).filter(
          ({ at }) => lastNote === undefined || at > lastNote,
        ),
        endpoint: seen(lanes.endpoint),
        health: seen(lanes.health),
        targets: seen(lanes.targets),
        connections: seen(lanes.connections),
        writes: seen(writeLane),
      });
      if (!progress.ready) return progress;
      const watched = watchedBy(lanes, asked, outputOf(cluster), seen);
      return { ready: true, output: { writer: asked.target, lastBack: [...lastBackIn(watched)] } };
    },
    summary: ({ writer, lastBack }) => `${writer} writes; last back: ${lastBack.join(' or ')}`,
    hint: 'runbook resume last goes on watching',
  });

  const watchedIn = ({ outputOf, observationsOf }: ReadContext): Watched =>
    watchedBy(lanes, outputOf(failover), outputOf(cluster), (lane) => observationsOf(served, lane));

  const answered = writeProbeAnswered({ leg, cluster: named, probe, watchedIn });
  const measures: readonly Measure[] = [
    measure({
      id: `outage${leg.suffix}`,
      title: isHome ? 'How long users noticed the way home' : 'How long users noticed the failover',
      unit: 'milliseconds',
      objective({ environment, outputOf }) {
        const { longestOutage } = clusterOf(environment, outputOf(cluster).name);
        return longestOutage === undefined ? undefined : { atMost: longestOutage };
      },
      // Nobody looked: with an objective that is "cannot tell", which must not pass for a success.
      sample: async (context) => noticedByUsers(watchedIn(context))?.length ?? unknownLength,
    }),
    ...phaseNames.map((name) =>
      measure({
        id: `${name}${leg.suffix}`,
        title: phaseTitles[name],
        unit: 'milliseconds',
        async sample(context) {
          const phase = phasesIn(watchedIn(context)).find((each) => each.name === name);
          return phase?.lasted ?? { missing: 'not a phase' };
        },
      }),
    ),
    measure({
      id: `whole${leg.suffix}`,
      title: 'From the call until every member was available again',
      unit: 'milliseconds',
      sample: async (context) => untilWhole(watchedIn(context)),
    }),
    measure({
      id: `left-behind${leg.suffix}`,
      title: 'Connections to the former writer, in the last minute that CloudWatch showed',
      unit: 'count',
      uses: [metricData],
      async sample(context) {
        const { former, from } = context.outputOf(failover);
        const seen = await readConnections(context, context.outputOf(cluster));
        const left = leftBehind(seen, former, from);
        return left === undefined
          ? { missing: 'CloudWatch showed no minute after the call yet' }
          : { value: left };
      },
    }),
    ...writeMeasures(leg, answered),
  ];

  const writes = everyNodeWrites(leg, answered);
  return {
    failover,
    steps: [probe, probing, ready, failover, served, answered, ...measures, writes] satisfies ListEntry[],
  };
}

const phaseTitles: Readonly<Record<PhaseName, string>> = {
  detect: 'Detect: from the call until RDS was failing over',
  promote: 'Promote: from there until the target was the writer',
  dns: 'DNS: from there until the cluster endpoint led to it',
  reconnect: 'Reconnect: from there until every request was answered',
  healthy: 'Application healthy: from there until every target was',
};

const hostOf = (id: string, { members }: ClusterFacts): string | undefined =>
  members.find((member) => member.id === id)?.host;

function watchedBy(
  lanes: FailoverLanes,
  asked: AskedFor,
  cluster: ClusterFacts,
  seen: <Seen>(lane: Lane<Seen>) => Observations<Seen>,
): Watched {
  return {
    asked,
    targetHost: hostOf(asked.target, cluster),
    control: seen(lanes.control),
    endpoint: seen(lanes.endpoint),
    health: seen(lanes.health),
    targets: seen(lanes.targets),
  };
}
