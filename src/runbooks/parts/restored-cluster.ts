import * as z from 'zod';
import { describeCluster } from '../../aws/rds.ts';
import { deleteCluster, type Tags, tagDatabase } from '../../aws/rds-restore.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { mustBeOurs, tellToGo } from './delete-temporary.ts';
import type { Restored, RestoreJob, Restoring } from './restore-job.ts';
import { adjusted, type ChosenPoint } from './restore-point.ts';

/** Where a restored cluster stands: never where production does. */
export interface ClusterPlace {
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup: string;
}

export const deleteClusterCommand = ({ name, region }: RestoreJob): string =>
  `aws rds delete-db-cluster --db-cluster-identifier ${name} --skip-final-snapshot --region ${region}`;

/**
 * Only keys that AWS Backup knows of Aurora: it refuses others. Port and name of the database are those of the source without a word, and a
 * restored cluster is not protected against deletion.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-aur.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
 */
const databaseMetadata = (
  { inferred, recorded, name, key }: ChosenPoint,
  { subnetGroup, securityGroups, parameterGroup }: ClusterPlace,
): Record<string, string> =>
  adjusted(inferred, {
    DBClusterIdentifier: name,
    ...(recorded['engine'] !== undefined && { Engine: recorded['engine'] }),
    EngineVersion: recorded['engineversion'],
    DBSubnetGroupName: subnetGroup,
    VpcSecurityGroupIds: JSON.stringify(securityGroups),
    DBClusterParameterGroupName: parameterGroup,
    KmsKeyId: key,
    // Those of the source; the subnet group has its own.
    AvailabilityZones: undefined,
  });

/** A restore into a cluster of its own, which has no instance yet. */
export const intoCluster = (
  place: (environment: Environment) => ClusterPlace,
  point: StepReference<ChosenPoint>,
): Restoring => ({
  what: 'a cluster',
  metadata: ({ outputOf, environment }) => databaseMetadata(outputOf(point), place(environment)),
  deleting: {
    title: 'Delete the restored cluster, and see it gone',
    uses: [describeCluster, deleteCluster],
    command: deleteClusterCommand,
    async turn(aws, job, { runStartedAt }) {
      const { name: own } = job;
      const cluster = await describeCluster(aws, own);
      if (cluster === undefined) return undefined;
      mustBeOurs(`Cluster ${own}`, cluster.ClusterCreateTime, runStartedAt);
      if (cluster.Status === 'deleting') return `${own} is deleting`;
      return tellToGo(own, deleteClusterCommand(job), () => deleteCluster(aws, own));
    },
  },
});

/** The tags of what a run makes: by them somebody who finds it knows what it is. */
export type TagsOf = (context: Pick<ReadContext, 'runId' | 'runStartedAt' | 'environment'>) => Tags;

export const tagCluster = (
  restore: StepReference<RestoreJob>,
  complete: StepReference<Restored>,
  tags: TagsOf,
): Change<{ arn: string }> =>
  change({
    id: 'tag',
    title: 'Tag the restored cluster with run, purpose and expiry',
    uses: [describeCluster, tagDatabase],
    returns: z.object({ arn: z.string() }),
    async findApplied({ aws, outputOf, runId }) {
      const { arn } = outputOf(complete);
      const { name, region } = outputOf(restore);
      const cluster = await describeCluster(aws.in(region), name);
      const tagged = cluster?.TagList?.some(({ Key, Value }) => Key === 'runbook:run' && Value === runId);
      return tagged === true ? { arn } : undefined;
    },
    async apply(context) {
      const { arn } = context.outputOf(complete);
      await tagDatabase(context.aws.in(context.outputOf(restore).region), arn, tags(context));
      return { arn };
    },
    undoneBy: { id: 'restore' },
  });
