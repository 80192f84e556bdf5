import { describe, expect, test } from 'vitest';
import { isSelected } from '../../../src/runbooks/parts/backup-coverage.ts';

const database = {
  arn: 'arn:aws:rds:us-east-1:111122223333:cluster:app',
  tags: { Backup: 'app', Tier: 'db-1' },
};

describe('a selection', () => {
  test.each<[what: string, selection: object, selected: boolean]>([
    ['names it', { Resources: [database.arn] }, true],
    ['names a pattern', { Resources: ['arn:aws:rds:*:*:cluster:a*'] }, true],
    ['names another', { Resources: ['arn:aws:rds:us-east-1:111122223333:cluster:application'] }, false],
    [
      'has a dot for nothing but a dot',
      { Resources: ['arn:aws:rds:us-east-1:111122223333:cluster.app'] },
      false,
    ],
    [
      'asks for its tag',
      { ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'Backup', ConditionValue: 'app' }] },
      true,
    ],
    [
      'asks for another value',
      { ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'Backup', ConditionValue: 'other' }] },
      false,
    ],
    ['excludes it', { Resources: ['*'], NotResources: [database.arn] }, false],
    ['takes in everything', {}, true],
    [
      'has conditions that all hold',
      {
        Conditions: {
          StringEquals: [{ ConditionKey: 'aws:ResourceTag/Backup', ConditionValue: 'app' }],
          StringLike: [{ ConditionKey: 'aws:ResourceTag/Tier', ConditionValue: 'db-*' }],
        },
      },
      true,
    ],
    [
      'has a condition that does not hold',
      {
        Resources: [database.arn],
        Conditions: { StringNotLike: [{ ConditionKey: 'aws:ResourceTag/Tier', ConditionValue: 'db-*' }] },
      },
      false,
    ],
  ])('that %s', (_what, selection, selected) => {
    const named = { SelectionName: 's', IamRoleArn: 'arn:aws:iam::111122223333:role/r', ...selection };
    expect(isSelected(named, database)).toBe(selected);
  });
});
