import type { HistoryItemType, StateValue } from '@aws-sdk/client-cloudwatch';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { alarmFired } from '../auto-scaling/policies.ts';
import { evaluateQueries } from './math.ts';
import { type Datapoint, datapoints, type Window } from './metrics.ts';
import type { Alarm } from './state.ts';

const historyKept = 60;

const comparisons: Readonly<
  Record<string, readonly [(value: number, threshold: number) => boolean, string]>
> = {
  GreaterThanThreshold: [(value, threshold) => value > threshold, 'greater than the threshold'],
  GreaterThanOrEqualToThreshold: [
    (value, threshold) => value >= threshold,
    'greater than or equal to the threshold',
  ],
  LessThanThreshold: [(value, threshold) => value < threshold, 'less than the threshold'],
  LessThanOrEqualToThreshold: [
    (value, threshold) => value <= threshold,
    'less than or equal to the threshold',
  ],
};

interface Verdict {
  readonly state: StateValue;
  /** In CloudWatch's words. */
  reason(): string;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** As in the reasons that CloudWatch writes: 02/03/26 02:10:00. */
function reasonTime(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${clock.slice(0, 8)}`;
}

/** In seconds. */
export const periodOf = ({ Period, Metrics = [] }: Alarm): number =>
  Period ?? Metrics.find(({ MetricStat }) => MetricStat !== undefined)?.MetricStat?.Period ?? 60;

function pointsOf(world: World, alarm: Alarm, window: Window): readonly Datapoint[] {
  const watched = alarm.Metrics?.find(({ ReturnData }) => ReturnData !== false);
  if (alarm.Metrics !== undefined && watched?.Id !== undefined)
    return evaluateQueries(world, alarm.Metrics, window)(watched.Id).points;
  return datapoints(world, alarm, alarm.ExtendedStatistic ?? alarm.Statistic ?? 'Average', window);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation */
export function verdictOn(world: World, alarm: Alarm): Verdict {
  const { EvaluationPeriods, Threshold, TreatMissingData = 'missing' } = alarm;
  const period = periodOf(alarm);
  const needed = alarm.DatapointsToAlarm ?? EvaluationPeriods;
  const to = new Date(Math.floor(world.now.getTime() / (period * 1000)) * period * 1000);
  const from = later(to, -EvaluationPeriods * period * 1000);
  const points = pointsOf(world, alarm, { from, to, period });
  const [breaches, words] = comparisons[alarm.ComparisonOperator] ?? [() => false, ''];
  const breaching = points.filter(({ value }) => breaches(value, Threshold));
  if (points.length === 0) return withoutData(alarm);
  const missing = TreatMissingData === 'breaching' ? EvaluationPeriods - points.length : 0;
  const state = breaching.length + missing >= needed ? 'ALARM' : 'OK';
  return {
    state,
    reason() {
      const [shown, verb, last] =
        state === 'ALARM'
          ? [breaching, 'was', `minimum ${needed} datapoint for OK -> ALARM transition`]
          : [
              points.filter((point) => !breaching.includes(point)),
              'was not',
              `minimum ${EvaluationPeriods - needed + 1} datapoint for ALARM -> OK transition`,
            ];
      const values = shown.map(({ at, value }) => `${value} (${reasonTime(at)})`).join(', ');
      const count = state === 'ALARM' ? shown.length + missing : shown.length;
      return `Threshold Crossed: ${count} out of the last ${EvaluationPeriods} datapoints [${values}] ${verb} ${words} (${Threshold}) (${last}).`;
    },
  };
}

function withoutData({
  TreatMissingData = 'missing',
  EvaluationPeriods,
  StateValue,
  StateReason,
}: Alarm): Verdict {
  const unknown = counted(EvaluationPeriods, 'datapoint');
  const were = EvaluationPeriods === 1 ? 'was' : 'were';
  const treated = (state: StateValue, as: string): Verdict => ({
    state,
    reason: () =>
      `Threshold Crossed: no datapoints were received for ${counted(EvaluationPeriods, 'period')} and ${EvaluationPeriods} missing ${EvaluationPeriods === 1 ? 'datapoint was' : 'datapoints were'} treated as [${as}].`,
  });
  switch (TreatMissingData) {
    case 'ignore':
      return { state: StateValue, reason: () => StateReason };
    case 'breaching':
      return treated('ALARM', 'Breaching');
    case 'notBreaching':
      return treated('OK', 'NonBreaching');
    default:
      return { state: 'INSUFFICIENT_DATA', reason: () => `Insufficient Data: ${unknown} ${were} unknown.` };
  }
}

/** Every alarm finds its state anew each minute, also one whose state was set by hand. */
export function evaluateAlarms(world: World): void {
  for (const alarm of world.cloudWatch.alarms) {
    const { state, reason } = verdictOn(world, alarm);
    if (state !== alarm.StateValue) setState(world, alarm, state, reason());
  }
}

export function setState(world: World, alarm: Alarm, state: StateValue, reason: string, data?: string): void {
  const before = alarm.StateValue;
  alarm.StateValue = state;
  alarm.StateReason = reason;
  if (data === undefined) delete alarm.StateReasonData;
  else alarm.StateReasonData = data;
  alarm.StateUpdatedTimestamp = world.now;
  if (before === state) return;
  alarm.StateTransitionedTimestamp = world.now;
  remember(world, alarm, 'StateUpdate', `Alarm updated from ${before} to ${state}`, {
    version: '1.0',
    oldState: { stateValue: before },
    newState: { stateValue: state, stateReason: reason },
  });
  if (state === 'ALARM' && alarm.ActionsEnabled) alarmFired(world, alarm.AlarmName, alarm.AlarmActions);
}

export function remember(
  world: World,
  { AlarmName }: Alarm,
  HistoryItemType: HistoryItemType,
  HistorySummary: string,
  data: unknown,
): void {
  world.cloudWatch.history = [
    {
      AlarmName,
      AlarmType: 'MetricAlarm' as const,
      Timestamp: world.now,
      HistoryItemType,
      HistorySummary,
      HistoryData: JSON.stringify(data),
    },
    ...world.cloudWatch.history,
  ].slice(0, historyKept);
}
