import { type MetricDataQuery, metricSums } from '../../aws/cloudwatch.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Measure, type Measured, measure, type StepReference } from '../../engine/step.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { healthySamples, probeSamples } from './fleet-watch.ts';

/** What the users may have noticed of a change to a fleet. */
export function serviceMeasures(
  fleet: StepReference<FleetFacts>,
  plan: StepReference<{ readonly floor: number }>,
): readonly Measure[] {
  return [
    measure({
      id: 'lowest-healthy',
      title: 'Lowest number of healthy nodes seen',
      unit: 'count',
      objective: ({ outputOf }) => ({ atLeast: outputOf(plan).floor }),
      async sample({ samplesOf }) {
        const seen = samplesOf(healthySamples).map(({ value }) => value);
        return seen.length > 0
          ? { value: Math.min(...seen) }
          : { missing: 'the fleet was never watched in this run' };
      },
    }),
    measure({
      id: 'failed-probes',
      title: 'Times the health URL stopped answering 2xx',
      unit: 'count',
      async sample({ samplesOf, outputOf }) {
        if (outputOf(fleet).healthUrl === undefined)
          return { missing: `components.${outputOf(fleet).name}.healthUrl is not configured` };
        return { value: samplesOf(probeSamples).filter(({ value }) => value < 200 || value > 299).length };
      },
    }),
    measure({
      id: 'server-errors',
      title: 'Requests answered with 5xx while the run lasted',
      unit: 'count',
      uses: [metricSums],
      async sample(context) {
        const traffic = await trafficOf(context, fleet);
        return 'missing' in traffic ? traffic : { value: traffic.errors };
      },
    }),
    measure({
      id: 'error-rate',
      title: 'Share of requests answered with 5xx',
      unit: 'percent',
      uses: [metricSums],
      objective: ({ environment }) =>
        environment.objectives.errorRate === undefined
          ? undefined
          : { atMost: environment.objectives.errorRate },
      async sample(context) {
        const traffic = await trafficOf(context, fleet);
        return 'missing' in traffic ? traffic : { value: (traffic.errors * 100) / traffic.requests };
      },
    }),
    measure({
      id: 'duration',
      title: 'Duration of the run',
      unit: 'milliseconds',
      async sample({ clock, runStartedAt }) {
        return { value: clock.now().getTime() - runStartedAt.getTime() };
      },
    }),
  ];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
async function trafficOf(
  { aws, clock, runStartedAt, outputOf }: ReadContext,
  fleet: StepReference<FleetFacts>,
): Promise<{ readonly requests: number; readonly errors: number } | Extract<Measured, { missing: string }>> {
  const { loadBalancerArn, targetGroupArn } = outputOf(fleet);
  if (loadBalancerArn === undefined) return { missing: 'no load balancer forwards to the target group' };
  const loadBalancer = { Name: 'LoadBalancer', Value: loadBalancerArn.split(':loadbalancer/')[1] };
  const targetGroup = { Name: 'TargetGroup', Value: targetGroupArn.split(':').at(-1) };
  const sum = (
    Id: string,
    MetricName: string,
    Dimensions: { Name: string; Value: string | undefined }[],
  ): MetricDataQuery => ({
    Id,
    MetricStat: {
      Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const sums = await metricSums(
    aws,
    [
      sum('requests', 'RequestCount', [loadBalancer, targetGroup]),
      sum('byTargets', 'HTTPCode_Target_5XX_Count', [loadBalancer, targetGroup]),
      sum('byLoadBalancer', 'HTTPCode_ELB_5XX_Count', [loadBalancer]),
    ],
    new Date(Math.floor(runStartedAt.getTime() / 60_000) * 60_000),
    new Date(Math.ceil(clock.now().getTime() / 60_000) * 60_000),
  );
  const requests = sums.get('requests');
  if (requests === undefined || requests === 0)
    return { missing: 'CloudWatch has no requests for this time' };
  // CloudWatch has no value for a minute without an error, so none at all means none.
  return { requests, errors: (sums.get('byTargets') ?? 0) + (sums.get('byLoadBalancer') ?? 0) };
}
