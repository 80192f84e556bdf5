import type { InstanceStateName } from '@aws-sdk/client-ec2';
import type { World } from '../../world.ts';

/** AWS shows terminated instances for about an hour. */
const terminatedKept = 8;

const stateCodes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48 } as const;

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
  const gone = Object.values(world.ec2.nodes)
    .filter(({ terminatedAt }) => terminatedAt !== undefined)
    .sort((one, other) => Number(one.terminatedAt) - Number(other.terminatedAt));
  for (const { instance } of gone.slice(0, -terminatedKept)) delete world.ec2.nodes[instance.InstanceId];
}
