import { schedule, secondsFrom } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { at } from './activities.ts';
import { isAvailable, isPresent, isSuspended, placeIn, present, targetStates } from './fleets.ts';
import { launch } from './launch.ts';
import { terminate } from './lifecycle.ts';
import { proceedRefresh, replacedNext, wantedCapacity } from './refresh.ts';
import { activeRefresh, launchTemplateOf } from './refresh-goal.ts';
import type { FleetState, Member } from './state.ts';

/** How often Auto Scaling looks at a group, in seconds: often enough that a step of a procedure sees every state. */
const looksEvery = 10;

/** Seconds between launch attempts in a zone without capacity; doubles up to the second number. */
const retryAfter = [30, 300] as const;

export function lookAt(world: World, fleet: FleetState): void {
  checkHealth(world, fleet);
  replaceUnhealthy(world, fleet);
  proceedRefresh(world, fleet);
  holdCapacity(world, fleet);
  balanceZones(world, fleet);
  schedule(world, secondsFrom(world.now, looksEvery), {
    kind: 'group-looked-at',
    group: fleet.group.AutoScalingGroupName,
  });
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html */
function checkHealth(world: World, fleet: FleetState): void {
  if (isSuspended(fleet, 'HealthCheck')) return;
  for (const member of fleet.group.Instances) {
    const facts = fleet.facts[member.InstanceId];
    if (member.LifecycleState !== 'InService' || facts?.inServiceAt === undefined) continue;
    if (member.HealthStatus !== 'Healthy') continue;
    const because = failedCheck(world, fleet, member, facts.inServiceAt, facts.registered === true);
    if (because === undefined) continue;
    member.HealthStatus = 'Unhealthy';
    facts.unhealthyBecause = because;
  }
}

function failedCheck(
  world: World,
  fleet: FleetState,
  { InstanceId }: Member,
  inServiceAt: Date,
  registered: boolean,
): string | undefined {
  if (world.ec2.nodes[InstanceId]?.instance.State.Name !== 'running')
    return 'an EC2 health check indicating it has been terminated or stopped';
  if (secondsFrom(inServiceAt, fleet.group.HealthCheckGracePeriod) > world.now) return undefined;
  if (fleet.group.HealthCheckType !== 'ELB' || !registered) return undefined;
  // A draining target still counts as healthy; once drained it is unused, and then the group replaces it.
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
  const failed = targetStates(world, fleet, InstanceId).some(
    (state) => state === 'unhealthy' || state === 'unused',
  );
  return failed ? 'an ELB system health check failure' : undefined;
}

function replaceUnhealthy(world: World, fleet: FleetState): void {
  if (isSuspended(fleet, 'ReplaceUnhealthy') || isSuspended(fleet, 'Terminate')) return;
  for (const member of present(fleet)) {
    const place = placeIn(fleet, member.InstanceId);
    if (member.HealthStatus === 'Healthy' || place === undefined) continue;
    terminate(world, place, [
      at(world, `an instance was taken out of service in response to ${place.facts.unhealthyBecause}.`),
    ]);
    fleet.replacementsOwed += 1;
  }
}

function holdCapacity(world: World, fleet: FleetState): void {
  const wanted = wantedCapacity(fleet) + (isRebalancing(world, fleet) ? 1 : 0);
  while (present(fleet).length < wanted && !isSuspended(fleet, 'Launch')) {
    const zone = zoneToFill(world, fleet);
    if (zone === undefined) break;
    launchIn(world, fleet, zone, launchCause(world, fleet));
  }
  while (present(fleet).length > wanted && !isSuspended(fleet, 'Terminate')) {
    const victim = victimOf(fleet);
    if (victim === undefined) break;
    const count = present(fleet).length;
    terminate(world, victim, [
      at(
        world,
        `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${count} to ${count - 1}.`,
      ),
      at(world, `instance ${victim.member.InstanceId} was selected for termination.`),
    ]);
  }
  if (present(fleet).length >= wanted) fleet.replacementsOwed = 0;
}

function launchCause(world: World, fleet: FleetState): string {
  if (fleet.replacementsOwed > 0) {
    fleet.replacementsOwed -= 1;
    return at(world, 'an instance was launched in response to an unhealthy instance needing to be replaced.');
  }
  if (activeRefresh(fleet) !== undefined)
    return at(world, 'an instance was launched in response to an instance refresh.');
  const count = present(fleet).length;
  return at(
    world,
    `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${count} to ${count + 1}.`,
  );
}

function launchIn(world: World, fleet: FleetState, zone: string, cause: string): string | undefined {
  const id = launch(world, fleet, zone, [cause]);
  if (id === undefined) {
    const failures = (fleet.zoneRetries[zone]?.failures ?? 0) + 1;
    const [first, most] = retryAfter;
    fleet.zoneRetries[zone] = {
      failures,
      at: secondsFrom(world.now, Math.min(first * 2 ** (failures - 1), most)),
    };
  } else delete fleet.zoneRetries[zone];
  return id;
}

const mayTry = (world: World, fleet: FleetState, zone: string): boolean => {
  const retry = fleet.zoneRetries[zone];
  return retry === undefined || retry.at <= world.now;
};

function countByZone(fleet: FleetState, members: readonly Member[]): { zone: string; count: number }[] {
  return fleet.group.AvailabilityZones.map((zone) => ({
    zone,
    count: members.filter(({ AvailabilityZone }) => AvailabilityZone === zone).length,
  })).sort((one, other) => one.count - other.count);
}

/**
 * The zone with the fewest members, in the group's order; the next one where a launch there failed, unless the group
 * insists on balance. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-availability-zone-balanced.html
 */
function zoneToFill(world: World, fleet: FleetState): string | undefined {
  const leaving = replacedNext(fleet);
  const staying = present(fleet).filter((member) => !leaving.includes(member));
  const now = countByZone(fleet, present(fleet));
  const emptier = (zone: string) => now.findIndex((other) => other.zone === zone);
  const zones = countByZone(fleet, staying).sort(
    (one, other) => one.count - other.count || emptier(one.zone) - emptier(other.zone),
  );
  const insists = fleet.group.AvailabilityZoneDistribution?.CapacityDistributionStrategy === 'balanced-only';
  const fewest = zones[0]?.count;
  return zones.find(({ zone, count }) => (!insists || count === fewest) && mayTry(world, fleet, zone))?.zone;
}

/**
 * Default termination policy: the fullest zone, then an outdated launch template, then the oldest.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
function victimOf(fleet: FleetState) {
  const candidates = present(fleet).filter(
    (member) => !member.ProtectedFromScaleIn && member.LifecycleState === 'InService',
  );
  const fullest = countByZone(fleet, present(fleet)).reverse();
  const current = launchTemplateOf(fleet).Version;
  const rank = (member: Member) => [
    fullest.findIndex(
      ({ count }) => count === fullest.find(({ zone }) => zone === member.AvailabilityZone)?.count,
    ),
    member.LaunchTemplate.Version === current ? 1 : 0,
    Number(fleet.facts[member.InstanceId]?.inServiceAt ?? 0),
  ];
  const [first] = candidates.sort((one, other) => compare(rank(one), rank(other)));
  return first && placeIn(fleet, first.InstanceId);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, position) => value !== other[position]);
  return index === -1 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

/** Until the extra instance serves: rebalancing is not to cost availability. */
function isRebalancing(world: World, fleet: FleetState): boolean {
  const place = fleet.rebalancing === undefined ? undefined : placeIn(fleet, fleet.rebalancing);
  if (place !== undefined && isPresent(place.member) && !isAvailable(world, fleet, place.member)) return true;
  delete fleet.rebalancing;
  return false;
}

/** Launches in the emptiest zone first; the surplus then goes from the fullest. https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.Rebalancing */
function balanceZones(world: World, fleet: FleetState): void {
  if (isSuspended(fleet, 'AZRebalance') || isSuspended(fleet, 'Launch')) return;
  const members = present(fleet);
  const steady =
    members.length === fleet.group.DesiredCapacity &&
    members.every(({ LifecycleState }) => LifecycleState === 'InService');
  if (!steady || activeRefresh(fleet) !== undefined || fleet.rebalancing !== undefined) return;
  const zones = countByZone(fleet, members);
  const [emptiest, fullest] = [zones[0], zones.at(-1)];
  if (emptiest === undefined || fullest === undefined || fullest.count - emptiest.count < 2) return;
  if (!mayTry(world, fleet, emptiest.zone)) return;
  const launched = launchIn(
    world,
    fleet,
    emptiest.zone,
    at(
      world,
      `instances were launched to balance instances in zones ${emptiest.zone} with other zones resulting in more than desired number of instances in the group.`,
    ),
  );
  if (launched !== undefined) fleet.rebalancing = launched;
}
