import type { Tag, TagDescription } from '@aws-sdk/client-auto-scaling';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { fleetOf, invalid } from './fleets.ts';

const mostTags = 50;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Tag.html */
function checked(world: World, { Key = '', Value = '', ResourceType, ...tag }: Tag) {
  if (ResourceType !== 'auto-scaling-group')
    throw invalid('The ResourceType of a tag must be auto-scaling-group.');
  if (Key === '' || Key.length > 128 || Value.length > 256)
    throw invalid('A tag has a key of 1 to 128 characters, and a value of at most 256.');
  if (Key.toLowerCase().startsWith('aws:'))
    throw invalid("Tag keys starting with 'aws:' are reserved for internal use.");
  return { fleet: fleetOf(world, tag.ResourceId), tag: { ...tag, Key, Value, ResourceType } };
}

export const tagOperations = {
  CreateOrUpdateTags(world, { Tags = [] }) {
    for (const { fleet, tag } of Tags.map((each) => checked(world, each))) {
      const kept = (fleet.group.Tags ?? []).filter(({ Key }) => Key !== tag.Key);
      if (kept.length >= mostTags)
        throw new AwsFault('LimitExceededFault', `A group can have at most ${mostTags} tags.`);
      fleet.group.Tags = [
        ...kept,
        {
          ...tag,
          ResourceId: fleet.group.AutoScalingGroupName,
          PropagateAtLaunch: tag.PropagateAtLaunch ?? false,
        },
      ];
    }
    return {};
  },

  DeleteTags(world, { Tags = [] }) {
    for (const { fleet, tag } of Tags.map((each) => checked(world, each)))
      fleet.group.Tags = (fleet.group.Tags ?? []).filter(({ Key }) => Key !== tag.Key);
    return {};
  },

  DescribeTags(world, { Filters = [], MaxRecords, NextToken }) {
    const all = world.autoScaling.fleets.flatMap(({ group }) => group.Tags ?? []);
    const found = all.filter((tag) =>
      Filters.every(({ Name = '', Values = [] }) => {
        const read = filters[Name];
        if (read === undefined) throw invalid(`Filter type ${Name} is not correct.`);
        return Values.includes(read(tag) ?? '');
      }),
    );
    const page = pageOf(found, MaxRecords ?? 50, NextToken, 'InvalidNextToken');
    return { Tags: page.items, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-auto-scaling')>;

const filters: Readonly<Record<string, (tag: TagDescription) => string | undefined>> = {
  'auto-scaling-group': ({ ResourceId }) => ResourceId,
  key: ({ Key }) => Key,
  value: ({ Value }) => Value,
  'propagate-at-launch': ({ PropagateAtLaunch }) => String(PropagateAtLaunch),
};
