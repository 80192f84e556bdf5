import type { ResourceType, Tag } from '@aws-sdk/client-ec2';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { filtered } from './filters.ts';

interface Tagged {
  readonly id: string;
  readonly type: ResourceType;
  /** Absent until it has its first tag. */
  readonly resource: { Tags?: Tag[] | undefined };
}

const allTagged = ({ ec2 }: World): Tagged[] => [
  ...Object.values(ec2.nodes).map(({ instance }) => ({
    id: instance.InstanceId,
    type: 'instance' as const,
    resource: instance,
  })),
  ...ec2.images.map((image) => ({ id: image.ImageId, type: 'image' as const, resource: image })),
  ...ec2.templates.map(({ template }) => ({
    id: template.LaunchTemplateId,
    type: 'launch-template' as const,
    resource: template,
  })),
  ...ec2.subnets.map((subnet) => ({ id: subnet.SubnetId, type: 'subnet' as const, resource: subnet })),
  ...ec2.vpcs.map((vpc) => ({ id: vpc.VpcId, type: 'vpc' as const, resource: vpc })),
  ...ec2.volumes.map((volume) => ({ id: volume.VolumeId, type: 'volume' as const, resource: volume })),
  ...ec2.securityGroups.map((group) => ({
    id: group.GroupId,
    type: 'security-group' as const,
    resource: group,
  })),
];

function named(world: World, ids: readonly string[] = []): Tagged[] {
  const all = allTagged(world);
  return ids.map((id) => {
    const found = all.find((tagged) => tagged.id === id);
    if (found === undefined) throw new AwsFault('InvalidID', `The ID '${id}' is not valid`);
    return found;
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html */
export const tagging = {
  CreateTags(world, { Resources, Tags = [] }) {
    const reserved = Tags.find(({ Key }) => Key?.startsWith('aws:'));
    if (reserved !== undefined)
      throw new AwsFault(
        'InvalidParameterValue',
        "Tag keys starting with 'aws:' are reserved for internal use",
      );
    for (const { resource } of named(world, Resources)) {
      const kept = (resource.Tags ?? []).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
      resource.Tags = [...kept, ...Tags.map(({ Key, Value }) => ({ Key, Value: Value ?? '' }))];
    }
    return {};
  },

  DeleteTags(world, { Resources, Tags }) {
    const isMeant = (tag: Tag) =>
      Tags === undefined ||
      Tags.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
    for (const { resource } of named(world, Resources))
      resource.Tags = (resource.Tags ?? []).filter((tag) => !isMeant(tag));
    return {};
  },

  DescribeTags(world, { Filters, MaxResults, NextToken }) {
    const all = allTagged(world).flatMap(({ id, type, resource }) =>
      (resource.Tags ?? []).map(({ Key, Value }) => ({ Key, Value, ResourceId: id, ResourceType: type })),
    );
    const found = filtered(all, Filters, {
      key: ({ Key }) => Key,
      value: ({ Value }) => Value,
      'resource-id': ({ ResourceId }) => ResourceId,
      'resource-type': ({ ResourceType }) => ResourceType,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { Tags: page.items, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;
