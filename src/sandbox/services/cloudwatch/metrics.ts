import type { Dimension } from '@aws-sdk/client-cloudwatch';
import type { Minute, Range } from '../../traffic.ts';
import type { World } from '../../world.ts';

export interface MetricReference {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly Dimension[] | undefined;
}

/** A statistic over one period; `undefined` where CloudWatch has no data point. */
type Summary = (minutes: readonly Minute[], statistic: string) => number | undefined;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Counts are reported only where they are not zero. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
const count =
  (read: (minute: Minute) => number): Summary =>
  (minutes, statistic) => {
    const values = minutes.map(read).filter((value) => value > 0);
    if (values.length === 0) return undefined;
    return statistic === 'SampleCount'
      ? sum(values)
      : sum(values) / (statistic === 'Average' ? values.length : 1);
  };

/** The 99th percentile of the simulated response times lies at about three times their mean. */
const percentileOfMean = (statistic: string) => (/^p9\d(\.\d+)?$/.test(statistic) ? 3 : 1);

/** A value that varies between a least and a most within each minute. */
const gauge =
  (read: (minute: Minute) => Range): Summary =>
  (minutes, statistic) => {
    if (minutes.length === 0) return undefined;
    const ranges = minutes.map(read);
    const means = ranges.map(([least, most]) => (least + most) / 2);
    switch (statistic) {
      case 'Minimum':
        return Math.min(...ranges.map(([least]) => least));
      case 'Maximum':
        return Math.max(...ranges.map(([, most]) => most));
      case 'Sum':
        return sum(means);
      case 'SampleCount':
        return means.length;
      default:
        return sum(means) / means.length;
    }
  };

const responseTime: Summary = (minutes, statistic) => {
  const mean = gauge(({ latency }) => [latency / 1000, latency / 1000])(minutes, statistic);
  return mean === undefined ? undefined : mean * percentileOfMean(statistic);
};

const summaries: Readonly<Record<string, Summary>> = {
  'AWS/ApplicationELB RequestCount': count(({ requests }) => requests),
  'AWS/ApplicationELB HTTPCode_Target_5XX_Count': count(({ target5xx }) => target5xx),
  'AWS/ApplicationELB HTTPCode_ELB_5XX_Count': count(({ elb5xx }) => elb5xx),
  'AWS/ApplicationELB TargetResponseTime': responseTime,
  'AWS/ApplicationELB HealthyHostCount': gauge(({ healthy }) => healthy),
  'AWS/ApplicationELB UnHealthyHostCount': gauge(({ unhealthy }) => unhealthy),
  'AWS/EC2 CPUUtilization': gauge(({ cpu }) => [cpu, cpu]),
};

/** CloudWatch names load balancers and target groups by the end of their ARNs. */
const dimensionOf = (arn: string | undefined, kind: 'loadbalancer/' | 'targetgroup/'): string => {
  const resource = arn?.split(':').at(-1) ?? '';
  return kind === 'loadbalancer/' ? resource.replace(kind, '') : resource;
};

/** Whether the dimensions are those under which this world reports the metric: all others have no data, as in AWS. */
function isReported(world: World, { MetricName, Dimensions = [] }: MetricReference): boolean {
  const loadBalancers = world.loadBalancing.loadBalancers.map(({ LoadBalancerArn }) =>
    dimensionOf(LoadBalancerArn, 'loadbalancer/'),
  );
  const known: Readonly<Record<string, readonly string[]>> = {
    LoadBalancer: loadBalancers,
    TargetGroup: [dimensionOf(world.traffic.targetGroup, 'targetgroup/')],
    AutoScalingGroupName: world.autoScaling.fleets.map(({ group }) => group.AutoScalingGroupName),
  };
  const names = Dimensions.map(({ Name }) => Name).sort();
  const reportedBy = MetricName?.endsWith('HostCount')
    ? ['LoadBalancer,TargetGroup']
    : MetricName === 'CPUUtilization'
      ? ['AutoScalingGroupName']
      : MetricName === 'HTTPCode_ELB_5XX_Count'
        ? ['LoadBalancer']
        : ['LoadBalancer', 'LoadBalancer,TargetGroup'];
  return (
    reportedBy.includes(names.join()) &&
    Dimensions.every(({ Name = '', Value = '' }) => known[Name]?.includes(Value) ?? false)
  );
}

export interface Datapoint {
  readonly at: Date;
  readonly value: number;
}

/** Data points of a metric, one per period that has data, oldest first. */
export function datapoints(
  world: World,
  metric: MetricReference,
  statistic: string,
  { from, to, period }: { from: Date; to: Date; period: number },
): Datapoint[] {
  const summarise = summaries[`${metric.Namespace} ${metric.MetricName}`];
  if (summarise === undefined || !isReported(world, metric)) return [];
  const length = period * 1000;
  const points: Datapoint[] = [];
  for (let begin = Math.floor(from.getTime() / length) * length; begin < to.getTime(); begin += length) {
    // A minute's numbers are stamped with its end and belong to the period that it lies in.
    const within = world.traffic.minutes.filter(
      ({ at }) => at.getTime() > begin && at.getTime() <= begin + length,
    );
    const value = summarise(within, statistic);
    if (value !== undefined) points.push({ at: new Date(begin), value });
  }
  return points;
}
