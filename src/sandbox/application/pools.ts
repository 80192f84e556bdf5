import type { World } from '../world.ts';

/** Connections in the pool of one node. */
const poolSize = 20;

/** Connections that the nodes of this Region hold to a database instance. */
export const databaseConnections = (world: World, instance: string): number =>
  Object.values(world.ec2.nodes).filter(
    (node) => node.instance.State.Name === 'running' && node.application?.pool?.instance === instance,
  ).length * poolSize;
