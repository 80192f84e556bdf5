import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import { seconds } from '../../../duration.ts';
import { type Downtime, downtimesOf, isWithin } from '../../application/downtime.ts';
import { secondsFrom } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Target, TargetGroupState } from './state.ts';

/** A group of simulated nodes sees its first health check about this long after registration. */
const registrationTakes = 5;

/**
 * The health of a target follows from a few facts and the time, so nothing has to be kept up to date: when it was
 * registered, when its application did not answer, and the group's interval and thresholds.
 * States and reasons: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function healthOf(
  world: World,
  { targetGroup }: TargetGroupState,
  target: Target,
  now: Date = world.now,
): TargetHealth {
  if (target.drainingUntil !== undefined)
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  const node = world.ec2.nodes[target.id];
  const state = node?.instance.State.Name;
  if (node === undefined || (state !== 'running' && state !== 'pending'))
    return {
      State: 'unused',
      Reason: 'Target.InvalidState',
      Description: `Target is in the ${state ?? 'terminated'} state`,
    };
  const begun = secondsFrom(target.registeredAt, registrationTakes);
  if (now < begun)
    return {
      State: 'initial',
      Reason: 'Elb.RegistrationInProgress',
      Description: 'Target registration is in progress',
    };
  return healthByChecks(targetGroup, begun, downtimesOf(world, node), now);
}

function healthByChecks(
  group: TargetGroupState['targetGroup'],
  begun: Date,
  downtimes: readonly Downtime[],
  now: Date,
): TargetHealth {
  const interval = seconds(group.HealthCheckIntervalSeconds);
  const toFail = group.UnhealthyThresholdCount * interval;
  const toRecover = group.HealthyThresholdCount * interval;
  const down = downtimes.find((time) => isWithin(begun, time));
  const answersFrom = Number(down === undefined ? begun : (down.to ?? Number.POSITIVE_INFINITY));
  const failedAt = Number(begun) + toFail;
  let unhealthyUntil = Number.NEGATIVE_INFINITY;
  if (answersFrom > failedAt) {
    if (Number(now) < failedAt) return initial;
    unhealthyUntil = answersFrom + toRecover;
    // A new target needs to pass one check only.
  } else if (Number(now) < answersFrom + interval) return initial;
  for (const { from, to } of downtimes) {
    if (Number(from) <= answersFrom || from > now) continue;
    const ends = Number(to ?? Number.POSITIVE_INFINITY);
    const noticed = Math.min(ends, Number(now)) - Number(from) >= toFail;
    // A check that fails while the target recovers makes the count begin anew.
    if (noticed || Number(from) < unhealthyUntil) unhealthyUntil = ends + toRecover;
  }
  return Number(now) < unhealthyUntil ? unhealthy : { State: 'healthy' };
}

const initial: TargetHealth = {
  State: 'initial',
  Reason: 'Elb.InitialHealthChecking',
  Description: 'Initial health checks in progress',
};

const unhealthy: TargetHealth = {
  State: 'unhealthy',
  Reason: 'Target.FailedHealthChecks',
  Description: 'Health checks failed',
};

export const targetGroupOf = (world: World, arn: string): TargetGroupState | undefined =>
  world.loadBalancing.targetGroups.find(({ targetGroup }) => targetGroup.TargetGroupArn === arn);

/** Registered targets and those still draining: drained ones are gone. */
export function currentTargets(world: World, group: TargetGroupState): readonly Target[] {
  group.targets = group.targets.filter(
    ({ drainingUntil }) => drainingUntil === undefined || drainingUntil > world.now,
  );
  return group.targets;
}

export function deregistrationDelay({ attributes }: TargetGroupState): number {
  const delay = attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
  return Number(delay ?? 300);
}

export function register(world: World, group: TargetGroupState, id: string): void {
  const known = currentTargets(world, group).find((target) => target.id === id);
  if (known === undefined) group.targets.push({ id, port: group.targetGroup.Port, registeredAt: world.now });
  else if (known.drainingUntil !== undefined) {
    delete known.drainingUntil;
    known.registeredAt = world.now;
  }
}

/** @returns when the target is drained, `undefined` where it was not registered */
export function deregister(world: World, group: TargetGroupState, id: string): Date | undefined {
  const target = currentTargets(world, group).find((candidate) => candidate.id === id);
  if (target === undefined) return undefined;
  target.drainingUntil ??= secondsFrom(world.now, deregistrationDelay(group));
  return target.drainingUntil;
}

/** Instances to which the load balancer sends requests. */
export const healthyInstances = (world: World, group: TargetGroupState): string[] =>
  currentTargets(world, group)
    .filter((target) => healthOf(world, group, target).State === 'healthy')
    .map(({ id }) => id);
