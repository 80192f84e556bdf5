import type {
  DBCluster,
  DBClusterSnapshot,
  DBInstance,
  Event,
  PendingMaintenanceAction,
} from '@aws-sdk/client-rds';
import type { Milliseconds } from '../duration.ts';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { DBCluster, DBClusterSnapshot, DBInstance, Event, PendingMaintenanceAction };

const sdk = () => import('./sdk/rds.ts');

/**
 * The cluster of this name, `undefined` where there is none. `Status` is `available`, `failing-over`, `backing-up`, `maintenance`,
 * `modifying` and so on; which member writes stands in `DBClusterMembers`, their own states do not.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Status.html
 */
export const describeCluster = awsFunction(
  ['rds:DescribeDBClusters'],
  async (aws: ReadClients, cluster: string): Promise<DBCluster | undefined> => {
    const { DescribeDBClustersCommand } = await sdk();
    const answer = await absentWhen(['DBClusterNotFoundFault'], () =>
      aws.send('rds', new DescribeDBClustersCommand({ DBClusterIdentifier: cluster })),
    );
    return answer?.DBClusters?.[0];
  },
);

/**
 * The instances of a cluster, whatever their state.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
 */
export const describeClusterInstances = awsFunction(
  ['rds:DescribeDBInstances'],
  async (aws: ReadClients, cluster: string): Promise<DBInstance[]> => {
    const { DescribeDBInstancesCommand } = await sdk();
    return collectPages<DBInstance>(async (Marker) => {
      const page = await aws.send(
        'rds',
        new DescribeDBInstancesCommand({ Filters: [{ Name: 'db-cluster-id', Values: [cluster] }], Marker }),
      );
      return { items: page.DBInstances, next: page.Marker };
    });
  },
);

/**
 * The instance of this name, `undefined` where there is none. One that belongs to a cluster names it in `DBClusterIdentifier`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
 */
export const describeInstance = awsFunction(
  ['rds:DescribeDBInstances'],
  async (aws: ReadClients, instance: string): Promise<DBInstance | undefined> => {
    const { DescribeDBInstancesCommand } = await sdk();
    const answer = await absentWhen(['DBInstanceNotFound', 'DBInstanceNotFoundFault'], () =>
      aws.send('rds', new DescribeDBInstancesCommand({ DBInstanceIdentifier: instance })),
    );
    return answer?.DBInstances?.[0];
  },
);

/** AWS keeps events for two weeks. */
const longestBack = 14 * 24 * 60;

/**
 * What RDS reported of failovers of the cluster in this span before now, oldest first, with RDS's own times: to the millisecond, as far
 * as it says. The span is at most 14 days.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEvents.html
 */
export const failoverEvents = awsFunction(
  ['rds:DescribeEvents'],
  async (aws: ReadClients, cluster: string, back: Milliseconds): Promise<Event[]> => {
    const { DescribeEventsCommand } = await sdk();
    return collectPages<Event>(async (Marker) => {
      const page = await aws.send(
        'rds',
        new DescribeEventsCommand({
          SourceType: 'db-cluster',
          SourceIdentifier: cluster,
          EventCategories: ['failover'],
          // Counted back by RDS: two times of ours would lose what happened just now where our clock is behind.
          Duration: Math.min(longestBack, Math.ceil(back / 60_000)),
          Marker,
        }),
      );
      return { items: page.Events, next: page.Marker };
    });
  },
);

/**
 * Snapshots of the cluster, automated and manual.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterSnapshots.html
 */
export const describeClusterSnapshots = awsFunction(
  ['rds:DescribeDBClusterSnapshots'],
  async (aws: ReadClients, cluster: string): Promise<DBClusterSnapshot[]> => {
    const { DescribeDBClusterSnapshotsCommand } = await sdk();
    return collectPages<DBClusterSnapshot>(async (Marker) => {
      const page = await aws.send(
        'rds',
        new DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier: cluster, Marker }),
      );
      return { items: page.DBClusterSnapshots, next: page.Marker };
    });
  },
);

/**
 * Maintenance that waits for the cluster or one of its instances. Without any of the three dates nothing happens until somebody asks.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PendingMaintenanceAction.html
 */
export const pendingMaintenance = awsFunction(
  ['rds:DescribePendingMaintenanceActions'],
  async (
    aws: ReadClients,
    cluster: string,
    instances: readonly string[],
  ): Promise<PendingMaintenanceAction[]> => {
    const { DescribePendingMaintenanceActionsCommand } = await sdk();
    const actionsOf = (Name: string, Values: readonly string[]) =>
      collectPages<PendingMaintenanceAction>(async (Marker) => {
        const page = await aws.send(
          'rds',
          new DescribePendingMaintenanceActionsCommand({
            Filters: [{ Name, Values: [...Values] }],
            Marker,
          }),
        );
        const found = page.PendingMaintenanceActions ?? [];
        return {
          items: found.flatMap(({ PendingMaintenanceActionDetails = [] }) => PendingMaintenanceActionDetails),
          next: page.Marker,
        };
      });
    const ofCluster = await actionsOf('db-cluster-id', [cluster]);
    // No names would mean every instance of the account.
    return instances.length === 0
      ? ofCluster
      : [...ofCluster, ...(await actionsOf('db-instance-id', instances))];
  },
);

/**
 * Has the cluster promote this reader. AWS answers when the failover has begun, not when it is over. Refused while the cluster is not
 * available, and for an instance that is the writer or is not available.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html
 */
export const failOver = awsFunction(
  ['rds:FailoverDBCluster'],
  async (aws: ChangeClients, cluster: string, target: string): Promise<void> => {
    const { FailoverDBClusterCommand } = await sdk();
    await aws.send(
      'rds',
      new FailoverDBClusterCommand({
        DBClusterIdentifier: cluster,
        TargetDBInstanceIdentifier: target,
      }),
    );
  },
);
