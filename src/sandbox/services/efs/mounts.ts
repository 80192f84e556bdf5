import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';
import type { NodeState } from '../ec2/state.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { findFileSystem, lifeCycleOf, mountTargets } from './find.ts';
import type { MountTargetState } from './state.ts';

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

const nfs = 2049;

/** One of the groups of the mount target lets in one of the node's. */
function letsIn(world: World, { securityGroups }: MountTargetState, { instance }: NodeState): boolean {
  const own = (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId);
  return world.ec2.securityGroups
    .filter(({ GroupId }) => securityGroups.includes(GroupId))
    .flatMap(({ IpPermissions }) => IpPermissions)
    .some(
      ({ IpProtocol, FromPort = 0, ToPort = 65_535, UserIdGroupPairs = [] }) =>
        (IpProtocol === '-1' || (FromPort <= nfs && nfs <= ToPort)) &&
        UserIdGroupPairs.some(({ GroupId }) => own.includes(GroupId)),
    );
}

/**
 * The mount target that a node reaches under an address, or under the file system's name, which leads to the one of its own zone:
 * https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html
 */
export function mountTargetBehind(world: World, name: string, node: NodeState): MountTargetState | undefined {
  const { AvailabilityZone } = node.instance.Placement;
  const found = mountTargets(world).find(
    ({ target }) =>
      target.IpAddress === name ||
      (name === `${target.FileSystemId}.efs.${world.region}.amazonaws.com` &&
        target.AvailabilityZoneName === AvailabilityZone),
  );
  if (found === undefined || lifeCycleOf(world, found) !== 'available') return undefined;
  const isThere = isMountable(world, found.target.FileSystemId ?? '', found.target.AvailabilityZoneName);
  return isThere && found.target.VpcId === node.instance.VpcId && letsIn(world, found, node)
    ? found
    : undefined;
}
