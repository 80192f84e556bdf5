import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';

/** Whether a fault keeps what is being made from becoming available. */
export const isStuck = (world: World, what: 'cluster' | 'instance', name: string): boolean =>
  inForce(world, 'database-stays-creating').some(
    (fault) => (fault.part ?? what) === what && (fault.name ?? name) === name,
  );
