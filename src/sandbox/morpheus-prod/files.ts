import { hours, minutes } from '../../duration.ts';
import { later } from '../schedule.ts';
import { type EfsState, emptyEfs } from '../services/efs/state.ts';
import type { World } from '../world.ts';
import {
  account,
  keys,
  files as names,
  region,
  securityGroups,
  subnetIds,
  tag,
  vpc,
  zones,
} from './names.ts';

const created = new Date('2025-06-10T13:20:44Z');
const accessPointId = 'fsap-0d3f5a7b9c1e2d486';
const mountTargetIds = ['fsmt-0e4a6b8c1d2f3a597', 'fsmt-0f5b7c9d2e3a4b6a8', 'fsmt-0a6c8d0e3f4b5c7b9'];
const tags = [
  tag('Name', names.name),
  tag('Project', 'morpheus'),
  tag('Environment', 'prod'),
  tag('Backup', 'morpheus-prod'),
];

/** The shared file system, as it stands in the Region of this world. */
export function files(world: World): EfsState {
  return {
    ...emptyEfs(),
    fileSystems: [
      {
        fileSystem: {
          OwnerId: account,
          CreationToken: names.name,
          FileSystemId: names.id,
          FileSystemArn: names.arn,
          CreationTime: created,
          PerformanceMode: 'generalPurpose',
          Encrypted: true,
          KmsKeyId: keys.files,
          ThroughputMode: 'bursting',
          Tags: tags,
          FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
        },
        availableFrom: created,
        // The backup plan selects it by its tag; the automatic backup of EFS would be a second one.
        backupPolicy: 'DISABLED',
        lifecycle: [
          { TransitionToIA: 'AFTER_30_DAYS' },
          { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' },
        ],
        content: {
          files: 1_284_310,
          bytes: 431_500_000_000,
          asOf: world.now,
          newestFile: later(world.now, -minutes(1)),
          filesPerHour: 240,
          bytesPerFile: 336_000,
          shareInIA: 0.68,
          beacons: [],
          directories: [],
        },
      },
    ],
    mountTargets: zones.map((zone, index) => ({
      target: {
        OwnerId: account,
        MountTargetId: mountTargetIds[index] ?? '',
        FileSystemId: names.id,
        SubnetId: subnetIds[index] ?? '',
        IpAddress: `10.20.${index + 1}.77`,
        NetworkInterfaceId: `eni-0b7d9e1f4a5c6d8c${index}`,
        AvailabilityZoneId: `use1-az${index + 1}`,
        AvailabilityZoneName: zone,
        VpcId: vpc,
      },
      securityGroups: [securityGroups.files],
      availableFrom: later(created, hours(1)),
    })),
    accessPoints: [
      {
        AccessPointId: accessPointId,
        AccessPointArn: `arn:aws:elasticfilesystem:${region}:${account}:access-point/${accessPointId}`,
        FileSystemId: names.id,
        Name: 'morpheus-app',
        ClientToken: 'morpheus-app',
        LifeCycleState: 'available',
        OwnerId: account,
        PosixUser: { Uid: 1001, Gid: 1001 },
        RootDirectory: {
          Path: '/morpheus',
          CreationInfo: { OwnerUid: 1001, OwnerGid: 1001, Permissions: '0750' },
        },
        Tags: [tag('Name', 'morpheus-app'), tag('Project', 'morpheus')],
      },
    ],
  };
}
