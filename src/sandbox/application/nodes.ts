import type { NodeState } from '../services/ec2/state.ts';
import type { World } from '../world.ts';
import type { Application } from './state.ts';

/** Tag by which Auto Scaling marks the instances of a group. */
const groupOf = ({ instance }: NodeState): string | undefined =>
  instance.Tags.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;

const isRunning = ({ instance }: NodeState): boolean =>
  instance.State.Name === 'running' || instance.State.Name === 'pending';

/** Nodes that run, or begin to run, an application. */
export const nodesOf = (world: World, { group }: Application): NodeState[] =>
  Object.values(world.ec2.nodes).filter((node) => isRunning(node) && groupOf(node) === group);

export function applicationOf(world: World, node: NodeState): Application | undefined {
  const group = groupOf(node);
  return world.applications.find((application) => application.group === group);
}

export function runningNode(world: World, id: string): NodeState | undefined {
  const node = world.ec2.nodes[id];
  return node !== undefined && isRunning(node) ? node : undefined;
}
