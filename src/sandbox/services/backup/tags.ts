import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { badToken, invalidValue, notFound } from './faults.ts';
import { findPlan, findRecoveryPoint, findVault } from './find.ts';

interface Tagged {
  tags: Record<string, string>;
}

function tagged(world: World, arn = ''): Tagged {
  const [, word, name = ''] = /:(backup-vault|backup-plan):([^:]+)$/.exec(arn) ?? [];
  const found =
    word === 'backup-vault'
      ? findVault(world, name)
      : word === 'backup-plan'
        ? findPlan(world, name)
        : (findRecoveryPoint(world, arn) ??
          world.backup.testingPlans.find(({ plan }) => plan.RestoreTestingPlanArn === arn));
  if (found === undefined) throw notFound(`Cannot find resource ${arn}`);
  return found;
}

export const tagOperations = {
  ListTags(world, { ResourceArn, MaxResults, NextToken }) {
    const page = pageOf(
      Object.entries(tagged(world, ResourceArn).tags),
      MaxResults ?? 1000,
      NextToken,
      badToken,
    );
    return { Tags: Object.fromEntries(page.items), NextToken: page.next };
  },

  TagResource(world, { ResourceArn, Tags = {} }) {
    const resource = tagged(world, ResourceArn);
    if (Object.keys(Tags).some((key) => key.startsWith('aws:')))
      throw invalidValue('Tag keys that begin with aws: are reserved for system use.');
    resource.tags = { ...resource.tags, ...Tags };
    return {};
  },

  UntagResource(world, { ResourceArn, TagKeyList = [] }) {
    const resource = tagged(world, ResourceArn);
    resource.tags = Object.fromEntries(
      Object.entries(resource.tags).filter(([key]) => !TagKeyList.includes(key)),
    );
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
