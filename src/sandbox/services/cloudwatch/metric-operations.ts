import type {
  Dimension,
  MetricDataQuery,
  MetricDatum,
  StandardUnit,
  Statistic,
} from '@aws-sdk/client-cloudwatch';
import { hours, minutes } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { evaluateQueries, periodIn } from './math.ts';
import { datapoints } from './metrics.ts';
import { minuteOf, type Reported, record, seriesOf, together, type Values } from './series.ts';

const mostDatapoints = 1440;
/** Of all queries of a call, which AWS gives in pages of no more. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const mostDataOfQueries = 100_800;
const mostQueries = 500;
const mostValues = 1000;

const invalidValue = (message: string) => new AwsFault('InvalidParameterValueException', message);
const invalidCombination = (message: string) => new AwsFault('InvalidParameterCombinationException', message);

const tooMany = (asked: number, most: number): string =>
  `You have requested up to ${asked} datapoints, which exceeds the limit of ${most}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
const isPeriod = (period: number): boolean =>
  [1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0);

const periodText = (parameter: string): string => `The parameter ${parameter} must be a multiple of 60.`;

/** Before any is evaluated: what is asked for may be more than a process can hold. */
function checkQueries(queries: readonly MetricDataQuery[], { from, to }: { from: Date; to: Date }): void {
  const refused = (message: string) => new AwsFault('ValidationError', message);
  if (queries.length > mostQueries)
    throw refused(`The collection MetricDataQueries must not have a size greater than ${mostQueries}.`);
  for (const [index, { MetricStat, Period }] of queries.entries())
    for (const [member, period] of [
      ['MetricStat.Period', MetricStat?.Period],
      ['Period', Period],
    ] as const)
      if (period !== undefined && !isPeriod(period))
        throw refused(periodText(`MetricDataQueries.member.${index + 1}.${member}`));
  const asked = queries
    .map((query) => Math.ceil((to.getTime() - from.getTime()) / (periodIn(query, queries) * 1000)))
    .reduce((sum, count) => sum + Math.max(0, count), 0);
  if (asked > mostDataOfQueries) throw refused(tooMany(asked, mostDataOfQueries));
}

const noLaterThanNow = (world: World, time: Date): Date => (time > world.now ? world.now : time);

export const metricOperations = {
  GetMetricData(world, { MetricDataQueries = [], StartTime, EndTime, ScanBy }) {
    const [from, to] = [StartTime ?? world.now, EndTime ?? world.now];
    if (from >= to)
      throw new AwsFault(
        'ValidationError',
        'The parameter StartTime must be less than the parameter EndTime.',
      );
    const setting = { from, to: noLaterThanNow(world, to) };
    checkQueries(MetricDataQueries, setting);
    const evaluated = evaluateQueries(world, MetricDataQueries, setting);
    return {
      MetricDataResults: MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).map(
        ({ Id = '' }) => {
          const { points: oldestFirst, label } = evaluated(Id);
          const points = ScanBy === 'TimestampAscending' ? oldestFirst : oldestFirst.toReversed();
          return {
            Id,
            Label: label,
            Timestamps: points.map(({ at }) => at),
            Values: points.map(({ value }) => value),
            StatusCode: 'Complete' as const,
          };
        },
      ),
      Messages: [],
    };
  },

  GetMetricStatistics(world, input) {
    const { MetricName, StartTime = world.now, EndTime = world.now, Period = 60, Statistics = [] } = input;
    const { ExtendedStatistics = [], Unit } = input;
    if (StartTime >= EndTime)
      throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
    if (Statistics.length + ExtendedStatistics.length === 0)
      throw invalidCombination('Must specify either Statistics or ExtendedStatistics');
    if (!isPeriod(Period)) throw invalidValue(periodText('Period'));
    const asked = Math.ceil((EndTime.getTime() - StartTime.getTime()) / (Period * 1000));
    if (asked > mostDatapoints) throw invalidCombination(tooMany(asked, mostDatapoints));
    const window = { from: StartTime, to: noLaterThanNow(world, EndTime), period: Period };
    const unit = seriesOf(world, input)[0]?.Unit ?? 'None';
    const isOfUnit = Unit === undefined || Unit === unit;
    const byStatistic = (statistic: string) => (isOfUnit ? datapoints(world, input, statistic, window) : []);
    const grid = byStatistic(Statistics[0] ?? ExtendedStatistics[0] ?? 'Average');
    const simple = Statistics.map((statistic) => [statistic, byStatistic(statistic)] as const);
    const extended = ExtendedStatistics.map((statistic) => [statistic, byStatistic(statistic)] as const);
    return {
      Label: MetricName,
      Datapoints: grid.map(({ at }, index) => ({
        Timestamp: at,
        Unit: unit as StandardUnit,
        ...(Object.fromEntries(simple.map(([name, points]) => [name, points[index]?.value])) as Partial<
          Record<Statistic, number>
        >),
        ...(extended.length > 0 && {
          ExtendedStatistics: Object.fromEntries(
            extended.map(([name, points]) => [name, points[index]?.value ?? 0]),
          ),
        }),
      })),
    };
  },

  ListMetrics(world, { Namespace, MetricName, Dimensions = [], RecentlyActive, NextToken }) {
    const since = RecentlyActive === 'PT3H' ? minuteOf(later(world.now, -hours(3))) : 0;
    const found = Object.values(world.cloudWatch.series)
      .filter(
        (series) =>
          (Namespace === undefined || series.Namespace === Namespace) &&
          (MetricName === undefined || series.MetricName === MetricName) &&
          series.first + series.samples.length >= since,
      )
      .flatMap((series) =>
        series.under
          .filter((dimensions) =>
            Dimensions.every((filter) => dimensions.some((one) => matches(one, filter))),
          )
          .map((dimensions) => ({
            Namespace: series.Namespace,
            MetricName: series.MetricName,
            Dimensions: [...dimensions],
          })),
      );
    const page = pageOf(found, 500, NextToken, 'InvalidParameterValueException');
    return { Metrics: page.items, NextToken: page.next };
  },

  PutMetricData(world, { Namespace = '', MetricData = [] }) {
    if (Namespace.startsWith('AWS/'))
      throw invalidValue(`The value ${Namespace} for parameter Namespace is invalid.`);
    if (MetricData.length > mostValues)
      throw invalidValue(`The collection MetricData must not have a size greater than ${mostValues}.`);
    const reports = MetricData.map((datum, index) => reportOf(world, Namespace, datum, index + 1));
    for (const { report, minute } of reports) record(world, [report], minute);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch')>;

const matches = (dimension: Dimension, filter: { Name?: string | undefined; Value?: string | undefined }) =>
  dimension.Name === filter.Name && (filter.Value === undefined || dimension.Value === filter.Value);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
function reportOf(
  world: World,
  namespace: string,
  datum: MetricDatum,
  number: number,
): { report: Reported; minute: number } {
  const { MetricName = '', Dimensions = [], Timestamp = world.now, Unit } = datum;
  const member = `MetricData.member.${number}`;
  if (Timestamp < later(world.now, -14 * hours(24)))
    throw invalidValue(`The parameter ${member}.Timestamp must specify a time within the past two weeks.`);
  if (Timestamp > later(world.now, 2 * hours(1) + minutes(1)))
    throw invalidValue(
      `The parameter ${member}.Timestamp must specify a time no more than two hours in the future.`,
    );
  const { least, most, sum, count } = valuesIn(datum, member);
  const ordered = Dimensions.toSorted((one, other) => ((one.Name ?? '') < (other.Name ?? '') ? -1 : 1));
  return {
    minute: minuteOf(Timestamp),
    report: {
      namespace,
      name: MetricName,
      of: ordered.map(({ Name, Value }) => `${Name}=${Value}`).join(),
      under: [ordered],
      ...(Unit && { unit: Unit }),
      value: count === 1 ? sum : [least, most, sum, count],
    },
  };
}

function valuesIn({ Value, Values = [], Counts = [], StatisticValues }: MetricDatum, member: string): Values {
  function check(values: readonly number[], name: string): void {
    const wrong = values.find((value) => !(Math.abs(value) <= 2 ** 360));
    if (wrong !== undefined)
      throw invalidValue(`The value ${wrong} for parameter ${member}.${name} is invalid.`);
  }
  if (StatisticValues !== undefined) {
    const { Minimum = 0, Maximum = 0, Sum = 0, SampleCount = 0 } = StatisticValues;
    check([Minimum, Maximum, Sum, SampleCount], 'StatisticValues');
    return { least: Minimum, most: Maximum, sum: Sum, count: SampleCount };
  }
  const all = Value === undefined ? Values : [Value];
  check(all, Value === undefined ? 'Values' : 'Value');
  check(Counts, 'Counts');
  const [first, ...rest] = all.map((value, index): Values => {
    const count = Value === undefined ? (Counts[index] ?? 1) : 1;
    return { least: value, most: value, sum: value * count, count };
  });
  if (first === undefined)
    throw invalidCombination(
      `At least one of the parameters ${member}.Value, ${member}.Values and ${member}.StatisticValues must be specified.`,
    );
  return rest.reduce(together, first);
}
