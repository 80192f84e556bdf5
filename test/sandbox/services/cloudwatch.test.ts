import { describe, expect, test } from 'vitest';
import { connectionsCut } from '../../../src/sandbox/application/hooks.ts';
import { files, queue } from '../../../src/sandbox/morpheus-prod/names.ts';
import { images } from '../../../src/sandbox/morpheus-prod.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { cloudwatchOperations } from '../../../src/sandbox/services/cloudwatch/index.ts';
import { elsewhere, type World } from '../../../src/sandbox/world.ts';
import { aws, faultOf, name, pass, passUntil, prod } from './stack.ts';

const loadBalancer = { Name: 'LoadBalancer', Value: 'app/morpheus-prod/50dc6c495c0c9188' };
const targetGroup = { Name: 'TargetGroup', Value: `targetgroup/${name}/6d0ecf831eec9f09` };

function metric(
  world: World,
  MetricName: string,
  { Stat = 'Sum', Dimensions = [loadBalancer], Period = 60, minutes = 10 } = {},
) {
  const answer = aws.GetMetricData(world, {
    StartTime: later(world.now, -minutes * 60_000),
    EndTime: world.now,
    MetricDataQueries: [
      {
        Id: 'm',
        MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period, Stat },
      },
    ],
  });
  const [result] = answer.MetricDataResults ?? [];
  return { values: result?.Values ?? [], times: result?.Timestamps ?? [] };
}

const failing = () => {
  const world = prod();
  world.ec2.software[images.inUse] = { failsFrom: { shareOfNodes: 0.1, errorShare: 0.2 } };
  return world;
};

/** Else users might be sent to the recovery Region. */
const withoutDns = () => {
  const world = prod();
  world.route53.zones = [];
  return world;
};

const alarm = (world: World, AlarmName: string) =>
  aws.DescribeAlarms(world, { AlarmNames: [AlarmName] }).MetricAlarms?.[0];

describe('CloudWatch', () => {
  test('rule 1: counts have no data point where they are zero', () => {
    const world = prod();
    expect(metric(world, 'HTTPCode_ELB_5XX_Count').values).toEqual([]);
    expect(metric(world, 'RequestCount').values).toHaveLength(10);
    expect(Math.min(...metric(world, 'RequestCount').values)).toBeGreaterThan(1000);
    const broken = failing();
    pass(broken, 600);
    expect(Math.min(...metric(broken, 'HTTPCode_Target_5XX_Count').values)).toBeGreaterThan(200);
  });

  test('rule 2: a metric has data under its own dimensions only', () => {
    const world = prod();
    const Dimensions = [targetGroup, loadBalancer];
    expect(metric(world, 'HealthyHostCount', { Stat: 'Minimum', Dimensions }).values).toEqual(
      Array(10).fill(3),
    );
    expect(metric(world, 'HealthyHostCount', { Stat: 'Minimum' }).values).toEqual([]);
    expect(
      metric(world, 'RequestCount', { Dimensions: [{ Name: 'LoadBalancer', Value: 'app/other/1' }] }).values,
    ).toEqual([]);
    expect(metric(world, 'NoSuchMetric').values).toEqual([]);
  });

  test('rule 3: the newest point comes first, and periods add up', () => {
    const world = prod();
    const { times, values } = metric(world, 'RequestCount');
    expect(times.map(Number)).toEqual(times.map(Number).toSorted((one, other) => other - one));
    const whole = metric(world, 'RequestCount', { Period: 300 });
    expect(whole.values).toHaveLength(2);
    expect(whole.values.reduce((sum, value) => sum + value)).toBe(values.reduce((sum, value) => sum + value));
    expect(faultOf(() => metric(world, 'RequestCount', { minutes: -5 })).code).toBe('ValidationError');
  });

  test('rule 4: alarms are OK at rest and go to ALARM for a reason', () => {
    const world = prod();
    const states = aws.DescribeAlarms(world, {}).MetricAlarms?.map(({ StateValue }) => StateValue);
    expect(states).toEqual(Array(10).fill('OK'));
    const broken = failing();
    passUntil(broken, () => alarm(broken, 'morpheus-prod-5xx')?.StateValue === 'ALARM', { atMost: 181 });
    expect(alarm(broken, 'morpheus-prod-5xx')?.StateReason).toMatch(
      /^Threshold Crossed: 2 out of the last 2 datapoints \[\d+ \(02\/03\/26 02:1\d:00\), \d+ \(02\/03\/26 02:1\d:00\)\] was greater than the threshold \(25\) \(minimum 2 datapoint for OK -> ALARM transition\)\.$/,
    );
  });

  test.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
  ])('rule 4: missing data treated as %s', (TreatMissingData, state) => {
    const world = prod();
    for (const found of world.cloudWatch.alarms)
      Object.assign(found, { TreatMissingData, MetricName: 'HTTPCode_ELB_5XX_Count' });
    pass(world, 60);
    expect(alarm(world, 'morpheus-prod-5xx')?.StateValue).toBe(state);
  });

  test('rules 5 and 6: a state set by hand lasts until the next evaluation, and both changes are history', () => {
    const world = prod();
    pass(world, 5);
    const AlarmName = 'morpheus-prod-latency';
    aws.SetAlarmState(world, { AlarmName, StateValue: 'ALARM', StateReason: 'drill' });
    expect(alarm(world, AlarmName)).toMatchObject({ StateValue: 'ALARM', StateReason: 'drill' });
    pass(world, 60);
    expect(alarm(world, AlarmName)?.StateValue).toBe('OK');
    expect(
      aws
        .DescribeAlarmHistory(world, { AlarmName })
        .AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary),
    ).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
    expect(
      faultOf(() => aws.SetAlarmState(world, { AlarmName: 'x', StateValue: 'OK', StateReason: '' })).code,
    ).toBe('ResourceNotFound');
  });

  test.each([1, 2, 3])(
    'rule 6: the history of every alarm explains its state from the start (seed %i)',
    (seed) => {
      const world = prod(seed);
      const shown = aws.DescribeAlarms(world, {}).MetricAlarms ?? [];
      const { AlarmHistoryItems = [] } = aws.DescribeAlarmHistory(world, {});
      expect(AlarmHistoryItems).toHaveLength(shown.length);
      for (const { AlarmName, StateReason, StateUpdatedTimestamp } of shown) {
        const item = AlarmHistoryItems.find((candidate) => candidate.AlarmName === AlarmName);
        expect(item).toMatchObject({ HistoryItemType: 'StateUpdate', Timestamp: StateUpdatedTimestamp });
        expect(JSON.parse(item?.HistoryData ?? '').newState).toEqual({
          stateValue: 'OK',
          stateReason: StateReason,
        });
      }
    },
  );

  test.each([
    [2, 'OK'],
    [3, 'ALARM'],
  ])('the traffic of the hour with %i of 3 nodes failing: latency is %s', (failing, state) => {
    const world = withoutDns();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    for (const node of Object.values(world.ec2.nodes).slice(0, failing)) delete node.servesFrom;
    pass(world, 600);
    expect(alarm(world, 'morpheus-prod-latency')?.StateValue).toBe(state);
    expect(alarm(world, 'morpheus-prod-unhealthy-hosts')?.StateValue).toBe('ALARM');
  });

  test('rule 7: without a healthy target the load balancer answers for itself', () => {
    const world = withoutDns();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    for (const node of Object.values(world.ec2.nodes)) delete node.servesFrom;
    pass(world, 180);
    expect(metric(world, 'HTTPCode_ELB_5XX_Count', { minutes: 2 }).values).toHaveLength(2);
    expect(metric(world, 'HTTPCode_Target_5XX_Count', { minutes: 2 }).values).toEqual([]);
  });

  test('rule 19: the errors of a minute are as many as the time of it in which requests failed', () => {
    const world = withoutDns();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    const last = (MetricName: string) => metric(world, MetricName, { minutes: 1 }).values[0] ?? 0;
    pass(world, 10);
    for (const zone of ['us-east-1a', 'us-east-1b', 'us-east-1c'])
      world.faults.push({ what: 'zone-outage', zone, from: world.now, to: later(world.now, 300_000) });
    pass(world, 50);
    // The load balancer notices after 20 seconds, and answers for the other 30.
    expect(last('HTTPCode_Target_5XX_Count') / last('RequestCount')).toBeCloseTo(1 / 3, 2);
    expect(last('HTTPCode_ELB_5XX_Count') / last('RequestCount')).toBeCloseTo(1 / 2, 2);
  });

  test.each([
    ['amid a minute', 20, 8],
    ['at the end of a minute', 52, 7.9],
  ])('rule 19: an outage %s counts for what it lasted', (_when, begins, lasts) => {
    const world = withoutDns();
    pass(world, begins);
    // Nodes try again after one to five seconds.
    for (const node of world.mq.brokers.flatMap(({ nodes }) => nodes))
      node.downUntil = later(world.now, lasts * 1000);
    connectionsCut(world, queue.host);
    pass(world, 60 - begins);
    const share = (MetricName: string) =>
      (metric(world, MetricName, { minutes: 1 }).values[0] ?? 0) /
      (metric(world, 'RequestCount', { minutes: 1 }).values[0] ?? 0);
    expect(share('HTTPCode_Target_5XX_Count')).toBeGreaterThan((lasts - 0.1) / 60);
    expect(share('HTTPCode_Target_5XX_Count')).toBeLessThan((lasts + 5.1) / 60);
  });

  test('rule 8: ListMetrics names every metric under each of its sets of dimensions', () => {
    const world = prod();
    const named = (MetricName: string, filter = {}) =>
      aws.ListMetrics(world, { MetricName, ...filter }).Metrics?.map(({ Dimensions }) => Dimensions);
    expect(named('RequestCount')).toEqual([[loadBalancer], [loadBalancer, targetGroup]]);
    expect(named('RequestCount', { Dimensions: [{ Name: 'TargetGroup' }] })).toEqual([
      [loadBalancer, targetGroup],
    ]);
    expect(named('RequestCount', { Namespace: 'AWS/RDS' })).toEqual([]);
    expect(named('DatabaseConnections')).toContainEqual([
      { Name: 'DBInstanceIdentifier', Value: 'morpheus-prod-1' },
    ]);
    expect(named('BurstCreditBalance')).toEqual([[{ Name: 'FileSystemId', Value: files.id }]]);
    expect(named('MessageCount')).toEqual([[{ Name: 'Broker', Value: 'morpheus-rabbitmq' }]]);
    expect(faultOf(() => aws.ListMetrics(world, { NextToken: 'x' })).code).toBe(
      'InvalidParameterValueException',
    );
  });

  test('rule 9: connections are counted where the pools are', () => {
    const world = prod();
    const connections = (instance: string) =>
      aws.GetMetricStatistics(world, {
        Namespace: 'AWS/RDS',
        MetricName: 'DatabaseConnections',
        Dimensions: [{ Name: 'DBInstanceIdentifier', Value: instance }],
        StartTime: later(world.now, -60_000),
        EndTime: world.now,
        Period: 60,
        Statistics: ['Maximum'],
      }).Datapoints;
    expect(connections('morpheus-prod-1')).toEqual([
      { Timestamp: later(world.now, -60_000), Unit: 'Count', Maximum: 60 },
    ]);
    expect(connections('morpheus-prod-2')).toMatchObject([{ Maximum: 0 }]);
  });

  test('rule 3: periods are those of CloudWatch, and no call is for more than 100,800 data points', () => {
    const world = prod();
    const ask = (query: object, hours: number) => () =>
      aws.GetMetricData(world, {
        StartTime: later(world.now, -hours * 3_600_000),
        EndTime: world.now,
        MetricDataQueries: [{ Id: 'e', ...query }],
      });
    expect(faultOf(ask({ Expression: '1 + 1', Period: 1 }, 24 * 365))).toEqual({
      code: 'ValidationError',
      message:
        'You have requested up to 31536000 datapoints, which exceeds the limit of 100800. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    });
    const MetricStat = (Period: number) => ({
      Metric: { Namespace: 'a', MetricName: 'b' },
      Period,
      Stat: 'Sum',
    });
    expect(faultOf(ask({ MetricStat: MetricStat(60) }, 24 * 71)).code).toBe('ValidationError');
    expect(ask({ Expression: '1 + 1', Period: 1 }, 28)().MetricDataResults?.[0]?.Values).toHaveLength(
      100_800,
    );
    for (const Period of [0, -60, 2, 61, 1.5]) {
      expect(faultOf(ask({ Expression: '1', Period }, 1)).message).toContain(
        'MetricDataQueries.member.1.Period',
      );
      expect(faultOf(ask({ MetricStat: MetricStat(Period) }, 1)).code).toBe('ValidationError');
      expect(
        faultOf(() =>
          aws.GetMetricStatistics(world, {
            Namespace: 'AWS/ApplicationELB',
            MetricName: 'RequestCount',
            StartTime: later(world.now, -600_000),
            EndTime: world.now,
            Period,
            Statistics: ['Sum'],
          }),
        ).message,
      ).toBe('The parameter Period must be a multiple of 60.');
    }
  });

  test('rule 10: GetMetricStatistics gives the statistics that are asked for, and no more than 1440 points', () => {
    const world = prod();
    const statistics = (input: object) =>
      aws.GetMetricStatistics(world, {
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'TargetResponseTime',
        Dimensions: [loadBalancer],
        StartTime: later(world.now, -600_000),
        EndTime: world.now,
        Period: 300,
        ...input,
      });
    const { Datapoints = [] } = statistics({
      Statistics: ['Average', 'SampleCount'],
      ExtendedStatistics: ['p99'],
    });
    expect(Datapoints).toHaveLength(2);
    for (const { Average = 0, SampleCount, ExtendedStatistics, Sum } of Datapoints) {
      expect(Average).toBeGreaterThan(0.01);
      expect(SampleCount).toBe(5);
      expect(ExtendedStatistics?.['p99']).toBeCloseTo(Average * 3);
      expect(Sum).toBeUndefined();
    }
    expect(faultOf(() => statistics({}))).toMatchObject({ code: 'InvalidParameterCombinationException' });
    expect(
      faultOf(() =>
        statistics({ Statistics: ['Sum'], Period: 60, StartTime: later(world.now, -86_460_000) }),
      ),
    ).toEqual({
      code: 'InvalidParameterCombinationException',
      message:
        'You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    });
    expect(faultOf(() => statistics({ Statistics: ['Sum'], EndTime: later(world.now, -600_000) })).code).toBe(
      'InvalidParameterValueException',
    );
    expect(faultOf(() => statistics({ ExtendedStatistics: ['best'] })).code).toBe('ValidationError');
  });

  test('rule 11: what clients put in is there under its own dimensions, values of one minute together', () => {
    const world = prod();
    const put = (data: object, Namespace = 'Morpheus') =>
      aws.PutMetricData(world, { Namespace, MetricData: [{ MetricName: 'RowsLost', ...data }] });
    put({ Value: 5, Unit: 'Count' });
    put({ Values: [1, 3], Counts: [2, 1] });
    put({ StatisticValues: { Minimum: 0, Maximum: 9, Sum: 10, SampleCount: 4 } });
    put({ Value: 7, Dimensions: [{ Name: 'Drill', Value: 'restore' }] });
    pass(world, 60);
    const of = (Dimensions: { Name: string; Value: string }[]) =>
      aws.GetMetricStatistics(world, {
        Namespace: 'Morpheus',
        MetricName: 'RowsLost',
        Dimensions,
        StartTime: later(world.now, -120_000),
        EndTime: world.now,
        Period: 60,
        Statistics: ['Minimum', 'Maximum', 'Sum', 'SampleCount'],
      }).Datapoints;
    expect(of([])).toMatchObject([{ Minimum: 0, Maximum: 9, Sum: 20, SampleCount: 8, Unit: 'Count' }]);
    expect(of([{ Name: 'Drill', Value: 'restore' }])).toMatchObject([{ Sum: 7 }]);
    expect(faultOf(() => put({ Value: 1 }, 'AWS/EC2'))).toEqual({
      code: 'InvalidParameterValueException',
      message: 'The value AWS/EC2 for parameter Namespace is invalid.',
    });
    expect(faultOf(() => put({ Value: 1, Timestamp: later(world.now, -15 * 86_400_000) })).message).toBe(
      'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.',
    );
    expect(faultOf(() => put({})).code).toBe('InvalidParameterCombinationException');
    expect(faultOf(() => put({ Value: Number.NaN })).code).toBe('InvalidParameterValueException');
    for (const most of [
      { Value: 2 ** 361 },
      { Values: [-(2 ** 361)] },
      { StatisticValues: { Sum: 2 ** 361 } },
    ])
      expect(faultOf(() => put(most)).code).toBe('InvalidParameterValueException');
  });

  test('rule 12: expressions over other queries', () => {
    const world = failing();
    pass(world, 600);
    const stat = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: {
        Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions: [loadBalancer] },
        Period: 60,
        Stat: 'Sum',
      },
    });
    const evaluate = (Expression: string) =>
      aws.GetMetricData(world, {
        StartTime: later(world.now, -300_000),
        EndTime: world.now,
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          stat('errors', 'HTTPCode_Target_5XX_Count'),
          stat('requests', 'RequestCount'),
          stat('none', 'HTTPCode_ELB_5XX_Count'),
          { Id: 'e1', Expression, Label: 'answer' },
        ],
      }).MetricDataResults;
    const values = (expression: string) => evaluate(expression)?.[0]?.Values ?? [];
    expect(evaluate('errors')?.map(({ Id, Label }) => [Id, Label])).toEqual([['e1', 'answer']]);
    const [errors, requests] = [values('errors'), values('requests')];
    expect(values('errors / requests * 100')).toEqual(
      errors.map((count, index) => (count / (requests[index] ?? 0)) * 100),
    );
    expect(values('100 * (errors - errors) / requests')).toEqual([0, 0, 0, 0, 0]);
    expect(values('none')).toEqual([]);
    expect(values('errors + none')).toEqual([]);
    expect(values('FILL(none, 0) + 2 * 3')).toEqual([6, 6, 6, 6, 6]);
    expect(values('SUM([errors, requests])')).toEqual(
      errors.map((count, index) => count + (requests[index] ?? 0)),
    );
    expect(values('SUM(METRICS())')).toEqual(values('errors + requests'));
    expect(values('requests / SUM(requests)').reduce((sum, value) => sum + value)).toBeCloseTo(1);
    expect(values('IF(requests > 0, 1, 0)')).toEqual([1, 1, 1, 1, 1]);
    expect(values('-errors')).toEqual(errors.map((count) => -count));
    for (const wrong of [
      'errors +',
      'nothing',
      '(errors',
      'errors $ 2',
      'LAMBDA(errors)',
      'e1',
      'METRICS()',
      'constructor(errors)',
      `${'('.repeat(1000)}1${')'.repeat(1000)}`,
    ])
      expect(faultOf(() => evaluate(wrong)).code, wrong).toBe('ValidationError');
    expect(
      faultOf(() =>
        aws.GetMetricData(world, {
          StartTime: later(world.now, -1),
          EndTime: world.now,
          MetricDataQueries: [{ Id: 'a' }],
        }),
      ).message,
    ).toBe('The parameter MetricDataQueries.member.1.MetricStat is required.\n');
  });

  const own: Parameters<typeof cloudwatchOperations.PutMetricAlarm>[1] = {
    AlarmName: 'own',
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'RequestCount',
    Dimensions: [loadBalancer],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1000,
    ComparisonOperator: 'GreaterThanThreshold',
  };

  test('rule 13: an alarm is put, evaluated, changed and deleted, and its history tells', () => {
    const world = prod();
    aws.PutMetricAlarm(world, { ...own, Tags: [{ Key: 'a', Value: 'b' }] });
    expect(alarm(world, 'own')).toMatchObject({
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:own',
    });
    pass(world, 60);
    expect(alarm(world, 'own')?.StateValue).toBe('ALARM');
    aws.PutMetricAlarm(world, { ...own, Threshold: 2000 });
    expect(alarm(world, 'own')?.StateValue).toBe('ALARM');
    pass(world, 60);
    expect(alarm(world, 'own')?.StateValue).toBe('OK');
    expect(
      aws.DescribeAlarmsForMetric(world, {
        Namespace: own.Namespace,
        MetricName: own.MetricName,
        Dimensions: [loadBalancer],
      }).MetricAlarms,
    ).toMatchObject([{ AlarmName: 'own' }]);
    aws.DeleteAlarms(world, { AlarmNames: ['own'] });
    expect(alarm(world, 'own')).toBeUndefined();
    expect(
      aws
        .DescribeAlarmHistory(world, { AlarmName: 'own', ScanBy: 'TimestampAscending' })
        .AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary),
    ).toEqual([
      'Alarm "own" created',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "own" updated',
      'Alarm updated from ALARM to OK',
      'Alarm "own" deleted',
    ]);
    expect(faultOf(() => aws.DeleteAlarms(world, { AlarmNames: ['own'] })).code).toBe('ResourceNotFound');
  });

  test('rule 13: an alarm in a Region where nothing else is counted is evaluated too', () => {
    const world = elsewhere(prod(), 'eu-central-1');
    aws.PutMetricAlarm(world, { ...own, TreatMissingData: 'notBreaching' });
    pass(world, 60);
    expect(alarm(world, 'own')).toMatchObject({
      StateValue: 'OK',
      StateReason:
        'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    });
  });

  test('rule 13: an alarm on an expression', () => {
    const world = failing();
    const { Namespace, Dimensions } = own;
    const metric = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
    });
    const { AlarmName, EvaluationPeriods, ComparisonOperator } = own;
    const share = (Expression: string) =>
      aws.PutMetricAlarm(world, {
        AlarmName,
        EvaluationPeriods,
        ComparisonOperator,
        Threshold: 10,
        Metrics: [
          metric('m1', 'HTTPCode_Target_5XX_Count'),
          metric('m2', 'RequestCount'),
          { Id: 'share', Expression },
        ],
      });
    share('m1 / m2 * 100');
    pass(world, 120);
    expect(alarm(world, 'own')?.StateValue).toBe('ALARM');
    expect(faultOf(() => share('m1 / m3')).code).toBe('ValidationError');
  });

  test.each([
    [{ DatapointsToAlarm: 2 }, 'DatapointsToAlarm must be less than or equal to EvaluationPeriods'],
    [{ Period: 45 }, 'Period must be 10, 30 or a multiple of 60'],
    [
      { EvaluationPeriods: 1441 },
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
    ],
    [
      { ComparisonOperator: 'Above' as 'GreaterThanThreshold' },
      "1 validation error detected: Value 'Above' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, LessThanOrEqualToThreshold]",
    ],
  ])('rule 14: %j is refused', (setting, message) => {
    expect(faultOf(() => aws.PutMetricAlarm(prod(), { ...own, ...setting }))).toEqual({
      code: 'ValidationError',
      message,
    });
  });

  test('rule 15: actions can be switched off, and then a firing alarm does nothing', () => {
    const world = prod();
    const AlarmNames = ['morpheus-prod-app-cpu'];
    const fire = () =>
      aws.SetAlarmState(world, {
        AlarmName: 'morpheus-prod-app-cpu',
        StateValue: 'ALARM',
        StateReason: 'drill',
      });
    const desired = () => aws.DescribeAutoScalingGroups(world, {}).AutoScalingGroups?.[0]?.DesiredCapacity;
    aws.DisableAlarmActions(world, { AlarmNames });
    fire();
    expect(desired()).toBe(3);
    aws.EnableAlarmActions(world, { AlarmNames });
    pass(world, 120);
    fire();
    expect(desired()).toBe(4);
  });

  test('rule 16: alarms have tags', () => {
    const world = prod();
    const ResourceARN = alarm(world, 'morpheus-prod-5xx')?.AlarmArn;
    cloudwatchOperations.TagResource(world, {
      ResourceARN,
      Tags: [
        { Key: 'team', Value: 'one' },
        { Key: 'tier', Value: '1' },
      ],
    });
    cloudwatchOperations.TagResource(world, { ResourceARN, Tags: [{ Key: 'team', Value: 'two' }] });
    cloudwatchOperations.UntagResource(world, { ResourceARN, TagKeys: ['tier'] });
    expect(cloudwatchOperations.ListTagsForResource(world, { ResourceARN }).Tags).toEqual([
      { Key: 'team', Value: 'two' },
    ]);
    expect(faultOf(() => cloudwatchOperations.ListTagsForResource(world, { ResourceARN: 'x' })).code).toBe(
      'ResourceNotFoundException',
    );
  });

  test('rule 17: a metric that an injected fault drives makes its alarm fire, and is seen to', () => {
    const world = prod();
    world.faults.push({
      what: 'alarm-fires',
      alarm: 'morpheus-prod-5xx',
      from: world.now,
      to: later(world.now, 300_000),
    });
    passUntil(world, () => alarm(world, 'morpheus-prod-5xx')?.StateValue === 'ALARM', { atMost: 181 });
    expect(Math.min(...metric(world, 'HTTPCode_Target_5XX_Count', { minutes: 2 }).values)).toBeGreaterThan(
      25,
    );
    pass(world, 420);
    expect(alarm(world, 'morpheus-prod-5xx')?.StateValue).toBe('OK');
  });

  test('rule 18: a backup that fails is counted, and its alarm is OK for lack of data before and after', () => {
    const world = prod();
    const name = 'morpheus-prod-backup-failed';
    expect(alarm(world, name)?.StateReason).toMatch(/1 missing datapoint was treated as \[NonBreaching\]\.$/);
    const [job] = world.backup.backupJobs;
    if (job === undefined) throw new Error('there was no backup job');
    pass(world, 20);
    job.end = { state: 'FAILED', at: world.now };
    passUntil(world, () => alarm(world, name)?.StateValue === 'ALARM', { atMost: 301 });
    pass(world, 600);
    expect(alarm(world, name)?.StateValue).toBe('OK');
  });
});
