import type { VolumeState } from '../services/ec2/state.ts';
import type { KmsState } from '../services/kms/state.ts';
import type { SingleInstance } from '../services/rds/state.ts';
import type { World } from '../world.ts';
import {
  account,
  backupTag,
  fixedNodes,
  keystoneDatabase,
  volumes as names,
  region,
  zones,
} from './names.ts';

const launched = new Date('2026-01-12T07:30:00Z');
const built = new Date('2025-05-06T08:41:09Z');

export const rootDevice = '/dev/xvda';

const keyIds = {
  ebs: '1c2d3e4f-5a6b-4c7d-8e9f-a0b1c2d3e4f5',
  rds: '2d3e4f5a-6b7c-4d8e-9fa0-b1c2d3e4f5a6',
  backup: '3e4f5a6b-7c8d-4e9f-a0b1-c2d3e4f5a6b7',
} as const;

export const keyArn = (service: keyof typeof keyIds): string =>
  `arn:aws:kms:${region}:${account}:key/${keyIds[service]}`;

/** The keys that AWS made in this Region, since nobody asked for others. */
export const keys = (): KmsState => ({
  keys: Object.entries(keyIds).map(([service, id]) => ({
    id,
    manager: 'AWS',
    createdAt: built,
    description: `Default key that protects my ${service} data when no other key is defined`,
    rotation: { days: 365, since: built },
    tags: [],
  })),
  aliases: Object.entries(keyIds).map(([service, id]) => ({
    AliasName: `alias/aws/${service}`,
    AliasArn: `arn:aws:kms:${region}:${account}:alias/aws/${service}`,
    TargetKeyId: id,
    CreationDate: built,
    LastUpdatedDate: built,
  })),
  grants: [],
});

interface Disk {
  readonly size: number;
  readonly device: string;
  readonly role: string;
  readonly isBackedUp: boolean;
}

const volume = (
  id: string,
  node: string,
  index: number,
  { size, device, role, isBackedUp }: Disk,
): VolumeState => ({
  VolumeId: id,
  Size: size,
  AvailabilityZone: zones[index] ?? '',
  CreateTime: launched,
  VolumeType: 'gp3',
  Iops: 3000,
  Throughput: 125,
  Encrypted: true,
  KmsKeyId: keyArn('ebs'),
  MultiAttachEnabled: false,
  Tags: [
    { Key: 'Name', Value: `cso-dev-${role}-${index + 1}` },
    { Key: 'Project', Value: 'cso' },
    ...(isBackedUp ? [backupTag] : []),
  ],
  attachment: {
    InstanceId: node,
    Device: device,
    AttachTime: launched,
    DeleteOnTermination: device === rootDevice,
  },
});

const disks = (ids: readonly string[], nodes: readonly string[], disk: Disk): VolumeState[] =>
  ids.map((id, index) => volume(id, nodes[index] ?? '', index, disk));

/** The volumes of the nodes that are replaced by hand. What cannot be made again is backed up. */
export const volumes = (): VolumeState[] => [
  ...disks(names.keystone, fixedNodes.keystone, {
    size: 20,
    device: rootDevice,
    role: 'keystone',
    isBackedUp: true,
  }),
  ...disks(names.rabbitmqRoots, fixedNodes.rabbitmq, {
    size: 20,
    device: rootDevice,
    role: 'rabbitmq-root',
    isBackedUp: false,
  }),
  ...disks(names.rabbitmqQueues, fixedNodes.rabbitmq, {
    size: 50,
    device: '/dev/sdf',
    role: 'rabbitmq-queues',
    isBackedUp: true,
  }),
  ...disks(names.jump, fixedNodes.jump, {
    size: 10,
    device: rootDevice,
    role: 'jump',
    isBackedUp: false,
  }),
];

/** Keystone's database: a single instance, as development has it. */
export const keystoneInstance = (world: World): SingleInstance => ({
  DBInstanceIdentifier: keystoneDatabase,
  DBInstanceArn: `arn:aws:rds:${world.region}:${world.account}:db:${keystoneDatabase}`,
  DbiResourceId: 'db-4HNQ2ZJ5X7KC3TPA6YMLV8WRGE',
  DBInstanceClass: 'db.t3.medium',
  DBInstanceStatus: 'available',
  Engine: 'mysql',
  EngineVersion: '8.0.39',
  MasterUsername: 'keystone_admin',
  DBName: 'keystone',
  AllocatedStorage: 20,
  StorageType: 'gp3',
  StorageEncrypted: true,
  KmsKeyId: keyArn('rds'),
  InstanceCreateTime: new Date('2025-05-06T09:20:44Z'),
  AvailabilityZone: zones[0] ?? '',
  MultiAZ: false,
  PubliclyAccessible: false,
  BackupRetentionPeriod: 7,
  PreferredBackupWindow: '01:00-01:30',
  PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
  DeletionProtection: true,
  TagList: [{ Key: 'Project', Value: 'cso' }, { Key: 'Component', Value: 'keystone' }, backupTag],
});
