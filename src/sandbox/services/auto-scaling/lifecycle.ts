import { drawUuid } from '../../random.ts';
import { schedule, secondsFrom, unschedule } from '../../schedule.ts';
import type { EventHandlers, World } from '../../world.ts';
import { setNodeState } from '../ec2/nodes.ts';
import { deregister, register, targetGroupOf } from '../elastic-load-balancing-v2/target-health.ts';
import { activityOf, beginActivity, drainingSuffix, finishActivity } from './activities.ts';
import { drawnTime, memberEvent } from './events.ts';
import { isSuspended, type Place, placeIn } from './fleets.ts';
import type { AutoScalingEvent, FleetState, MemberFacts, ScalingActivity } from './state.ts';

/** Seconds that the simulated machinery takes, at least and at most. */
const takes = {
  enterService: [5, 10],
  agent: [15, 25],
  deregister: [3, 6],
  shutDown: [30, 45],
} as const;

/**
 * Takes a member out of service: the load balancer drains it first, then its terminating hooks run, then it is shut down.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export function terminate(
  world: World,
  { fleet, member, facts }: Place,
  cause: readonly string[],
): ScalingActivity {
  const activity = beginActivity(world, fleet, {
    description: `Terminating EC2 instance: ${member.InstanceId}`,
    cause,
    zone: member.AvailabilityZone,
    status: 'InProgress',
  });
  facts.activity = activity.ActivityId;
  delete facts.hook;
  member.LifecycleState = 'Terminating';
  unschedule(world, (due) => 'group' in due && 'instance' in due && due.instance === member.InstanceId);
  const drainedAt = leaveTargetGroups(world, fleet, member.InstanceId);
  if (drainedAt !== undefined) {
    activity.StatusCode = 'WaitingForELBConnectionDraining';
    activity.Progress = 50;
    activity.Description += drainingSuffix;
  }
  schedule(
    world,
    drainedAt ?? drawnTime(world, takes.deregister),
    memberEvent(fleet, 'instance-drained', member.InstanceId),
  );
  return activity;
}

/** Takes a member out of the target groups and into standby. */
export function enterStandby(
  world: World,
  { fleet, member, facts }: Place,
  cause: readonly string[],
): ScalingActivity {
  const activity = beginActivity(world, fleet, {
    description: `Moving EC2 instance to Standby: ${member.InstanceId}`,
    cause,
    zone: member.AvailabilityZone,
    status: 'InProgress',
  });
  facts.activity = activity.ActivityId;
  facts.leavesTo = 'Standby';
  member.LifecycleState = 'EnteringStandby';
  const drainedAt = leaveTargetGroups(world, fleet, member.InstanceId);
  schedule(
    world,
    drainedAt ?? drawnTime(world, takes.deregister),
    memberEvent(fleet, 'instance-drained', member.InstanceId),
  );
  return activity;
}

export function exitStandby(
  world: World,
  { fleet, member, facts }: Place,
  cause: readonly string[],
): ScalingActivity {
  const activity = beginActivity(world, fleet, {
    description: `Moving EC2 instance out of Standby: ${member.InstanceId}`,
    cause,
    zone: member.AvailabilityZone,
    status: 'PreInService',
  });
  facts.activity = activity.ActivityId;
  member.LifecycleState = 'Pending';
  joinTargetGroups(world, { fleet, member, facts });
  schedule(
    world,
    drawnTime(world, takes.enterService),
    memberEvent(fleet, 'instance-in-service', member.InstanceId),
  );
  return activity;
}

function leaveTargetGroups(world: World, { group }: FleetState, id: string): Date | undefined {
  const drained = group.TargetGroupARNs.flatMap((arn) => {
    const targetGroup = targetGroupOf(world, arn);
    return targetGroup === undefined ? [] : (deregister(world, targetGroup, id) ?? []);
  });
  return drained.sort((one, other) => other.getTime() - one.getTime())[0];
}

function joinTargetGroups(world: World, { fleet, member, facts }: Place): void {
  if (isSuspended(fleet, 'AddToLoadBalancer')) return;
  for (const arn of fleet.group.TargetGroupARNs) {
    const targetGroup = targetGroupOf(world, arn);
    if (targetGroup !== undefined) register(world, targetGroup, member.InstanceId);
  }
  facts.registered = true;
}

const hookFor = (fleet: FleetState, transition: 'LAUNCHING' | 'TERMINATING') =>
  fleet.hooks.find(
    ({ LifecycleTransition }) => LifecycleTransition === `autoscaling:EC2_INSTANCE_${transition}`,
  );

/** Holds a member in its wait state until the agent on it, a caller or the timeout ends the hook. */
function beginHook(world: World, { fleet, member, facts }: Place, hook: FleetState['hooks'][number]): void {
  const token = drawUuid(world);
  facts.hook = { name: hook.LifecycleHookName, token };
  const over = {
    kind: 'hook-over',
    group: fleet.group.AutoScalingGroupName,
    instance: member.InstanceId,
    token,
  } as const;
  const agentAnswers = drawnTime(world, takes.agent);
  if (world.ec2.nodes[member.InstanceId]?.agentHangs !== true)
    schedule(world, agentAnswers, { ...over, by: 'agent' });
  schedule(world, secondsFrom(world.now, hook.HeartbeatTimeout), { ...over, by: 'timeout' });
}

/** Ends the hook that holds a member, if one does. */
export function endHook(world: World, place: Place, result: string): void {
  const { member, facts } = place;
  const token = facts.hook?.token;
  if (token === undefined) return;
  delete facts.hook;
  unschedule(world, (due) => due.kind === 'hook-over' && due.token === token);
  if (member.LifecycleState === 'Terminating:Wait') shutDown(world, place);
  // ABANDON of a launching hook terminates the instance; of a terminating one it only skips the other hooks.
  else if (result === 'ABANDON') terminate(world, place, []);
  else enterService(world, place);
}

function enterService(world: World, place: Place): void {
  const { fleet, member, facts } = place;
  if (facts.hook === undefined && member.LifecycleState === 'Pending:Wait')
    member.LifecycleState = 'Pending:Proceed';
  joinTargetGroups(world, place);
  schedule(
    world,
    drawnTime(world, takes.enterService),
    memberEvent(fleet, 'instance-in-service', member.InstanceId),
  );
}

function shutDown(world: World, { fleet, member }: Place): void {
  member.LifecycleState = hookFor(fleet, 'TERMINATING') === undefined ? 'Terminating' : 'Terminating:Proceed';
  setNodeState(world, member.InstanceId, 'shutting-down');
  schedule(
    world,
    drawnTime(world, takes.shutDown),
    memberEvent(fleet, 'instance-terminated', member.InstanceId),
  );
}

function finishMove(world: World, fleet: FleetState, facts: MemberFacts): void {
  finishActivity(world, fleet, facts.activity, { status: 'Successful' });
  delete facts.activity;
}

/** Runs `then` for a member that is still there. */
const forMember =
  <Event extends { readonly group: string; readonly instance: string }>(
    then: (world: World, place: Place, event: Event) => void,
  ) =>
  (world: World, event: Event): void => {
    const fleet = world.autoScaling.fleets.find(({ group }) => group.AutoScalingGroupName === event.group);
    const place = fleet && placeIn(fleet, event.instance);
    if (place !== undefined) then(world, place, event);
  };

export const lifecycleEvents: EventHandlers<Exclude<AutoScalingEvent, { kind: 'group-looked-at' }>> = {
  'instance-running': forMember((world, place) => {
    setNodeState(world, place.member.InstanceId, 'running');
    const hook = hookFor(place.fleet, 'LAUNCHING');
    if (hook === undefined) return enterService(world, place);
    place.member.LifecycleState = 'Pending:Wait';
    return beginHook(world, place, hook);
  }),

  'instance-in-service': forMember((world, { fleet, member, facts }) => {
    member.LifecycleState = 'InService';
    facts.inServiceAt = world.now;
    finishMove(world, fleet, facts);
  }),

  'instance-drained': forMember((world, place) => {
    const { fleet, member, facts } = place;
    if (facts.leavesTo === 'Standby') {
      delete facts.leavesTo;
      delete facts.registered;
      member.LifecycleState = 'Standby';
      finishMove(world, fleet, facts);
      return;
    }
    const activity = activityOf(fleet, facts.activity);
    if (activity !== undefined) activity.Description = activity.Description.replace(drainingSuffix, '');
    const hook = hookFor(fleet, 'TERMINATING');
    if (hook === undefined) {
      shutDown(world, place);
      return;
    }
    member.LifecycleState = 'Terminating:Wait';
    // The API reference lists MidLifecycleAction; what the service sends for a termination is this.
    if (activity !== undefined)
      Object.assign(activity, { StatusCode: 'MidTerminatingLifecycleAction', Progress: 60 });
    beginHook(world, place, hook);
  }),

  'hook-over': forMember<Extract<AutoScalingEvent, { kind: 'hook-over' }>>((world, place, { token, by }) => {
    if (place.facts.hook?.token !== token) return;
    const hook = place.fleet.hooks.find(
      ({ LifecycleHookName }) => LifecycleHookName === place.facts.hook?.name,
    );
    endHook(world, place, by === 'agent' ? 'CONTINUE' : (hook?.DefaultResult ?? 'ABANDON'));
  }),

  'instance-terminated': forMember((world, { fleet, member, facts }) => {
    setNodeState(world, member.InstanceId, 'terminated');
    fleet.group.Instances = fleet.group.Instances.filter(
      ({ InstanceId }) => InstanceId !== member.InstanceId,
    );
    finishMove(world, fleet, facts);
    delete fleet.facts[member.InstanceId];
  }),
};
