import { drawBetween } from '../../random.ts';
import { secondsFrom } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { AutoScalingEvent, FleetState } from './state.ts';

/** A time from now, drawn between so many seconds at least and at most. */
export const drawnTime = (world: World, [least, most]: readonly [number, number]): Date =>
  secondsFrom(world.now, drawBetween(world, least, most));

export const memberEvent = (
  { group }: FleetState,
  kind: 'instance-running' | 'instance-in-service' | 'instance-drained' | 'instance-terminated',
  instance: string,
): AutoScalingEvent => ({ kind, group: group.AutoScalingGroupName, instance });
