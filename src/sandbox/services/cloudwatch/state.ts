import type { AlarmHistoryItem, Dimension, MetricAlarm, StandardUnit, Tag } from '@aws-sdk/client-cloudwatch';
import type { Known } from '../../known.ts';

export type Alarm = Known<
  MetricAlarm,
  | 'AlarmName'
  | 'AlarmArn'
  | 'StateValue'
  | 'StateReason'
  | 'EvaluationPeriods'
  | 'Threshold'
  | 'ComparisonOperator'
  | 'ActionsEnabled'
  | 'AlarmActions'
>;

/**
 * What was measured in one minute: nothing, one value, a value that lay between two, or a set of values
 * (least, most, sum, how many).
 */
export type Sample =
  | null
  | number
  | readonly [least: number, most: number]
  | readonly [least: number, most: number, sum: number, count: number];

/** A metric's samples, minute after minute. */
export interface Series {
  readonly Namespace: string;
  readonly MetricName: string;
  /** The sets of dimensions that it is reported under. */
  readonly under: readonly (readonly Dimension[])[];
  readonly Unit?: StandardUnit;
  /** The minute of the first sample, counted from 1970. */
  first: number;
  samples: Sample[];
}

export interface CloudWatchState {
  alarms: Alarm[];
  /** Newest first. */
  history: Known<AlarmHistoryItem, 'AlarmName' | 'Timestamp'>[];
  series: Record<string, Series>;
  /** By ARN of the alarm. */
  tags: Record<string, Tag[]>;
}

export const emptyCloudWatch = (): CloudWatchState => ({ alarms: [], history: [], series: {}, tags: {} });
