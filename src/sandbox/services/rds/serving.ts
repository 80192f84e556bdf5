import { connectionsCut } from '../../application/hooks.ts';
import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';
import { pauseWrites, resumeWrites } from './data.ts';
import type { ClusterState, InstanceState } from './state.ts';

export const isOutOfReach = (world: World, { instance }: InstanceState): boolean =>
  inForce(world, 'zone-outage').some(({ zone }) => zone === instance.AvailabilityZone);

/** Whether it answers those who connect. */
export const isServing = (world: World, member: InstanceState): boolean =>
  !member.isDown && !isOutOfReach(world, member);

export const isWriter = ({ writer }: ClusterState, { instance }: InstanceState): boolean =>
  instance.DBInstanceIdentifier === writer;

export function takeDown(world: World, state: ClusterState, member: InstanceState, status: string): void {
  member.isDown = true;
  member.instance.DBInstanceStatus = status;
  if (isWriter(state, member)) pauseWrites(world, state);
  connectionsCut(world, member.instance.DBInstanceIdentifier);
}

export function bringUp(world: World, state: ClusterState, member: InstanceState): void {
  member.isDown = false;
  member.instance.DBInstanceStatus = 'available';
  if (isWriter(state, member) && !isOutOfReach(world, member)) resumeWrites(world, state);
}
