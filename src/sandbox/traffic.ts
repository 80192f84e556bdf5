import { minutes } from '../duration.ts';
import { isAddressed } from './application/audience.ts';
import { applicationEvents } from './application/on-node.ts';
import { serviceOf, watchOutages } from './application/outages.ts';
import type { Application, ApplicationEvent, Range, WatchEvent } from './application/state.ts';
import { watchEvents } from './application/write-watch.ts';
import { draw } from './random.ts';
import { schedule, secondsFrom } from './schedule.ts';
import { evaluateAlarms } from './services/cloudwatch/alarms.ts';
import { type Reported, record } from './services/cloudwatch/series.ts';
import { reportedByServices } from './services/cloudwatch/sources.ts';
import type { Sample } from './services/cloudwatch/state.ts';
import type { TargetGroupState } from './services/elastic-load-balancing-v2/state.ts';
import {
  currentTargets,
  healthOf,
  targetGroupOf,
} from './services/elastic-load-balancing-v2/target-health.ts';
import type { EventHandlers, World } from './world.ts';

/** Targets are counted every few seconds, and every full minute becomes data points. */
export type TrafficEvent = { readonly kind: 'targets-counted' } | ApplicationEvent | WatchEvent;

const countsEvery = 10;

/** At this quiet hour a single node could carry it all, slowly: no alarm fires for that alone. */
const usualLatency = 20;
const usualCpu = 24;

/** A healthy target answers one request in some ten thousand with an error of its own. */
const usualErrorShare = 0.0001;

/** Up to a tenth more or less. */
const about = (world: World, usual: number) => usual * (0.9 + draw(world) * 0.2);

/** Share of the requests to healthy targets that fail. */
export const errorShare = (world: World, application: Application): number =>
  Math.max(usualErrorShare, serviceOf(world, application).failing);

/** The chance of an error falls evenly on whole errors: 0.3 expected errors are one error in three of ten minutes. */
const wholeErrors = (world: World, expected: number) => Math.floor(expected + draw(world));

const widened = ([least, most]: Range, count: number): Range => [
  Math.min(least, count),
  Math.max(most, count),
];

function countTargets(world: World, application: Application, targetGroup: TargetGroupState): number {
  const states = currentTargets(world, targetGroup).map(
    (target) => healthOf(world, targetGroup, target).State,
  );
  const healthy = states.filter((state) => state === 'healthy').length;
  const unhealthy = states.filter((state) => state === 'unhealthy').length;
  const { hosts } = application;
  application.hosts = {
    healthy: widened(hosts?.healthy ?? [healthy, healthy], healthy),
    unhealthy: widened(hosts?.unhealthy ?? [unhealthy, unhealthy], unhealthy),
  };
  return healthy;
}

/** CloudWatch names load balancers and target groups by the end of their ARNs. */
const dimensionOf = (arn: string): string => (arn.split(':').at(-1) ?? '').replace(/^loadbalancer\//, '');

const sampleOf = (range: Range | undefined): Sample =>
  range === undefined || range[0] === range[1] ? (range?.[0] ?? null) : range;

/** What the load balancer and the nodes report of the minute that is over. */
function pastMinute(
  world: World,
  application: Application,
  { targetGroup }: TargetGroupState,
  count: number,
): Reported[] {
  const { usualRequests, usualNodes, hosts, failed } = application;
  if (!isAddressed(world, application)) return [];
  const requests = Math.round(about(world, usualRequests));
  const load = usualNodes / Math.max(count, 0.5);
  // Requests come evenly, so errors are as many as the time was long. Without a healthy target the load balancer itself answers 503.
  const during = (span: number) => (requests * span) / minutes(1);
  const reached = requests - Math.round(during(failed?.atBalancer ?? 0));
  const failing = during(failed?.atNodes ?? 0);
  const target5xx = Math.min(reached, wholeErrors(world, Math.max(reached * usualErrorShare, failing)));
  const latency = Math.round(about(world, usualLatency * load)) / 1000;
  const cpu = Math.min(100, Math.round(about(world, usualCpu * load)));
  const loadBalancer = { Name: 'LoadBalancer', Value: dimensionOf(targetGroup.LoadBalancerArns[0] ?? '') };
  const group = { Name: 'TargetGroup', Value: dimensionOf(targetGroup.TargetGroupArn) };
  const [balancer, both] = [[loadBalancer], [loadBalancer, group]];
  const ofBalancer = (name: string, value: Reported['value'], under: Reported['under']): Reported => ({
    namespace: 'AWS/ApplicationELB',
    name,
    of: application.name,
    under,
    value,
  });
  return [
    ofBalancer('RequestCount', requests, [balancer, both]),
    // Counts are reported only where they are not zero. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    ofBalancer('HTTPCode_Target_5XX_Count', target5xx || null, [balancer, both]),
    ofBalancer('HTTPCode_ELB_5XX_Count', requests - reached || null, [balancer]),
    ofBalancer('TargetResponseTime', latency, [balancer, both]),
    ofBalancer('HealthyHostCount', sampleOf(hosts?.healthy), [both]),
    ofBalancer('UnHealthyHostCount', sampleOf(hosts?.unhealthy), [both]),
    {
      namespace: 'AWS/EC2',
      name: 'CPUUtilization',
      of: application.group,
      under: [[{ Name: 'AutoScalingGroupName', Value: application.group }]],
      value: cpu,
    },
  ];
}

/** Begins to count, where this Region does not yet. */
export function beginCounting(world: World): void {
  const counts = world.transitions.some(
    ({ region, event }) => region === world.region && event.kind === 'targets-counted',
  );
  if (!counts) schedule(world, nextCount(world.now), { kind: 'targets-counted' });
}

/** On the full ten seconds, so that every sixth count ends a minute. */
const nextCount = (now: Date): Date => {
  const span = countsEvery * 1000;
  return new Date(Math.floor(now.getTime() / span) * span + span);
};

function count(world: World, minuteIsOver: boolean): void {
  for (const application of world.applications) {
    const targetGroup = targetGroupOf(world, application.targetGroup);
    if (targetGroup === undefined) continue;
    const healthy = countTargets(world, application, targetGroup);
    watchOutages(world, application);
    if (!minuteIsOver) continue;
    record(world, pastMinute(world, application, targetGroup, healthy));
    delete application.hosts;
    delete application.failed;
  }
  if (!minuteIsOver) return;
  record(world, reportedByServices(world));
  evaluateAlarms(world);
}

export const trafficEvents: EventHandlers<TrafficEvent> = {
  'targets-counted': (world) => {
    schedule(world, secondsFrom(world.now, countsEvery), { kind: 'targets-counted' });
    count(world, world.now.getTime() % minutes(1) === 0);
  },
  ...applicationEvents,
  ...watchEvents,
};
