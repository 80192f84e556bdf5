import type {
  DBCluster,
  DBClusterParameterGroup,
  DBSubnetGroup,
  OrderableDBInstanceOption,
} from '@aws-sdk/client-rds';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

/* What the account has in RDS of a Region, and what could be made there. */

export type { DBClusterParameterGroup, DBSubnetGroup, OrderableDBInstanceOption };

const sdk = () => import('./sdk/rds.ts');

/** `undefined` where there is none of that name. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSubnetGroups.html */
export const describeSubnetGroup = awsFunction(
  ['rds:DescribeDBSubnetGroups'],
  async (aws: ReadClients, name: string): Promise<DBSubnetGroup | undefined> => {
    const { DescribeDBSubnetGroupsCommand } = await sdk();
    const answer = await absentWhen(['DBSubnetGroupNotFoundFault'], () =>
      aws.send('rds', new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name })),
    );
    return answer?.DBSubnetGroups?.[0];
  },
);

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameterGroups.html (its error is DBParameterGroupNotFound) */
export const describeClusterParameterGroup = awsFunction(
  ['rds:DescribeDBClusterParameterGroups'],
  async (aws: ReadClients, name: string): Promise<DBClusterParameterGroup | undefined> => {
    const { DescribeDBClusterParameterGroupsCommand } = await sdk();
    const answer = await absentWhen(['DBParameterGroupNotFound', 'DBClusterParameterGroupNotFound'], () =>
      aws.send('rds', new DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: name })),
    );
    return answer?.DBClusterParameterGroups?.[0];
  },
);

/**
 * The versions and zones in which an instance of this class can be ordered; none where the Region has no such class.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
 */
export const classOffered = awsFunction(
  ['rds:DescribeOrderableDBInstanceOptions'],
  async (
    aws: ReadClients,
    { engine, instanceClass }: { engine: string; instanceClass: string },
  ): Promise<OrderableDBInstanceOption[]> => {
    const { DescribeOrderableDBInstanceOptionsCommand } = await sdk();
    return collectPages(async (Marker) => {
      const page = await aws.send(
        'rds',
        new DescribeOrderableDBInstanceOptionsCommand({
          Engine: engine,
          DBInstanceClass: instanceClass,
          Marker,
        }),
      );
      return { items: page.OrderableDBInstanceOptions, next: page.Marker };
    });
  },
);

/** All clusters of the Region that is asked. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html */
export const listClusters = awsFunction(
  ['rds:DescribeDBClusters'],
  async (aws: ReadClients): Promise<DBCluster[]> => {
    const { DescribeDBClustersCommand } = await sdk();
    return collectPages(async (Marker) => {
      const page = await aws.send('rds', new DescribeDBClustersCommand({ Marker }));
      return { items: page.DBClusters, next: page.Marker };
    });
  },
);
