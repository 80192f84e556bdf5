import type { World } from '../../world.ts';
import { at } from './activities.ts';
import { isSuspended } from './fleets.ts';

/** Carries out the scaling policies that an alarm invokes, as far as the group's bounds and suspended processes allow. */
export function alarmFired(world: World, alarm: string, actions: readonly string[]): void {
  for (const fleet of world.autoScaling.fleets) {
    const policy = fleet.policies.find(({ PolicyARN }) => actions.includes(PolicyARN));
    if (policy === undefined || isSuspended(fleet, 'AlarmNotification')) continue;
    const { group } = fleet;
    const desired = Math.min(group.MaxSize, group.DesiredCapacity + (policy.ScalingAdjustment ?? 0));
    if (desired <= group.DesiredCapacity) continue;
    fleet.requests.push(
      at(
        world,
        `a monitor alarm ${alarm} in state ALARM triggered policy ${policy.PolicyName} changing the desired capacity from ${group.DesiredCapacity} to ${desired}.`,
      ),
    );
    group.DesiredCapacity = desired;
  }
}
