import { minutes } from '../duration.ts';
import { draw } from './random.ts';
import { schedule, secondsFrom } from './schedule.ts';
import { evaluateAlarms } from './services/cloudwatch/alarms.ts';
import type { TargetGroupState } from './services/elastic-load-balancing-v2/state.ts';
import {
  currentTargets,
  healthOf,
  targetGroupOf,
} from './services/elastic-load-balancing-v2/target-health.ts';
import type { EventHandlers, World } from './world.ts';

/** The least and the most of a count. */
export type Range = readonly [least: number, most: number];

/** What the load balancer saw in one minute. Every metric is derived from these numbers. */
export interface Minute {
  readonly at: Date;
  readonly requests: number;
  readonly target5xx: number;
  readonly elb5xx: number;
  /** Mean response time of the targets, in milliseconds. */
  readonly latency: number;
  readonly healthy: Range;
  readonly unhealthy: Range;
  /** Mean CPU utilisation of the nodes in service, in percent. */
  readonly cpu: number;
}

export interface TrafficState {
  readonly targetGroup: string;
  readonly healthUrl: string;
  /** Requests in a usual minute. */
  readonly usualRequests: number;
  /** Healthy nodes that this traffic is meant for. */
  readonly usualNodes: number;
  /** Oldest first. */
  minutes: Minute[];
  /** Counts of targets in the minute under way. */
  hosts: { healthy: Range; unhealthy: Range } | undefined;
}

/** Targets are counted every few seconds, and every full minute becomes a data point. */
export type TrafficEvent = { readonly kind: 'targets-counted' };

const countsEvery = 10;

/** Six hours: longer than any procedure looks back. */
const minutesKept = 360;

/** At this quiet hour a single node could carry it all, slowly: no alarm fires for that alone. */
const usualLatency = 20;
const usualCpu = 24;

/** A healthy target answers one request in some ten thousand with an error of its own. */
const usualErrorShare = 0.0001;

/** Up to a tenth more or less. */
const about = (world: World, usual: number) => usual * (0.9 + draw(world) * 0.2);

/** Share of requests that the targets now fail, by what runs on them. */
export function errorShare(world: World, targetGroup: TargetGroupState): number {
  const running = currentTargets(world, targetGroup)
    .filter((target) => healthOf(world, targetGroup, target).State === 'healthy')
    .map(({ id }) => world.ec2.nodes[id]?.instance.ImageId ?? '');
  const failing = Object.entries(world.ec2.software).flatMap(([image, { failsFrom }]) => {
    if (failsFrom === undefined || running.length === 0) return [];
    const share = running.filter((other) => other === image).length / running.length;
    return share >= failsFrom.shareOfNodes ? [failsFrom.errorShare] : [];
  });
  return Math.max(usualErrorShare, ...failing);
}

/** The chance of an error falls evenly on whole errors: 0.3 expected errors are one error in three of ten minutes. */
const wholeErrors = (world: World, expected: number) => Math.floor(expected + draw(world));

const widened = ([least, most]: Range, count: number): Range => [
  Math.min(least, count),
  Math.max(most, count),
];

function countTargets(world: World, targetGroup: TargetGroupState): number {
  const states = currentTargets(world, targetGroup).map(
    (target) => healthOf(world, targetGroup, target).State,
  );
  const healthy = states.filter((state) => state === 'healthy').length;
  const unhealthy = states.filter((state) => state === 'unhealthy').length;
  const { hosts } = world.traffic;
  world.traffic.hosts = {
    healthy: widened(hosts?.healthy ?? [healthy, healthy], healthy),
    unhealthy: widened(hosts?.unhealthy ?? [unhealthy, unhealthy], unhealthy),
  };
  return healthy;
}

function pastMinute(world: World, targetGroup: TargetGroupState, healthy: number): Minute {
  const { usualRequests, usualNodes, hosts } = world.traffic;
  const requests = Math.round(about(world, usualRequests));
  const load = usualNodes / Math.max(healthy, 0.5);
  // Without a healthy target the load balancer itself answers 503.
  const reached = healthy === 0 ? 0 : requests;
  return {
    at: world.now,
    requests,
    target5xx: wholeErrors(world, reached * errorShare(world, targetGroup)),
    elb5xx: requests - reached,
    latency: Math.round(about(world, usualLatency * load)),
    healthy: hosts?.healthy ?? [healthy, healthy],
    unhealthy: hosts?.unhealthy ?? [0, 0],
    cpu: Math.min(100, Math.round(about(world, usualCpu * load))),
  };
}

export const trafficEvents: EventHandlers<TrafficEvent> = {
  'targets-counted': (world) => {
    schedule(world, secondsFrom(world.now, countsEvery), { kind: 'targets-counted' });
    const targetGroup = targetGroupOf(world, world.traffic.targetGroup);
    if (targetGroup === undefined) return;
    const healthy = countTargets(world, targetGroup);
    if (world.now.getTime() % minutes(1) !== 0) return;
    world.traffic.minutes = [...world.traffic.minutes, pastMinute(world, targetGroup, healthy)].slice(
      -minutesKept,
    );
    world.traffic.hosts = undefined;
    evaluateAlarms(world);
  },
};
