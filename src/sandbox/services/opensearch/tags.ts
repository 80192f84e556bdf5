import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { invalid } from './known-domain.ts';
import type { Domain } from './state.ts';

function domainBehind(world: World, arn: string | undefined): Domain {
  const found = world.openSearch.domains.find(({ described }) => described.ARN === arn);
  if (found === undefined) throw invalid(`Domain not found for ARN: ${arn}`);
  return found;
}

export const tagOperations = {
  ListTags: (world, { ARN }) => ({ TagList: domainBehind(world, ARN).tags }),

  AddTags(world, { ARN, TagList = [] }) {
    const domain = domainBehind(world, ARN);
    const added = TagList.map(({ Key }) => Key);
    domain.tags = [...domain.tags.filter(({ Key }) => !added.includes(Key)), ...TagList];
    return {};
  },

  RemoveTags(world, { ARN, TagKeys = [] }) {
    const domain = domainBehind(world, ARN);
    domain.tags = domain.tags.filter(({ Key }) => !TagKeys.includes(Key ?? ''));
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
