import type { AccountQuota } from '@aws-sdk/client-rds';
import { inForce } from '../../faults/fault.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';

/** AWS's defaults. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html */
export const quotas = { DBClusters: 40, DBInstances: 40, ManualClusterSnapshots: 100 } as const;

export type Quota = keyof typeof quotas;

const usedBy: Readonly<Record<Quota, (world: World) => number>> = {
  DBClusters: ({ rds }) => rds.clusters.length,
  DBInstances: ({ rds }) => rds.clusters.reduce((sum, { instances }) => sum + instances.length, 0),
  ManualClusterSnapshots: ({ rds }) => rds.snapshots.length,
};

/** Under the fault others, whom the sandbox does not show, have used up what there may be. */
function used(world: World, quota: Quota): number {
  const taken = inForce(world, 'quota-reached').some((fault) => fault.quota === quota);
  return taken ? quotas[quota] : usedBy[quota](world);
}

/** @throws AwsFault where there can be no other one */
export function mustHaveRoom(world: World, quota: Quota, fault: string, what: string): void {
  if (used(world, quota) >= quotas[quota])
    throw new AwsFault(fault, `Cannot create more than ${quotas[quota]} ${what}`);
}

export const quotaOperations = {
  DescribeAccountAttributes: (world) => ({
    AccountQuotas: (Object.keys(quotas) as Quota[]).map(
      (quota): AccountQuota => ({
        AccountQuotaName: quota,
        Used: used(world, quota),
        Max: quotas[quota],
      }),
    ),
  }),
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;
