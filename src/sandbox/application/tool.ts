import { ownMember } from '../own-member.ts';
import type { NodeState } from '../services/ec2/state.ts';
import type { World } from '../world.ts';
import type { Place } from './connect.ts';
import { applicationOf } from './nodes.ts';
import { loadCredentials } from './on-node.ts';

/**
 * The application's tool on an instance that runs the application's image and belongs to no fleet: it logs in with what Secrets Manager
 * has at that moment. `undefined` where a fleet runs the application there, or the image does not hold it.
 */
export function toolPlaceOf(world: World, node: NodeState): Place | undefined {
  const [application] = world.applications;
  const isInstalled = ownMember(world.ec2.software, node.instance.ImageId) !== undefined;
  if (application === undefined || !isInstalled || applicationOf(world, node) !== undefined) return undefined;
  const on = {
    name: application.name,
    startedAt: world.now,
    endpoints: {},
    loaded: {},
    lost: {},
    attempts: 0,
    stoppages: [],
  };
  const place = { application, node, on };
  loadCredentials(world, place);
  return place;
}
