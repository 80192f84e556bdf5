import { describe, expect, it } from 'vitest';
import * as rds from '../../src/aws/rds.ts';
import { cannedAws, queryAnswer, queryError } from './canned-aws.ts';

describe('a cluster', () => {
  it('is undefined where there is none, and not where it may not be seen', async () => {
    const gone = cannedAws(() => queryError('DBClusterNotFoundFault', 'DBCluster a not found.', 404));
    expect(await rds.describeCluster(gone.reading(rds.describeCluster), 'a')).toBeUndefined();
    const denied = cannedAws(() => queryError('AccessDenied', 'no', 403));
    await expect(rds.describeCluster(denied.reading(rds.describeCluster), 'a')).rejects.toMatchObject({
      awsCode: 'AccessDenied',
    });
  });

  it('has its instances read to the last page', async () => {
    const aws = cannedAws(({ operation, fields }) =>
      queryAnswer(
        operation,
        `<DBInstances><DBInstance><DBInstanceIdentifier>of-${String(fields['Marker'])}</DBInstanceIdentifier></DBInstance></DBInstances>${
          fields['Marker'] === undefined ? '<Marker>more</Marker>' : ''
        }`,
      ),
    );
    const found = await rds.describeClusterInstances(aws.reading(rds.describeClusterInstances), 'a');
    expect(found.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual([
      'of-undefined',
      'of-more',
    ]);
    expect(aws.sent[0]?.fields).toMatchObject({
      'Filters.Filter.1.Name': 'db-cluster-id',
      'Filters.Filter.1.Values.Value.1': 'a',
    });
  });
});

describe('events of failovers', () => {
  it.each([
    [90_001, '2'],
    [1_000 * 24 * 3_600_000, '20160'],
  ])('are asked for in whole minutes back from now, for two weeks at most: %d ms', async (back, minutes) => {
    const aws = cannedAws(({ operation }) =>
      queryAnswer(
        operation,
        '<Events><Event><Message>Completed failover to DB instance: b</Message></Event></Events>',
      ),
    );
    const events = await rds.failoverEvents(aws.reading(rds.failoverEvents), 'a', back);
    expect(events).toMatchObject([{ Message: 'Completed failover to DB instance: b' }]);
    expect(aws.sent[0]?.fields).toMatchObject({
      SourceType: 'db-cluster',
      SourceIdentifier: 'a',
      Duration: minutes,
      'EventCategories.EventCategory.1': 'failover',
    });
    expect(aws.sent[0]?.fields['StartTime']).toBeUndefined();
  });
});

describe('pending maintenance', () => {
  const action = (name: string) =>
    `<PendingMaintenanceActions><ResourcePendingMaintenanceActions><PendingMaintenanceActionDetails><PendingMaintenanceAction><Action>${name}</Action></PendingMaintenanceAction></PendingMaintenanceActionDetails></ResourcePendingMaintenanceActions></PendingMaintenanceActions>`;

  it('is that of the cluster and of its instances', async () => {
    const aws = cannedAws(({ operation, fields }) =>
      queryAnswer(operation, action(String(fields['Filters.Filter.1.Name']))),
    );
    const found = await rds.pendingMaintenance(aws.reading(rds.pendingMaintenance), 'a', ['a-1']);
    expect(found.map(({ Action }) => Action)).toEqual(['db-cluster-id', 'db-instance-id']);
  });

  it('of no instance is not that of all', async () => {
    const aws = cannedAws(({ operation }) => queryAnswer(operation, action('any')));
    await rds.pendingMaintenance(aws.reading(rds.pendingMaintenance), 'a', []);
    expect(aws.sent).toHaveLength(1);
  });
});

it('a failover names its target', async () => {
  const aws = cannedAws(({ operation }) => queryAnswer(operation, ''));
  await rds.failOver(aws.changing(rds.failOver), 'a', 'a-2');
  expect(aws.sent[0]).toMatchObject({
    operation: 'FailoverDBCluster',
    fields: { DBClusterIdentifier: 'a', TargetDBInstanceIdentifier: 'a-2' },
  });
});
