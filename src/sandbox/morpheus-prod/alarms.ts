import type { Alarm } from '../services/cloudwatch/state.ts';
import { account, name, policyArn, region } from './names.ts';

const dimension = (Name: string, Value: string) => ({ Name, Value });
const ofLoadBalancer = [dimension('LoadBalancer', 'app/morpheus-prod/50dc6c495c0c9188')];
const ofTargetGroup = [...ofLoadBalancer, dimension('TargetGroup', `targetgroup/${name}/6d0ecf831eec9f09`)];

type AlarmRule = Pick<
  Alarm,
  'MetricName' | 'Dimensions' | 'Period' | 'EvaluationPeriods' | 'Threshold' | 'ComparisonOperator'
> &
  Partial<Alarm>;

const alarm = (AlarmName: string, since: Date, rule: AlarmRule): Alarm => ({
  AlarmName,
  AlarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}`,
  Namespace: 'AWS/ApplicationELB',
  ActionsEnabled: true,
  AlarmActions: [`arn:aws:sns:${region}:${account}:morpheus-prod-on-call`],
  StateValue: 'INSUFFICIENT_DATA',
  StateReason: 'Unchecked: Initial alarm creation',
  StateUpdatedTimestamp: since,
  TreatMissingData: 'missing',
  ...rule,
});

/** The four alarms of the stack, not yet evaluated. */
export const alarms = (since: Date): Alarm[] => [
  alarm('morpheus-prod-5xx', since, {
    AlarmDescription: 'The application answers with server errors',
    MetricName: 'HTTPCode_Target_5XX_Count',
    Dimensions: ofLoadBalancer,
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    Threshold: 25,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  }),
  // A booting node fails its health checks for some two minutes: only one that stays so is worth an alarm.
  alarm('morpheus-prod-unhealthy-hosts', since, {
    AlarmDescription: 'A node fails the health checks of the load balancer and stays so',
    MetricName: 'UnHealthyHostCount',
    Dimensions: ofTargetGroup,
    Statistic: 'Minimum',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  }),
  alarm('morpheus-prod-latency', since, {
    AlarmDescription: 'The 99th percentile of the response time is above 200 ms',
    MetricName: 'TargetResponseTime',
    Dimensions: ofLoadBalancer,
    ExtendedStatistic: 'p99',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    Threshold: 0.2,
    ComparisonOperator: 'GreaterThanThreshold',
  }),
  alarm('morpheus-prod-app-cpu', since, {
    AlarmDescription: 'The nodes are short of CPU: one more is launched',
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [dimension('AutoScalingGroupName', name)],
    Statistic: 'Average',
    Period: 120,
    EvaluationPeriods: 2,
    Threshold: 80,
    ComparisonOperator: 'GreaterThanThreshold',
    AlarmActions: [policyArn],
  }),
];
