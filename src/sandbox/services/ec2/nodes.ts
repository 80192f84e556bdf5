import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { EventHandlers, World } from '../../world.ts';
import type { Ec2Event } from './state.ts';
import { releaseVolumes } from './volumes.ts';

/** AWS shows terminated instances for about an hour. */
const terminatedKept = 8;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export function setNodeState(
  world: World,
  id: string,
  name: keyof typeof stateCodes & InstanceStateName,
): void {
  const node = world.ec2.nodes[id];
  if (node === undefined) return;
  node.instance.State = { Code: stateCodes[name], Name: name };
  if (name !== 'terminated') return;
  node.terminatedAt = world.now;
  releaseVolumes(world, id);
  const gone = Object.values(world.ec2.nodes)
    .filter(({ terminatedAt }) => terminatedAt !== undefined)
    .sort((one, other) => Number(one.terminatedAt) - Number(other.terminatedAt));
  for (const { instance } of gone.slice(0, -terminatedKept)) delete world.ec2.nodes[instance.InstanceId];
}

export const ec2Events: EventHandlers<Ec2Event> = {
  'node-settles': (world, { instance, from, to }) => {
    // Somebody may have decided otherwise meanwhile.
    if (world.ec2.nodes[instance]?.instance.State.Name === from) setNodeState(world, instance, to);
  },
};
