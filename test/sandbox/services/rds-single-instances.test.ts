import { expect, test } from 'vitest';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { rdsOperations as aws } from '../../../src/sandbox/services/rds/index.ts';
import { faultOf, first, prod } from './stack.ts';

const named = { DBInstanceIdentifier: 'cso-dev-keystone' };

test('rule 36: an instance without a cluster is listed, tagged, and keeps its own backups', () => {
  const world = newWorld({ seed: 7, environments: ['dev'] });
  const shown = () => first(aws.DescribeDBInstances(world, named).DBInstances);
  expect(aws.DescribeDBInstances(world, {}).DBInstances).toHaveLength(1);
  expect(shown().DBClusterIdentifier).toBeUndefined();
  const lag = world.now.getTime() - (shown().LatestRestorableTime?.getTime() ?? 0);
  expect(lag).toBeGreaterThanOrEqual(60_000);
  expect(lag).toBeLessThan(7 * 60_000);
  expect(
    aws.DescribeDBInstances(world, { Filters: [{ Name: 'db-cluster-id', Values: ['morpheus-prod'] }] })
      .DBInstances,
  ).toEqual([]);

  aws.ModifyDBInstance(world, { ...named, BackupRetentionPeriod: 0, PreferredBackupWindow: '02:00-02:30' });
  expect(shown()).toMatchObject({ BackupRetentionPeriod: 0, PreferredBackupWindow: '02:00-02:30' });
  expect(shown().LatestRestorableTime).toBeUndefined();

  const ResourceName = shown().DBInstanceArn;
  aws.AddTagsToResource(world, { ResourceName, Tags: [{ Key: 'Drill', Value: '1' }] });
  expect(aws.ListTagsForResource(world, { ResourceName }).TagList.map(({ Key }) => Key)).toContain('Drill');

  for (const refused of [
    () => aws.ModifyDBInstance(world, { ...named, DBInstanceClass: 'db.r5.large' }),
    () => aws.RebootDBInstance(world, named),
    () => aws.DeleteDBInstance(world, named),
  ])
    expect(faultOf(refused).code).toBe('InvalidParameterCombination');
  expect(faultOf(() => aws.ModifyDBInstance(world, { ...named, BackupRetentionPeriod: 36 })).code).toBe(
    'InvalidParameterValue',
  );
  expect(faultOf(() => aws.DescribeDBInstances(prod(), named)).code).toBe('DBInstanceNotFoundFault');
});
