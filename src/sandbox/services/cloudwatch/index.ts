import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { setState } from './alarms.ts';
import { type Datapoint, datapoints } from './metrics.ts';

const isBetween = (time: Date, from: Date | undefined, to: Date | undefined) =>
  (from === undefined || time >= from) && (to === undefined || time <= to);

function pointsOf(world: World, query: MetricDataQuery, from: Date, to: Date): Datapoint[] {
  const { MetricStat } = query;
  if (MetricStat === undefined)
    throw new AwsFault(
      'ValidationError',
      `The sandbox evaluates no metric math: query '${query.Id}' needs a MetricStat.`,
    );
  return datapoints(world, MetricStat.Metric ?? {}, MetricStat.Stat ?? 'Average', {
    from,
    to: to > world.now ? world.now : to,
    period: MetricStat.Period ?? 60,
  });
}

export const cloudwatchOperations = {
  DescribeAlarms(world, input) {
    const found = world.cloudWatch.alarms.filter(
      ({ AlarmName, StateValue }) =>
        (input.AlarmNames?.length ? input.AlarmNames.includes(AlarmName) : true) &&
        (input.AlarmNamePrefix === undefined || AlarmName.startsWith(input.AlarmNamePrefix)) &&
        (input.StateValue === undefined || StateValue === input.StateValue),
    );
    const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken, 'InvalidNextToken');
    return { MetricAlarms: page.items, CompositeAlarms: [], NextToken: page.next };
  },

  DescribeAlarmHistory(world, input) {
    const found = world.cloudWatch.history.filter(
      ({ AlarmName, HistoryItemType, Timestamp }) =>
        (input.AlarmName === undefined || AlarmName === input.AlarmName) &&
        (input.HistoryItemType === undefined || HistoryItemType === input.HistoryItemType) &&
        isBetween(Timestamp, input.StartDate, input.EndDate),
    );
    const ordered = input.ScanBy === 'TimestampAscending' ? found.reverse() : found;
    const page = pageOf(ordered, input.MaxRecords ?? 100, input.NextToken, 'InvalidNextToken');
    return { AlarmHistoryItems: page.items, NextToken: page.next };
  },

  GetMetricData(world, { MetricDataQueries = [], StartTime, EndTime, ScanBy }) {
    const [from, to] = [StartTime ?? world.now, EndTime ?? world.now];
    if (from >= to)
      throw new AwsFault(
        'ValidationError',
        'The parameter StartTime must be less than the parameter EndTime.',
      );
    return {
      MetricDataResults: MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).map((query) => {
        const oldestFirst = pointsOf(world, query, from, to);
        const points = ScanBy === 'TimestampAscending' ? oldestFirst : oldestFirst.toReversed();
        return {
          Id: query.Id,
          Label: query.Label ?? query.MetricStat?.Metric?.MetricName,
          Timestamps: points.map(({ at }) => at),
          Values: points.map(({ value }) => value),
          StatusCode: 'Complete' as const,
        };
      }),
      Messages: [],
    };
  },

  SetAlarmState(world, { AlarmName, StateValue = 'OK', StateReason = '', StateReasonData }) {
    const alarm = world.cloudWatch.alarms.find((candidate) => candidate.AlarmName === AlarmName);
    if (alarm === undefined) throw new AwsFault('ResourceNotFound', `Alarm ${AlarmName} does not exist`);
    setState(world, alarm, StateValue, StateReason, StateReasonData);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch')>;

export const cloudwatch: Service = { name: 'cloudwatch', operations: cloudwatchOperations };
