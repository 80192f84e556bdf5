import type { Dimension, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { minutes } from '../../../duration.ts';
import type { World } from '../../world.ts';
import type { Sample, Series } from './state.ts';

/** One value that a service, an application or a client reports of a minute. */
export interface Reported {
  readonly namespace: string;
  readonly name: string;
  /** The resource: tells series of one metric apart. */
  readonly of: string;
  readonly under: readonly (readonly Dimension[])[];
  readonly unit?: StandardUnit;
  readonly value: Sample;
}

/** Six hours: longer than any procedure looks back. */
export const minutesKept = 360;

/** The minute that a time lies in, counted from 1970. */
export const minuteOf = (time: Date | number): number => Math.floor(Number(time) / minutes(1));

/** Notes what was measured in a minute; without `minute` the one that has just ended. */
export function record(
  world: World,
  reported: readonly Reported[],
  minute: number = minuteOf(world.now.getTime() - 1),
): void {
  const { series } = world.cloudWatch;
  for (const { namespace, name, of, under, unit, value } of reported) {
    const key = `${namespace} ${name} ${of}`;
    const known = series[key];
    if (known !== undefined) put(known, minute, value);
    else if (value !== null)
      series[key] = {
        Namespace: namespace,
        MetricName: name,
        under,
        ...(unit && { Unit: unit }),
        first: minute,
        samples: [value],
      };
  }
}

function put(series: Series, minute: number, value: Sample): void {
  const { samples } = series;
  if (minute < series.first) {
    const gap = series.first - minute;
    if (gap + samples.length > minutesKept) return;
    samples.unshift(...Array<null>(gap).fill(null));
    series.first = minute;
  }
  while (series.first + samples.length <= minute) samples.push(null);
  const index = minute - series.first;
  samples[index] = samples[index] == null ? value : joined(samples[index], value);
  const surplus = samples.length - minutesKept;
  if (surplus <= 0) return;
  samples.splice(0, surplus);
  series.first += surplus;
}

export interface Values {
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  readonly count: number;
}

export function valuesOf(sample: Exclude<Sample, null>): Values {
  if (typeof sample === 'number') return { least: sample, most: sample, sum: sample, count: 1 };
  const [least, most, sum = (least + most) / 2, count = 1] = sample;
  return { least, most, sum, count };
}

export const together = (one: Values, other: Values): Values => ({
  least: Math.min(one.least, other.least),
  most: Math.max(one.most, other.most),
  sum: one.sum + other.sum,
  count: one.count + other.count,
});

function joined(one: Sample, other: Sample): Sample {
  if (one === null || other === null) return one ?? other;
  const { least, most, sum, count } = together(valuesOf(one), valuesOf(other));
  return [least, most, sum, count];
}

export interface MetricReference {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly Dimension[] | undefined;
}

export const sameDimensions = (one: readonly Dimension[], other: readonly Dimension[]): boolean =>
  one.length === other.length &&
  one.every(({ Name, Value }) =>
    other.some((dimension) => dimension.Name === Name && dimension.Value === Value),
  );

/** A metric is its namespace, its name and its dimensions: with others there is no data. */
export const seriesOf = (
  world: World,
  { Namespace, MetricName, Dimensions = [] }: MetricReference,
): Series[] =>
  Object.values(world.cloudWatch.series).filter(
    (series) =>
      series.MetricName === MetricName &&
      series.Namespace === Namespace &&
      series.under.some((dimensions) => sameDimensions(dimensions, Dimensions)),
  );

/** What all series of the metric hold together from a time up to, and without, another. */
export function valuesBetween(series: readonly Series[], from: number, to: number): Values | undefined {
  let values: Values | undefined;
  const [begin, end] = [Math.ceil(from / minutes(1)), Math.ceil(to / minutes(1))];
  for (const { first, samples } of series) {
    for (let minute = Math.max(begin, first); minute < Math.min(end, first + samples.length); minute += 1) {
      const sample = samples[minute - first] ?? null;
      if (sample === null) continue;
      values = values === undefined ? valuesOf(sample) : together(values, valuesOf(sample));
    }
  }
  return values;
}
