import { describe, expect, test } from 'vitest';
import { images } from '../../../src/sandbox/morpheus-prod.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import type { World } from '../../../src/sandbox/world.ts';
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
    expect(aws.DescribeAlarms(world, {}).MetricAlarms?.map(({ StateValue }) => StateValue)).toEqual([
      'OK',
      'OK',
      'OK',
      'OK',
    ]);
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
    ).toEqual(['Alarm updated from ALARM to OK', 'Alarm updated from OK to ALARM']);
    expect(
      faultOf(() => aws.SetAlarmState(world, { AlarmName: 'x', StateValue: 'OK', StateReason: '' })).code,
    ).toBe('ResourceNotFound');
  });

  test.each([
    [2, 'OK'],
    [3, 'ALARM'],
  ])('the traffic of the hour with %i of 3 nodes failing: latency is %s', (failing, state) => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    for (const node of Object.values(world.ec2.nodes).slice(0, failing)) delete node.servesFrom;
    pass(world, 600);
    expect(alarm(world, 'morpheus-prod-latency')?.StateValue).toBe(state);
    expect(alarm(world, 'morpheus-prod-unhealthy-hosts')?.StateValue).toBe('ALARM');
  });

  test('rule 7: without a healthy target the load balancer answers for itself', () => {
    const world = prod();
    for (const node of Object.values(world.ec2.nodes)) delete node.servesFrom;
    pass(world, 180);
    expect(metric(world, 'HTTPCode_ELB_5XX_Count', { minutes: 2 }).values).toHaveLength(2);
    expect(metric(world, 'HTTPCode_Target_5XX_Count', { minutes: 2 }).values).toEqual([]);
  });
});
