import type { MountTargetDescription } from '@aws-sdk/client-efs';
import { drawBetween, drawHex } from '../../random.ts';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import {
  clearAway,
  knownAccessPoint,
  knownFileSystem,
  knownMountTarget,
  lifeCycleOf,
  mountTargets,
  mustBeAvailable,
} from './find.ts';
import type { MountTargetState } from './state.ts';

const describe = (world: World, state: MountTargetState): MountTargetDescription => ({
  ...state.target,
  LifeCycleState: lifeCycleOf(world, state),
});

function checkSecurityGroups(ids: readonly string[]): void {
  if (ids.length > 5)
    throw new AwsFault('SecurityGroupLimitExceeded', 'A mount target can have at most 5 security groups.');
  for (const id of ids)
    if (!/^sg-[0-9a-f]{8,17}$/.test(id))
      throw new AwsFault('SecurityGroupNotFound', `The SecurityGroup ID '${id}' does not exist`);
}

function freeAddress(world: World, network: string, wanted: string | undefined): string {
  const inUse = new Set(mountTargets(world).map(({ target }) => target.IpAddress));
  if (wanted !== undefined) {
    if (inUse.has(wanted))
      throw new AwsFault('IpAddressInUse', `The IP address '${wanted}' is already in use.`);
    return wanted;
  }
  const prefix = network.split('.').slice(0, 3).join('.');
  for (;;) {
    const address = `${prefix}.${drawBetween(world, 100, 250)}`;
    if (!inUse.has(address)) return address;
  }
}

function filesystemAsked(
  world: World,
  input: {
    FileSystemId?: string | undefined;
    MountTargetId?: string | undefined;
    AccessPointId?: string | undefined;
  },
): MountTargetState[] {
  const { FileSystemId, MountTargetId, AccessPointId } = input;
  if (MountTargetId !== undefined) return [knownMountTarget(world, MountTargetId)];
  const id = AccessPointId === undefined ? FileSystemId : knownAccessPoint(world, AccessPointId).FileSystemId;
  if (id === undefined)
    throw new AwsFault('BadRequest', 'Provide one of FileSystemId, MountTargetId and AccessPointId.');
  return mountTargets(world, knownFileSystem(world, id).fileSystem.FileSystemId);
}

export const mountTargetOperations = {
  DescribeMountTargets(world, input) {
    const page = pageOf(filesystemAsked(world, input), input.MaxItems ?? 100, input.Marker, 'BadRequest');
    return {
      ...(input.Marker !== undefined && { Marker: input.Marker }),
      MountTargets: page.items.map((state) => describe(world, state)),
      NextMarker: page.next,
    };
  },

  CreateMountTarget(world, { FileSystemId, SubnetId, IpAddress, SecurityGroups }) {
    const fileSystem = knownFileSystem(world, FileSystemId);
    mustBeAvailable(world, fileSystem);
    const subnet = world.ec2.subnets.find((candidate) => candidate.SubnetId === SubnetId);
    if (subnet === undefined)
      throw new AwsFault('SubnetNotFound', `The subnet ID '${SubnetId}' does not exist`);
    clearAway(world);
    const others = mountTargets(world, FileSystemId).map(({ target }) => target);
    if (others.some(({ VpcId }) => VpcId !== subnet.VpcId))
      throw new AwsFault(
        'MountTargetConflict',
        'requested subnet for new mount target is not in the same VPC as existing mount targets',
      );
    if (others.some(({ AvailabilityZoneName }) => AvailabilityZoneName === subnet.AvailabilityZone))
      throw new AwsFault('MountTargetConflict', 'mount target already exists in this AZ');
    const securityGroups = SecurityGroups ?? [`sg-${drawHex(world, 17)}`];
    checkSecurityGroups(securityGroups);
    const [least, most] = world.efs.timings.mountTargetCreation;
    const created: MountTargetState = {
      target: {
        OwnerId: world.account,
        MountTargetId: `fsmt-${drawHex(world, 17)}`,
        FileSystemId: fileSystem.fileSystem.FileSystemId,
        SubnetId: subnet.SubnetId,
        IpAddress: freeAddress(world, subnet.CidrBlock ?? '10.0.0.0/24', IpAddress),
        NetworkInterfaceId: `eni-${drawHex(world, 17)}`,
        ...(subnet.AvailabilityZoneId !== undefined && { AvailabilityZoneId: subnet.AvailabilityZoneId }),
        AvailabilityZoneName: subnet.AvailabilityZone,
        VpcId: subnet.VpcId ?? '',
      },
      securityGroups,
      availableFrom: secondsFrom(world.now, drawBetween(world, least, most)),
    };
    world.efs.mountTargets.push(created);
    return describe(world, created);
  },

  DeleteMountTarget(world, { MountTargetId }) {
    const [least, most] = world.efs.timings.mountTargetDeletion;
    knownMountTarget(world, MountTargetId).goneFrom ??= secondsFrom(
      world.now,
      drawBetween(world, least, most),
    );
    return {};
  },

  DescribeMountTargetSecurityGroups: (world, { MountTargetId }) => ({
    SecurityGroups: knownMountTarget(world, MountTargetId).securityGroups,
  }),

  ModifyMountTargetSecurityGroups(world, { MountTargetId, SecurityGroups = [] }) {
    const state = knownMountTarget(world, MountTargetId);
    if (lifeCycleOf(world, state) === 'deleting')
      throw new AwsFault(
        'IncorrectMountTargetState',
        `Mount target '${MountTargetId}' is in the life cycle state 'deleting'.`,
      );
    checkSecurityGroups(SecurityGroups);
    state.securityGroups = SecurityGroups;
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-efs')>;
