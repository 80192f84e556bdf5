import type { Tag } from '@aws-sdk/client-rds';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { knownCluster, knownClusterParameterGroup, knownInstance, knownSubnetGroup } from './find.ts';
import { tagRecord } from './groups.ts';
import { findSingle } from './single-instances.ts';
import { knownSnapshot } from './snapshots.ts';

export const tagOperations = {
  ListTagsForResource: (world, { ResourceName = '' }) => ({
    TagList: tagsOf(world, ResourceName).read(),
  }),

  AddTagsToResource(world, { ResourceName = '', Tags = [] }) {
    const tags = tagsOf(world, ResourceName);
    tags.write({ ...tagRecord(tags.read()), ...tagRecord(Tags) });
    return {};
  },

  RemoveTagsFromResource(world, { ResourceName = '', TagKeys = [] }) {
    const tags = tagsOf(world, ResourceName);
    const left = tags.read().filter(({ Key = '' }) => !TagKeys.includes(Key));
    tags.write(tagRecord(left));
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

interface TagsOfResource {
  read(): Tag[];
  write(tags: Record<string, string>): void;
}

const listed = (tags: Record<string, string>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const inList = (resource: { TagList: Tag[] }): TagsOfResource => ({
  read: () => resource.TagList,
  write(tags) {
    resource.TagList = listed(tags);
  },
});

const inRecord = (resource: { tags: Record<string, string> }): TagsOfResource => ({
  read: () => listed(resource.tags),
  write(tags) {
    resource.tags = tags;
  },
});

function tagsOf(world: World, arn: string): TagsOfResource {
  const [, type = ''] = /^arn:aws:rds:[^:]+:\d{12}:([a-z-]+):/.exec(arn) ?? [];
  switch (type) {
    case 'cluster':
      return inList(knownCluster(world, arn).cluster);
    case 'db':
      return inList(findSingle(world, arn) ?? knownInstance(world, arn).member.instance);
    case 'cluster-snapshot':
      return inList(knownSnapshot(world, arn).snapshot);
    case 'subgrp':
      return inRecord(knownSubnetGroup(world, arn));
    case 'cluster-pg':
      return inRecord(knownClusterParameterGroup(world, arn));
    default:
      throw new AwsFault('InvalidParameterValue', `Invalid resource name: ${arn}`);
  }
}
