import type { AccountQuota, Tag } from '@aws-sdk/client-rds';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';

const sdk = () => import('./sdk/rds.ts');

export type Tags = Readonly<Record<string, string>>;

const listed = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/**
 * Of the Region, by `AccountQuotaName`, such as `DBClusters`: how much of each is used, and how much there may be.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeAccountAttributes.html
 */
export const databaseQuotas = awsFunction(
  ['rds:DescribeAccountAttributes'],
  async (aws: ReadClients): Promise<AccountQuota[]> => {
    const { DescribeAccountAttributesCommand } = await sdk();
    const { AccountQuotas = [] } = await aws.send('rds', new DescribeAccountAttributesCommand({}));
    return AccountQuotas;
  },
);

/** By ARN. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddTagsToResource.html */
export const tagDatabase = awsFunction(
  ['rds:AddTagsToResource'],
  async (aws: ChangeClients, arn: string, tags: Tags): Promise<void> => {
    const { AddTagsToResourceCommand } = await sdk();
    await aws.send('rds', new AddTagsToResourceCommand({ ResourceName: arn, Tags: listed(tags) }));
  },
);

export interface NewInstance {
  readonly instance: string;
  readonly cluster: string;
  readonly engine: string;
  readonly instanceClass: string;
  readonly tags: Tags;
}

/** A member of a cluster, not reachable from outside. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
export const createClusterInstance = awsFunction(
  ['rds:CreateDBInstance', 'rds:AddTagsToResource'],
  async (
    aws: ChangeClients,
    { instance, cluster, engine, instanceClass, tags }: NewInstance,
  ): Promise<void> => {
    const { CreateDBInstanceCommand } = await sdk();
    await aws.send(
      'rds',
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: instance,
        DBClusterIdentifier: cluster,
        Engine: engine,
        DBInstanceClass: instanceClass,
        PubliclyAccessible: false,
        Tags: listed(tags),
      }),
    );
  },
);

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html */
export const deleteClusterInstance = awsFunction(
  ['rds:DeleteDBInstance'],
  async (aws: ChangeClients, instance: string): Promise<void> => {
    const { DeleteDBInstanceCommand } = await sdk();
    await aws.send('rds', new DeleteDBInstanceCommand({ DBInstanceIdentifier: instance }));
  },
);

/** Without a final snapshot, and with its own backups. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html */
export const deleteCluster = awsFunction(
  ['rds:DeleteDBCluster'],
  async (aws: ChangeClients, cluster: string): Promise<void> => {
    const { DeleteDBClusterCommand } = await sdk();
    await aws.send(
      'rds',
      new DeleteDBClusterCommand({
        DBClusterIdentifier: cluster,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      }),
    );
  },
);
