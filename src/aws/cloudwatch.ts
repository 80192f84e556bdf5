import type {
  CompositeAlarm,
  LogAlarm,
  MetricAlarm,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { MetricDataQuery, MetricDataResult };

/** `StateValue` is `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
export type Alarm = MetricAlarm | CompositeAlarm | LogAlarm;

const namesPerCall = 100;

/**
 * The alarms of these names, of any type, in no particular order. A name that has no alarm is missing from the answer.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export const describeAlarms = awsFunction(
  ['cloudwatch:DescribeAlarms'],
  async (aws: ReadClients, names: readonly string[]): Promise<Alarm[]> => {
    const { DescribeAlarmsCommand } = await import('./sdk/cloudwatch.ts');
    const found: Alarm[] = [];
    // No names would mean every alarm of the account.
    for (let from = 0; from < names.length; from += namesPerCall) {
      const AlarmNames = names.slice(from, from + namesPerCall);
      found.push(
        ...(await collectPages<Alarm>(async (NextToken) => {
          const page = await aws.send(
            'cloudwatch',
            // Without the types, AWS lists metric alarms only.
            new DescribeAlarmsCommand({
              AlarmNames,
              AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
              NextToken,
            }),
          );
          const { MetricAlarms = [], CompositeAlarms = [], LogAlarms = [] } = page;
          return { items: [...MetricAlarms, ...CompositeAlarms, ...LogAlarms], next: page.NextToken };
        })),
      );
    }
    return found;
  },
);

/**
 * One result for each query that returns data (at most 500 queries), its `Timestamps` and `Values` oldest first and complete
 * over all pages. A period without data has no value: an ALB, for one, reports no 5xx count where there was none. `from` is
 * inclusive, `to` exclusive; both should lie on a boundary of the period.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export const metricData = awsFunction(
  ['cloudwatch:GetMetricData'],
  async (
    aws: ReadClients,
    queries: readonly MetricDataQuery[],
    from: Date,
    to: Date,
  ): Promise<MetricDataResult[]> => {
    const { GetMetricDataCommand } = await import('./sdk/cloudwatch.ts');
    const parts = await collectPages<MetricDataResult>(async (NextToken) => {
      const page = await aws.send(
        'cloudwatch',
        new GetMetricDataCommand({
          MetricDataQueries: [...queries],
          StartTime: from,
          EndTime: to,
          ScanBy: 'TimestampAscending',
          NextToken,
        }),
      );
      return { items: page.MetricDataResults, next: page.NextToken };
    });
    const merged = new Map<string | undefined, MetricDataResult>();
    for (const part of parts) {
      const before = merged.get(part.Id);
      merged.set(part.Id, {
        ...part,
        Timestamps: [...(before?.Timestamps ?? []), ...(part.Timestamps ?? [])],
        Values: [...(before?.Values ?? []), ...(part.Values ?? [])],
        Messages: [...(before?.Messages ?? []), ...(part.Messages ?? [])],
      });
    }
    return [...merged.values()];
  },
);

/** For each query, by its id, the sum of its values; a query without any value in that time is missing from the answer. */
export const metricSums = awsFunction(
  metricData.actions,
  async (
    aws: ReadClients,
    queries: readonly MetricDataQuery[],
    from: Date,
    to: Date,
  ): Promise<Map<string, number>> => {
    const results = await metricData(aws, queries, from, to);
    return new Map(
      results.flatMap(({ Id, Values = [] }) =>
        Id === undefined || Values.length === 0
          ? []
          : [[Id, Values.reduce((sum, value) => sum + value, 0)] as const],
      ),
    );
  },
);
