import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { alarmFired } from '../auto-scaling/policies.ts';
import { datapoints } from './metrics.ts';
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
  readonly reason: string;
}

/** As in the reasons that CloudWatch writes: 02/03/26 02:10:00. */
function reasonTime(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${clock.slice(0, 8)}`;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation */
export function verdictOn(world: World, alarm: Alarm): Verdict {
  const { Period, EvaluationPeriods, Threshold, TreatMissingData = 'missing' } = alarm;
  const needed = alarm.DatapointsToAlarm ?? EvaluationPeriods;
  const to = new Date(Math.floor(world.now.getTime() / (Period * 1000)) * Period * 1000);
  const from = later(to, -EvaluationPeriods * Period * 1000);
  const points = datapoints(world, alarm, alarm.ExtendedStatistic ?? alarm.Statistic ?? 'Average', {
    from,
    to,
    period: Period,
  });
  const [breaches, words] = comparisons[alarm.ComparisonOperator] ?? [() => false, ''];
  const breaching = points.filter(({ value }) => breaches(value, Threshold));
  const missing = EvaluationPeriods - points.length;
  if (points.length === 0 && TreatMissingData === 'ignore')
    return { state: alarm.StateValue, reason: alarm.StateReason };
  if (points.length === 0 && TreatMissingData === 'missing')
    return {
      state: 'INSUFFICIENT_DATA',
      reason: `Insufficient Data: ${EvaluationPeriods} datapoints were unknown.`,
    };
  const counted = breaching.length + (TreatMissingData === 'breaching' ? missing : 0);
  const alarmed = counted >= needed;
  const shown = (alarmed ? breaching : points)
    .map(({ at, value }) => `${value} (${reasonTime(at)})`)
    .join(', ');
  if (points.length === 0)
    return {
      state: alarmed ? 'ALARM' : 'OK',
      reason: `Threshold Crossed: no datapoints were received for ${EvaluationPeriods} periods and ${EvaluationPeriods} missing datapoints were treated as [${alarmed ? 'Breaching' : 'NonBreaching'}].`,
    };
  return alarmed
    ? {
        state: 'ALARM',
        reason: `Threshold Crossed: ${counted} out of the last ${EvaluationPeriods} datapoints [${shown}] was ${words} (${Threshold}) (minimum ${needed} datapoint for OK -> ALARM transition).`,
      }
    : {
        state: 'OK',
        reason: `Threshold Crossed: ${points.length - breaching.length} out of the last ${EvaluationPeriods} datapoints [${shown}] was not ${words} (${Threshold}) (minimum ${EvaluationPeriods - needed + 1} datapoint for ALARM -> OK transition).`,
      };
}

/** Every alarm finds its state anew each minute, also one whose state was set by hand. */
export function evaluateAlarms(world: World): void {
  for (const alarm of world.cloudWatch.alarms) {
    const { state, reason } = verdictOn(world, alarm);
    if (state !== alarm.StateValue) setState(world, alarm, state, reason);
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
  world.cloudWatch.history = [
    {
      AlarmName: alarm.AlarmName,
      AlarmType: 'MetricAlarm' as const,
      Timestamp: world.now,
      HistoryItemType: 'StateUpdate' as const,
      HistorySummary: `Alarm updated from ${before} to ${state}`,
      HistoryData: JSON.stringify({
        version: '1.0',
        oldState: { stateValue: before },
        newState: { stateValue: state, stateReason: reason },
      }),
    },
    ...world.cloudWatch.history,
  ].slice(0, historyKept);
  if (state === 'ALARM' && alarm.ActionsEnabled) alarmFired(world, alarm.AlarmName, alarm.AlarmActions);
}
