import type { Tag } from '@aws-sdk/client-efs';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { knownAccessPoint, knownFileSystem } from './find.ts';

interface Tagged {
  Tags?: Tag[] | undefined;
}

const tagged = (world: World, id = ''): Tagged =>
  id.includes('fsap-') ? knownAccessPoint(world, id) : knownFileSystem(world, id).fileSystem;

export const settingOperations = {
  DescribeBackupPolicy(world, { FileSystemId }) {
    const { backupPolicy } = knownFileSystem(world, FileSystemId);
    if (backupPolicy === undefined)
      throw new AwsFault('PolicyNotFound', 'There is no backup policy for the file system.');
    return { BackupPolicy: { Status: backupPolicy } };
  },

  PutBackupPolicy(world, { FileSystemId, BackupPolicy }) {
    const state = knownFileSystem(world, FileSystemId);
    const status = BackupPolicy?.Status;
    if (status !== 'ENABLED' && status !== 'DISABLED')
      throw new AwsFault('ValidationException', 'The status of a backup policy is ENABLED or DISABLED.');
    state.backupPolicy = status;
    return { BackupPolicy: { Status: status } };
  },

  DescribeLifecycleConfiguration: (world, { FileSystemId }) => ({
    LifecyclePolicies: knownFileSystem(world, FileSystemId).lifecycle,
  }),

  DescribeAccessPoints(world, { AccessPointId, FileSystemId, MaxResults, NextToken }) {
    if (FileSystemId !== undefined) knownFileSystem(world, FileSystemId);
    const all =
      AccessPointId === undefined ? world.efs.accessPoints : [knownAccessPoint(world, AccessPointId)];
    const found = all.filter((point) => FileSystemId === undefined || point.FileSystemId === FileSystemId);
    const page = pageOf(found, MaxResults ?? 100, NextToken, 'BadRequest');
    return { AccessPoints: page.items, NextToken: page.next };
  },

  ListTagsForResource(world, { ResourceId, MaxResults, NextToken }) {
    const page = pageOf(tagged(world, ResourceId).Tags ?? [], MaxResults ?? 100, NextToken, 'BadRequest');
    return { Tags: page.items, NextToken: page.next };
  },

  TagResource(world, { ResourceId, Tags = [] }) {
    const resource = tagged(world, ResourceId);
    if (Tags.some(({ Key = '' }) => Key.startsWith('aws:')))
      throw new AwsFault('BadRequest', 'Tag keys that begin with aws: are reserved for system use.');
    const kept = (resource.Tags ?? []).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
    resource.Tags = [...kept, ...Tags];
    return {};
  },

  UntagResource(world, { ResourceId, TagKeys = [] }) {
    const resource = tagged(world, ResourceId);
    resource.Tags = (resource.Tags ?? []).filter(({ Key = '' }) => !TagKeys.includes(Key));
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-efs')>;
