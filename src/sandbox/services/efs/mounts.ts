import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { findFileSystem, lifeCycleOf, mountTargets } from './find.ts';

/** Whether nodes in the zone can reach the file system: it is there, and has a mount target in that zone which is available. */
export function isMountable(world: World, fileSystemId: string, zone: string): boolean {
  const state = findFileSystem(world, fileSystemId);
  if (state === undefined || lifeCycleOf(world, state) === 'deleting') return false;
  const { KmsKeyId } = state.fileSystem;
  if (KmsKeyId !== undefined && keyUnusable(world, KmsKeyId) !== undefined) return false;
  if (inForce(world, 'zone-outage').some((fault) => fault.zone === zone)) return false;
  return mountTargets(world, state.fileSystem.FileSystemId).some(
    (mount) => mount.target.AvailabilityZoneName === zone && lifeCycleOf(world, mount) === 'available',
  );
}
