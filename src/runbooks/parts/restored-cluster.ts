import * as z from 'zod';
import { describeCluster } from '../../aws/rds.ts';
import { deleteCluster, type Tags, tagDatabase } from '../../aws/rds-restore.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import type { Restored, RestoreJob, Restoring } from './restore-job.ts';
import { adjusted, type ChosenPoint } from './restore-point.ts';

/** Where a restored cluster stands: never where production does. */
export interface ClusterPlace {
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup: string;
}

/** A restore into a cluster of its own, which has no instance yet. */
export const intoCluster = (
  place: (environment: Environment) => ClusterPlace,
  point: StepReference<ChosenPoint>,
): Restoring => ({
  what: 'a cluster',
  metadata({ outputOf, environment }) {
    const { inferred, recorded, name: own, key } = outputOf(point);
    const { subnetGroup, securityGroups, parameterGroup } = place(environment);
    return adjusted(inferred, {
      DBClusterIdentifier: own,
      Engine: recorded['engine'],
      EngineVersion: recorded['engineversion'],
      DBSubnetGroupName: subnetGroup,
      VpcSecurityGroupIds: JSON.stringify(securityGroups),
      DBClusterParameterGroupName: parameterGroup,
      KmsKeyId: key,
      DeletionProtection: 'false',
      // Those of the source; the subnet group has its own.
      AvailabilityZones: undefined,
    });
  },
  deleting: {
    title: 'Delete the restored cluster, and see it gone',
    uses: [describeCluster, deleteCluster],
    command: ({ name: own, region }) =>
      `aws rds delete-db-cluster --db-cluster-identifier ${own} --skip-final-snapshot --region ${region}`,
    async turn(aws, { name: own }) {
      const cluster = await describeCluster(aws, own);
      if (cluster === undefined) return undefined;
      const { Status = 'unknown' } = cluster;
      if (Status === 'deleting' || Status === 'creating') return `${own} is ${Status}`;
      await deleteCluster(aws, own);
      return `${own} was told to go`;
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
