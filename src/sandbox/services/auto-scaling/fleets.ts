import { secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { currentTargets, healthOf, targetGroupOf } from '../elastic-load-balancing-v2/target-health.ts';
import type { FleetState, Member, MemberFacts } from './state.ts';

export const invalid = (message: string): AwsFault => new AwsFault('ValidationError', message);

/** @throws AwsFault where there is no such group */
export function fleetOf(world: World, name: string | undefined): FleetState {
  const found = world.autoScaling.fleets.find(({ group }) => group.AutoScalingGroupName === name);
  if (found === undefined)
    throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return found;
}

export interface Place {
  readonly fleet: FleetState;
  readonly member: Member;
  readonly facts: MemberFacts;
}

export function placeIn(fleet: FleetState, id: string): Place | undefined {
  const member = fleet.group.Instances.find((candidate) => candidate.InstanceId === id);
  const facts = fleet.facts[id];
  return member === undefined || facts === undefined ? undefined : { fleet, member, facts };
}

/** @throws AwsFault where no group has this instance */
export function placeOf(world: World, id: string | undefined): Place {
  for (const fleet of world.autoScaling.fleets) {
    const place = placeIn(fleet, id ?? '');
    if (place !== undefined) return place;
  }
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`);
}

/** Members that count towards the desired capacity: standby and terminating ones do not. */
export const isPresent = ({ LifecycleState }: Member): boolean =>
  LifecycleState === 'InService' || LifecycleState.startsWith('Pending');

export const isLeaving = ({ LifecycleState }: Member): boolean => LifecycleState.startsWith('Terminating');

export const present = ({ group }: FleetState): Member[] => group.Instances.filter(isPresent);

export const isSuspended = ({ group }: FleetState, process: string): boolean =>
  group.SuspendedProcesses.some(({ ProcessName }) => ProcessName === process);

/** Health of a member in each target group of its group; `unused` where it is not registered. */
export const targetStates = (world: World, { group }: FleetState, id: string): string[] =>
  group.TargetGroupARNs.flatMap((arn) => {
    const targetGroup = targetGroupOf(world, arn);
    if (targetGroup === undefined) return [];
    const target = currentTargets(world, targetGroup).find((candidate) => candidate.id === id);
    return [target === undefined ? 'unused' : (healthOf(world, targetGroup, target).State ?? 'unused')];
  });

/** In service, healthy for Auto Scaling and, where the group asks the load balancer, healthy there too. */
export function isAvailable(world: World, fleet: FleetState, member: Member): boolean {
  if (member.LifecycleState !== 'InService' || member.HealthStatus !== 'Healthy') return false;
  if (fleet.group.HealthCheckType !== 'ELB') return true;
  return targetStates(world, fleet, member.InstanceId).every((state) => state === 'healthy');
}

/** Whether a member's warm-up is over. */
export function isWarm(world: World, fleet: FleetState, member: Member, warmup: number): boolean {
  const since = fleet.facts[member.InstanceId]?.inServiceAt;
  return since !== undefined && secondsFrom(since, warmup) <= world.now;
}
