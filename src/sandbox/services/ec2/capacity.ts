import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';

/** Whether instances of this type can be launched in the zone now. */
export const hasCapacity = (world: World, zone: string, instanceType: string | undefined): boolean =>
  !world.ec2.zonesWithoutCapacity.includes(zone) &&
  !inForce(world, 'zone-without-capacity').some(
    (fault) => fault.zone === zone && fault.instanceType !== undefined && fault.instanceType === instanceType,
  );
