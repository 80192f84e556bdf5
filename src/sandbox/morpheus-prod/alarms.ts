import { type AlarmRule, alarmFrom } from '../blueprints/alarm.ts';
import type { Alarm } from '../services/cloudwatch/state.ts';
import { account, backups, database, files, name, policyArn, queue, region, search } from './names.ts';

const dimension = (Name: string, Value: string) => ({ Name, Value });
const ofLoadBalancer = [dimension('LoadBalancer', 'app/morpheus-prod/50dc6c495c0c9188')];
const ofTargetGroup = [...ofLoadBalancer, dimension('TargetGroup', `targetgroup/${name}/6d0ecf831eec9f09`)];

const alarm = (AlarmName: string, since: Date, rule: AlarmRule): Alarm =>
  alarmFrom({ account, region, name: AlarmName, since, topic: 'morpheus-prod-on-call' }, rule);

/** The alarms of the stack, not yet evaluated. */
export const alarms = (since: Date): Alarm[] => [...ofApplication(since), ...ofServices(since)];

const ofApplication = (since: Date): Alarm[] => [
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

const ofServices = (since: Date): Alarm[] => [
  alarm('morpheus-prod-db-connections', since, {
    AlarmDescription: 'The database has more connections than its pools should open',
    Namespace: 'AWS/RDS',
    MetricName: 'DatabaseConnections',
    Dimensions: [dimension('DBClusterIdentifier', database.cluster)],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 3,
    Threshold: 400,
    ComparisonOperator: 'GreaterThanThreshold',
  }),
  alarm('morpheus-prod-db-replica-lag', since, {
    AlarmDescription: 'The reader of the database lags behind its writer',
    Namespace: 'AWS/RDS',
    MetricName: 'AuroraReplicaLag',
    Dimensions: [dimension('DBInstanceIdentifier', database.instances[1])],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    Threshold: 1000,
    ComparisonOperator: 'GreaterThanThreshold',
    // The writer reports no lag: after a failover this instance is one.
    TreatMissingData: 'notBreaching',
  }),
  alarm('morpheus-prod-files-burst-credits', since, {
    AlarmDescription: 'The file system is about to fall back to its baseline throughput',
    Namespace: 'AWS/EFS',
    MetricName: 'BurstCreditBalance',
    Dimensions: [dimension('FileSystemId', files.id)],
    Statistic: 'Minimum',
    Period: 300,
    EvaluationPeriods: 2,
    Threshold: 200_000_000_000,
    ComparisonOperator: 'LessThanThreshold',
  }),
  alarm('morpheus-prod-queue-depth', since, {
    AlarmDescription: 'Messages wait and nobody takes them',
    Namespace: 'AWS/AmazonMQ',
    MetricName: 'MessageCount',
    Dimensions: [dimension('Broker', queue.name)],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 5,
    Threshold: 500,
    ComparisonOperator: 'GreaterThanThreshold',
  }),
  alarm('morpheus-prod-search-red', since, {
    AlarmDescription: 'A primary shard of the search domain is not assigned',
    Namespace: 'AWS/ES',
    MetricName: 'ClusterStatus.red',
    Dimensions: [dimension('ClientId', account), dimension('DomainName', search.domain)],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  }),
  // There is a data point only where a job failed: the alarm is OK for lack of data.
  alarm('morpheus-prod-backup-failed', since, {
    AlarmDescription: 'A backup job failed',
    Namespace: 'AWS/Backup',
    MetricName: 'NumberOfBackupJobsFailed',
    Dimensions: [dimension('BackupVaultName', backups.vault)],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  }),
];
