import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { notFound } from './refusals.ts';

/** The tags of a broker or a configuration, to be changed in place. */
function tagsOf({ mq }: World, arn: string | undefined): Record<string, string> {
  const tags =
    mq.brokers.find(({ described }) => described.BrokerArn === arn)?.described.Tags ??
    mq.configurations.find(({ configuration }) => configuration.Arn === arn)?.configuration.Tags;
  if (tags === undefined) throw notFound('resource-arn', `Can't find requested resource [${arn}].`);
  return tags;
}

export const tagOperations = {
  ListTags: (world, { ResourceArn }) => ({ Tags: tagsOf(world, ResourceArn) }),

  CreateTags(world, { ResourceArn, Tags }) {
    Object.assign(tagsOf(world, ResourceArn), Tags);
    return {};
  },

  DeleteTags(world, { ResourceArn, TagKeys = [] }) {
    const tags = tagsOf(world, ResourceArn);
    for (const key of TagKeys) delete tags[key];
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
