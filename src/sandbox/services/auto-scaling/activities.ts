import { drawUuid } from '../../random.ts';
import type { World } from '../../world.ts';
import type { FleetState, ScalingActivity } from './state.ts';

/** AWS keeps six weeks of activities; the world keeps as many as a procedure looks at. */
const kept = 60;

/** As times stand in the causes of activities and in the reasons of suspensions. */
export const stamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** A sentence of an activity's cause; several are joined by two spaces, as AWS does. */
export const at = (world: World, happening: string): string => `At ${stamp(world.now)} ${happening}`;

export function beginActivity(
  world: World,
  fleet: FleetState,
  begun: {
    description: string;
    cause: readonly string[];
    zone: string;
    status: ScalingActivity['StatusCode'];
  },
): ScalingActivity {
  const subnet = world.ec2.subnets.find(({ AvailabilityZone }) => AvailabilityZone === begun.zone);
  const activity: ScalingActivity = {
    ActivityId: drawUuid(world),
    AutoScalingGroupName: fleet.group.AutoScalingGroupName,
    AutoScalingGroupARN: fleet.group.AutoScalingGroupARN,
    Description: begun.description,
    Cause: [...fleet.requests, ...begun.cause].join('  '),
    StartTime: world.now,
    StatusCode: begun.status,
    Progress: begun.status === 'PreInService' ? 30 : 0,
    Details: JSON.stringify({ 'Subnet ID': subnet?.SubnetId, 'Availability Zone': begun.zone }),
  };
  fleet.requests = [];
  fleet.activities = [activity, ...fleet.activities].slice(0, kept);
  return activity;
}

export const activityOf = (fleet: FleetState, id: string | undefined): ScalingActivity | undefined =>
  fleet.activities.find(({ ActivityId }) => ActivityId === id);

/** While a termination waits for the load balancer, its description says so. */
export const drainingSuffix = ' - Waiting For ELB Connection Draining.';

export function finishActivity(
  world: World,
  fleet: FleetState,
  id: string | undefined,
  end: { status: 'Successful' } | { status: 'Failed' | 'Cancelled'; message: string },
): void {
  const activity = activityOf(fleet, id);
  if (activity === undefined) return;
  activity.Description = activity.Description.replace(drainingSuffix, '');
  activity.StatusCode = end.status;
  activity.Progress = 100;
  activity.EndTime = world.now;
  if (end.status === 'Successful') return;
  activity.StatusMessage = end.message;
  activity.Description += `.  Status Reason: ${end.message}`;
}
