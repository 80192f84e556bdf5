import { AwsFault } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { activityOf, at, drainingSuffix } from './activities.ts';
import { fleetOf, invalid, isLeaving, placeIn, placeOf } from './fleets.ts';
import { endHook, enterStandby, exitStandby, terminate } from './lifecycle.ts';
import type { FleetState } from './state.ts';

const count = (ids: readonly string[]) => `${ids.length} ${ids.length === 1 ? 'instance' : 'instances'}`;

const sizes = ({ group }: FleetState) =>
  `AutoScalingGroup ${group.AutoScalingGroupName} has min-size=${group.MinSize}, max-size=${group.MaxSize}, and desired-size=${group.DesiredCapacity}.`;

function membersOf(fleet: FleetState, ids: readonly string[]) {
  return ids.map((id) => {
    const place = placeIn(fleet, id);
    if (place !== undefined) return place;
    throw invalid(
      `The instance ${id} is not part of Auto Scaling group ${fleet.group.AutoScalingGroupName}.`,
    );
  });
}

export const instanceOperations = {
  TerminateInstanceInAutoScalingGroup(world, { InstanceId, ShouldDecrementDesiredCapacity }) {
    if (InstanceId === undefined)
      throw invalid(
        "1 validation error detected: Value null at 'instanceId' failed to satisfy constraint: Member must not be null",
      );
    const place = placeOf(world, InstanceId);
    const { group } = place.fleet;
    if (isLeaving(place.member)) {
      const busy = activityOf(place.fleet, place.facts.activity);
      throw new AwsFault(
        'ScalingActivityInProgressFault',
        `Scaling activity ${busy?.ActivityId} is in progress and blocks this action`,
      );
    }
    // An instance in standby no longer counts towards the desired capacity.
    const decrements = ShouldDecrementDesiredCapacity === true && place.member.LifecycleState !== 'Standby';
    if (decrements && group.DesiredCapacity <= group.MinSize)
      throw invalid(
        `Currently, desiredSize equals minSize (${group.MinSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    const taken = `instance ${InstanceId} was taken out of service in response to a user request`;
    const desired = group.DesiredCapacity;
    if (decrements) group.DesiredCapacity -= 1;
    const shrinking = decrements ? `, shrinking the capacity from ${desired} to ${desired - 1}` : '';
    const activity = terminate(world, place, [at(world, `${taken}${shrinking}.`)]);
    // The answer shows the activity as it begins, before the load balancer drains the instance.
    const Description = activity.Description.replace(drainingSuffix, '');
    return { Activity: { ...activity, Description, StatusCode: 'InProgress' as const, Progress: 0 } };
  },

  SetInstanceProtection(world, { AutoScalingGroupName, InstanceIds = [], ProtectedFromScaleIn = false }) {
    const places = membersOf(fleetOf(world, AutoScalingGroupName), InstanceIds);
    const wrong = places.find(({ member }) => member.LifecycleState !== 'InService');
    if (wrong !== undefined)
      throw invalid(
        `The instance ${wrong.member.InstanceId} is not in InService or EnteringStandby or Standby.`,
      );
    for (const { member } of places) member.ProtectedFromScaleIn = ProtectedFromScaleIn;
    return {};
  },

  EnterStandby(world, { AutoScalingGroupName, InstanceIds = [], ShouldDecrementDesiredCapacity }) {
    const fleet = fleetOf(world, AutoScalingGroupName);
    const places = membersOf(fleet, InstanceIds);
    const wrong = places.find(({ member }) => member.LifecycleState !== 'InService');
    if (wrong !== undefined) throw invalid(`The instance ${wrong.member.InstanceId} is not in InService.`);
    const { group } = fleet;
    if (ShouldDecrementDesiredCapacity === true && group.DesiredCapacity - places.length < group.MinSize)
      throw invalid(
        `${sizes(fleet)} To place into standby ${count(InstanceIds)}, please update the AutoScalingGroup sizes appropriately.`,
      );
    const activities = places.map((place) => {
      const desired = group.DesiredCapacity;
      if (ShouldDecrementDesiredCapacity === true) group.DesiredCapacity -= 1;
      const shrinking =
        group.DesiredCapacity < desired
          ? `, shrinking the capacity from ${desired} to ${group.DesiredCapacity}`
          : '';
      const moved = `instance ${place.member.InstanceId} was moved to standby in response to a user request${shrinking}.`;
      return enterStandby(world, place, [at(world, moved)]);
    });
    return { Activities: activities };
  },

  ExitStandby(world, { AutoScalingGroupName, InstanceIds = [] }) {
    const fleet = fleetOf(world, AutoScalingGroupName);
    const places = membersOf(fleet, InstanceIds);
    const wrong = places.find(({ member }) => member.LifecycleState !== 'Standby');
    if (wrong !== undefined) throw invalid(`The instance ${wrong.member.InstanceId} is not in Standby.`);
    const { group } = fleet;
    if (group.DesiredCapacity + places.length > group.MaxSize)
      throw invalid(
        `${sizes(fleet)} To take out of standby ${count(InstanceIds)}, please update the AutoScalingGroup sizes appropriately.`,
      );
    const activities = places.map((place) => {
      group.DesiredCapacity += 1;
      const moved = `instance ${place.member.InstanceId} was moved out of standby in response to a user request, increasing the capacity from ${group.DesiredCapacity - 1} to ${group.DesiredCapacity}.`;
      return exitStandby(world, place, [at(world, moved)]);
    });
    return { Activities: activities };
  },

  CompleteLifecycleAction(world, input) {
    const fleet = fleetOf(world, input.AutoScalingGroupName);
    const { InstanceId, LifecycleActionToken, LifecycleHookName } = input;
    if (InstanceId === undefined && LifecycleActionToken === undefined)
      throw invalid('Either InstanceId or LifecycleActionToken must be specified.');
    const holds = Object.entries(fleet.facts).find(
      ([id, { hook }]) =>
        hook !== undefined &&
        hook.name === LifecycleHookName &&
        (LifecycleActionToken === undefined ? id === InstanceId : hook.token === LifecycleActionToken),
    );
    const place = holds && placeIn(fleet, holds[0]);
    if (place === undefined)
      throw invalid(
        LifecycleActionToken === undefined
          ? `No active Lifecycle Action found with instance ID ${InstanceId}`
          : `No active Lifecycle Action found with token ${LifecycleActionToken}`,
      );
    endHook(world, place, input.LifecycleActionResult ?? 'ABANDON');
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-auto-scaling')>;
