import type { AlarmHistoryItem, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Known } from '../../known.ts';

export type Alarm = Known<
  MetricAlarm,
  | 'AlarmName'
  | 'AlarmArn'
  | 'StateValue'
  | 'StateReason'
  | 'MetricName'
  | 'Namespace'
  | 'Dimensions'
  | 'Period'
  | 'EvaluationPeriods'
  | 'Threshold'
  | 'ComparisonOperator'
  | 'ActionsEnabled'
  | 'AlarmActions'
>;

export interface CloudWatchState {
  alarms: Alarm[];
  /** Newest first. */
  history: Known<AlarmHistoryItem, 'AlarmName' | 'Timestamp'>[];
}
