import { beginOf, inForce } from '../../faults/fault.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { type MetricReference, sameDimensions, seriesOf, type Values, valuesBetween } from './series.ts';
import type { Alarm } from './state.ts';

export interface Window {
  readonly from: Date;
  readonly to: Date;
  /** In seconds. */
  readonly period: number;
}

export interface Datapoint {
  readonly at: Date;
  readonly value: number;
}

const percentile = /^p(\d{1,2}(?:\.\d+)?|100)$/;

/** Trimmed means and the like are taken for the mean. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
const otherStatistic = /^(?:IQM|(?:tm|wm|tc|ts)\d{1,2}(?:\.\d+)?|(?:TM|WM|TC|TS|PR)\([^)]*\))$/;

/** @throws AwsFault where there is no such statistic */
export function statisticOf(values: Values, statistic: string, metric: string | undefined): number {
  const { least, most, sum, count } = values;
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Minimum':
      return least;
    case 'Maximum':
      return most;
    case 'Average':
      return sum / count;
    default: {
      const rank = percentile.exec(statistic)?.[1];
      if (rank === undefined && !otherStatistic.test(statistic))
        throw new AwsFault('ValidationError', `The value ${statistic} for parameter Stat is not supported.`);
      if (rank === undefined) return sum / count;
      // The simulated response times of a minute are kept as their mean; their 99th percentile lies at about three times that.
      if (metric === 'TargetResponseTime') return (sum / count) * (Number(rank) >= 90 ? 3 : 1);
      return least + ((most - least) * Number(rank)) / 100;
    }
  }
}

/** Data points of a metric, one per period that has data, oldest first. */
export function datapoints(
  world: World,
  metric: MetricReference,
  statistic: string,
  { from, to, period }: Window,
): Datapoint[] {
  const series = seriesOf(world, metric);
  const fired = firedBy(world, metric);
  if (series.length === 0 && fired === undefined) return [];
  const length = period * 1000;
  const points: Datapoint[] = [];
  for (let begin = Math.floor(from.getTime() / length) * length; begin < to.getTime(); begin += length) {
    if (fired !== undefined && begin >= fired.since) {
      points.push({ at: new Date(begin), value: fired.value });
      continue;
    }
    const values = valuesBetween(series, begin, begin + length);
    if (values !== undefined)
      points.push({ at: new Date(begin), value: statisticOf(values, statistic, metric.MetricName) });
  }
  return points;
}

/** The fault `alarm-fires`: since it began, the metric of the alarm is what would make the alarm fire. */
function firedBy(world: World, metric: MetricReference): { since: number; value: number } | undefined {
  for (const fault of inForce(world, 'alarm-fires')) {
    const alarm = world.cloudWatch.alarms.find(({ AlarmName }) => AlarmName === fault.alarm);
    if (alarm === undefined || !isWatching(alarm, metric)) continue;
    const began = fault.from === undefined && fault.after === undefined ? undefined : beginOf(world, fault);
    // The minute that was under way then is the first to show it.
    return { since: Math.floor(Number(began ?? 0) / 60_000) * 60_000, value: beyond(alarm) };
  }
  return undefined;
}

const isWatching = (alarm: Alarm, { Namespace, MetricName, Dimensions = [] }: MetricReference): boolean =>
  alarm.MetricName === MetricName &&
  alarm.Namespace === Namespace &&
  sameDimensions(alarm.Dimensions ?? [], Dimensions);

const beyond = ({ Threshold, ComparisonOperator }: Alarm): number =>
  ComparisonOperator.startsWith('Less')
    ? Threshold - Math.abs(Threshold) / 2 - 1
    : Threshold * 1.5 + (Threshold < 1 ? 0.1 : 1);
