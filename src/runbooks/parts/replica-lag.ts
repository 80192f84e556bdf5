import * as z from 'zod';
import { metricData } from '../../aws/cloudwatch.ts';
import { formatDuration, minutes } from '../../duration.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type ClusterFacts, clusterOf } from './aurora-cluster.ts';
import type { Roles } from './failover-target.ts';

const lagFacts = z.object({ milliseconds: z.number() });

/** CloudWatch gets a value every minute, and shows it a minute or two later. */
const lookedBack = minutes(5);

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html */
export function targetKeepsUp(
  cluster: StepReference<ClusterFacts>,
  roles: StepReference<Roles>,
): Check<z.output<typeof lagFacts>> {
  return check({
    id: 'lag',
    title: 'The reader that is to take over lags behind by less than the limit',
    uses: [metricData],
    returns: lagFacts,
    async run({ aws, clock, environment, outputOf }) {
      const { target } = outputOf(roles);
      const { name } = outputOf(cluster);
      const { lagLimit } = clusterOf(environment, name);
      const until = new Date(Math.ceil(clock.now().getTime() / minutes(1)) * minutes(1));
      const [lag] = await metricData(
        aws,
        [
          {
            Id: 'lag',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/RDS',
                MetricName: 'AuroraReplicaLag',
                Dimensions: [{ Name: 'DBInstanceIdentifier', Value: target }],
              },
              Period: 60,
              Stat: 'Maximum',
            },
          },
        ],
        new Date(until.getTime() - lookedBack),
        until,
      );
      const seen = lag?.Values ?? [];
      const milliseconds = Math.max(...seen);
      if (seen.length > 0 && milliseconds <= lagLimit) return { milliseconds };
      if (seen.length === 0) {
        throw new OperatorError({
          code: 'LAG_UNKNOWN',
          message: `CloudWatch has no AuroraReplicaLag of ${target} for the last ${formatDuration(lookedBack)}: nobody knows whether it keeps up`,
          hint: 'Wait some minutes, then: runbook resume last; or choose another with --target',
        });
      }
      throw new OperatorError({
        code: 'LAG_TOO_HIGH',
        message: `${target} lagged behind by up to ${formatDuration(milliseconds)} in the last ${formatDuration(lookedBack)}; components.${name}.lagLimit is ${formatDuration(lagLimit)}`,
        hint: 'Find what holds it back (a long query on it, a burst of writes), or choose another with --target',
      });
    },
    summary: ({ milliseconds }) => `at most ${formatDuration(milliseconds)} in ${formatDuration(lookedBack)}`,
  });
}
