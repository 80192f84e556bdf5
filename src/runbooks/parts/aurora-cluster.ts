import * as z from 'zod';
import { type DBCluster, type DBInstance, describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check } from '../../engine/step.ts';
import type { AuroraCluster } from '../../environment/aurora-cluster.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError, UsageError } from '../../errors.ts';

const member = z.object({
  id: z.string(),
  writes: z.boolean(),
  status: z.string(),
  zone: z.string(),
  tier: z.int(),
  /** The name by which clients reach it, which the cluster endpoint is an alias of while it writes. Absent while it is made. */
  host: z.string().optional(),
  maintenanceWindow: z.string().optional(),
  /** Settings that wait to be applied. */
  pending: z.array(z.string()),
});

export type Member = z.output<typeof member>;

const clusterFacts = z.object({
  /** Of the component. */
  name: z.string(),
  cluster: z.string(),
  status: z.string(),
  host: z.string(),
  members: z.array(member),
  backupWindow: z.string().optional(),
  maintenanceWindow: z.string().optional(),
  pending: z.array(z.string()),
});

export type ClusterFacts = z.output<typeof clusterFacts>;

/** Lists what `readCluster` calls, for `uses`. */
export const clusterReads = [describeCluster, describeClusterInstances];

/** @throws OperatorError where there is no such cluster */
export async function readCluster(
  { aws }: Pick<ReadContext, 'aws'>,
  { name, cluster }: { readonly name: string; readonly cluster: string },
): Promise<ClusterFacts> {
  const [described, instances] = await Promise.all([
    describeCluster(aws, cluster),
    describeClusterInstances(aws, cluster),
  ]);
  if (described === undefined) {
    throw new OperatorError({
      code: 'CLUSTER_MISSING',
      message: `DB cluster ${cluster} does not exist in ${aws.region} of this account`,
      hint: 'runbook config check, then compare with: aws rds describe-db-clusters --query "DBClusters[].DBClusterIdentifier"',
    });
  }
  return {
    name,
    cluster,
    status: described.Status ?? 'unknown',
    host: described.Endpoint ?? '',
    members: membersOf(described, instances),
    backupWindow: described.PreferredBackupWindow,
    maintenanceWindow: described.PreferredMaintenanceWindow,
    pending: Object.keys(described.PendingModifiedValues ?? {}),
  };
}

const membersOf = (cluster: DBCluster, instances: readonly DBInstance[]): Member[] =>
  (cluster.DBClusterMembers ?? []).map(
    ({ DBInstanceIdentifier: id = '', IsClusterWriter, PromotionTier }) => {
      const instance = instances.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id);
      return {
        id,
        writes: IsClusterWriter ?? false,
        status: instance?.DBInstanceStatus ?? 'unknown',
        zone: instance?.AvailabilityZone ?? 'unknown',
        // Where nobody chose a tier it is 1: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
        tier: PromotionTier ?? 1,
        host: instance?.Endpoint?.Address?.toLowerCase(),
        maintenanceWindow: instance?.PreferredMaintenanceWindow,
        pending: Object.keys(instance?.PendingModifiedValues ?? {}),
      };
    },
  );

export const writersOf = ({ members }: Pick<ClusterFacts, 'members'>): readonly Member[] =>
  members.filter(({ writes }) => writes);

export const isAvailable = ({ status }: { readonly status: string }): boolean => status === 'available';

/** Members that are not available, each with its state. */
export const awayIn = ({ members }: Pick<ClusterFacts, 'members'>): readonly string[] =>
  members.filter((each) => !isAvailable(each)).map(({ id, status }) => `${id} is ${status}`);

export function clusterIsWhole(name: string | undefined): Check<ClusterFacts> {
  return check({
    id: 'cluster',
    title: 'The cluster is available, with exactly one writer and every member available',
    uses: clusterReads,
    returns: clusterFacts,
    async run(context) {
      const facts = await readCluster(context, clusterOf(context.environment, name));
      const writers = writersOf(facts);
      const away = awayIn(facts);
      if (isAvailable(facts) && writers.length === 1 && away.length === 0) return facts;
      throw new OperatorError({
        code: 'CLUSTER_NOT_WHOLE',
        message: [
          `DB cluster ${facts.cluster} is ${facts.status}`,
          `${writers.length === 1 ? 'one writer' : `${writers.length} writers`} (${writers.map(({ id }) => id).join(', ') || 'none'})`,
          ...away,
        ].join('; '),
        hint: `aws rds describe-events --source-type db-cluster --source-identifier ${facts.cluster} --duration 180`,
      });
    },
    summary: ({ cluster, members }) => `${cluster}: ${members.map(memberText).join(', ')}`,
  });
}

export const memberText = ({ id, writes, zone, tier }: Member): string =>
  `${id} ${writes ? 'writes' : 'reads'} (${zone}, tier ${tier})`;

/** @throws UsageError where the environment has no such cluster, or several and none was named */
export function clusterOf(
  environment: Environment,
  name: string | undefined,
): AuroraCluster & { readonly name: string } {
  const clusters = Object.entries(environment.components).flatMap(([component, settings]) =>
    settings.type === 'aurora-cluster' ? [{ name: component, ...settings }] : [],
  );
  const [only] = clusters;
  const named =
    name === undefined && clusters.length === 1 ? only : clusters.find((each) => each.name === name);
  if (named !== undefined) return named;
  const known = clusters.map((each) => each.name).join(', ');
  throw new UsageError({
    code: 'CLUSTER_UNKNOWN',
    message:
      name === undefined
        ? `Environment ${environment.name} has ${clusters.length} Aurora clusters${known === '' ? '' : ` (${known})`}: say which one`
        : `Environment ${environment.name} has no Aurora cluster ${name}${known === '' ? '' : `; it has ${known}`}`,
    hint:
      only === undefined
        ? 'Add a component of type aurora-cluster to runbook.yaml'
        : `--cluster ${only.name}`,
  });
}
