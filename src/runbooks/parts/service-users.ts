import * as z from 'zod';
import { describeTargetGroup, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check } from '../../engine/step.ts';
import type { AuroraCluster } from '../../environment/aurora-cluster.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { clusterOf } from './aurora-cluster.ts';
import { fleetOf } from './fleet-watch.ts';

const usersFacts = z.object({
  /** Of the component; absent where the environment has no fleet. */
  fleet: z.string().optional(),
  targetGroupArn: z.string().optional(),
  /** Targets that are registered, all of them healthy. */
  nodes: z.int(),
  healthUrl: z.string().optional(),
});

/** Where it shows how the users of a database fare. */
export type UsersFacts = z.output<typeof usersFacts>;

/** The fleet that uses the cluster, where the environment has one: named, or the only one. */
export function fleetUsing({ usedBy }: Pick<AuroraCluster, 'usedBy'>, environment: Environment) {
  const isThereAny = Object.values(environment.components).some(({ type }) => type === 'auto-scaling-group');
  return usedBy === undefined && !isThereAny ? undefined : fleetOf(environment, usedBy);
}

export function everyNodeServes(cluster: string | undefined): Check<UsersFacts> {
  return check({
    id: 'users',
    title: 'Every node of the fleet that uses the database is healthy',
    uses: [describeTargetGroup, describeTargetHealth],
    returns: usersFacts,
    async run({ aws, environment }) {
      const fleet = fleetUsing(clusterOf(environment, cluster), environment);
      if (fleet === undefined) return { nodes: 0 };
      const targetGroup = await describeTargetGroup(aws, fleet.targetGroup);
      if (targetGroup?.TargetGroupArn === undefined) {
        throw new OperatorError({
          code: 'TARGET_GROUP_MISSING',
          message: `Target group ${fleet.targetGroup} does not exist in ${aws.region}`,
          hint: `Correct components.${fleet.name}.targetGroup in runbook.yaml`,
        });
      }
      const { healthy, of } = await targetsOf(aws, targetGroup.TargetGroupArn);
      if (healthy < of || of === 0) {
        throw new OperatorError({
          code: 'TARGETS_NOT_HEALTHY',
          message: `${healthy} of ${of} targets of ${fleet.targetGroup} are healthy: what the failover does to the service could not be told from what is wrong already`,
          hint: `aws elbv2 describe-target-health --target-group-arn ${targetGroup.TargetGroupArn}`,
        });
      }
      return {
        fleet: fleet.name,
        targetGroupArn: targetGroup.TargetGroupArn,
        nodes: of,
        healthUrl: fleet.healthUrl,
      };
    },
    summary: ({ fleet, nodes, healthUrl }) =>
      fleet === undefined
        ? 'no fleet configured: nobody is watched'
        : `${fleet}: ${nodes} healthy; ${healthUrl ?? 'no health URL configured'}`,
  });
}

/** Those that drain are on their way out, and nobody's loss. */
export async function targetsOf(
  aws: ReadContext['aws'],
  targetGroupArn: string,
): Promise<{ readonly healthy: number; readonly of: number }> {
  const targets = (await describeTargetHealth(aws, targetGroupArn)).filter(
    ({ TargetHealth }) => TargetHealth?.State !== 'draining',
  );
  return {
    healthy: targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length,
    of: targets.length,
  };
}
