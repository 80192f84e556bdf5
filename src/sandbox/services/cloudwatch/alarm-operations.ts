import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../../service.ts';
import { beginCounting } from '../../traffic.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { remember, setState, verdictOn } from './alarms.ts';
import { sameDimensions } from './series.ts';
import type { Alarm } from './state.ts';

const invalid = (message: string) => new AwsFault('ValidationError', message);

const isBetween = (time: Date, from: Date | undefined, to: Date | undefined) =>
  (from === undefined || time >= from) && (to === undefined || time <= to);

const alarmNamed = (world: World, name: string | undefined): Alarm | undefined =>
  world.cloudWatch.alarms.find(({ AlarmName }) => AlarmName === name);

const comparisonOperators = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];

const treatments = ['breaching', 'notBreaching', 'ignore', 'missing'];

const longestWatch = 86_400;

const notOneOf = (value: string, member: string, allowed: readonly string[]) =>
  invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function checkAlarm(input: PutMetricAlarmInput): void {
  const { MetricName, Metrics, Statistic, ExtendedStatistic, Period, EvaluationPeriods = 1 } = input;
  const { ComparisonOperator = '', TreatMissingData, DatapointsToAlarm = EvaluationPeriods } = input;
  if (!comparisonOperators.includes(ComparisonOperator))
    throw notOneOf(ComparisonOperator, 'comparisonOperator', comparisonOperators);
  if ((MetricName === undefined) === (Metrics === undefined))
    throw invalid('Exactly one of MetricName and Metrics must be specified');
  if (Metrics === undefined && (Statistic === undefined) === (ExtendedStatistic === undefined))
    throw invalid('Exactly one of Statistic and ExtendedStatistic must be specified');
  if (Metrics !== undefined && Metrics.filter(({ ReturnData }) => ReturnData !== false).length !== 1)
    throw invalid('Exactly one element of the metrics list should return data.');
  if (Metrics === undefined && Period === undefined) throw invalid('Period must be specified');
  if (Period !== undefined && ![10, 30].includes(Period) && (Period <= 0 || Period % 60 !== 0))
    throw invalid('Period must be 10, 30 or a multiple of 60');
  if (DatapointsToAlarm > EvaluationPeriods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  if ((Period ?? 0) * EvaluationPeriods > longestWatch)
    throw invalid(
      `Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= ${longestWatch}).`,
    );
  if (TreatMissingData !== undefined && !treatments.includes(TreatMissingData))
    throw notOneOf(TreatMissingData, 'treatMissingData', treatments);
}

export const alarmOperations = {
  DescribeAlarms(world, input) {
    const found = world.cloudWatch.alarms.filter(
      ({ AlarmName, StateValue, AlarmActions }) =>
        (input.AlarmNames?.length ? input.AlarmNames.includes(AlarmName) : true) &&
        (input.AlarmNamePrefix === undefined || AlarmName.startsWith(input.AlarmNamePrefix)) &&
        (input.ActionPrefix === undefined ||
          AlarmActions.some((action) => action.startsWith(input.ActionPrefix ?? ''))) &&
        (input.StateValue === undefined || StateValue === input.StateValue),
    );
    const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken, 'InvalidNextToken');
    return { MetricAlarms: page.items, CompositeAlarms: [], NextToken: page.next };
  },

  DescribeAlarmsForMetric(
    world,
    { MetricName, Namespace, Dimensions = [], Statistic, ExtendedStatistic, Period },
  ) {
    return {
      MetricAlarms: world.cloudWatch.alarms.filter(
        (alarm) =>
          alarm.MetricName === MetricName &&
          alarm.Namespace === Namespace &&
          sameDimensions(alarm.Dimensions ?? [], Dimensions) &&
          (Statistic === undefined || alarm.Statistic === Statistic) &&
          (ExtendedStatistic === undefined || alarm.ExtendedStatistic === ExtendedStatistic) &&
          (Period === undefined || alarm.Period === Period),
      ),
    };
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

  PutMetricAlarm(world, input) {
    checkAlarm(input);
    const { AlarmName = '', Tags, ThresholdMetricId: _, ...settings } = input;
    const before = alarmNamed(world, AlarmName);
    const AlarmArn = `arn:aws:cloudwatch:${world.region}:${world.account}:alarm:${AlarmName}`;
    const alarm: Alarm = {
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      StateUpdatedTimestamp: world.now,
      ...(before && stateOf(before)),
      ...settings,
      AlarmName,
      AlarmArn,
      EvaluationPeriods: settings.EvaluationPeriods ?? 1,
      Threshold: settings.Threshold ?? 0,
      ComparisonOperator: settings.ComparisonOperator ?? 'GreaterThanThreshold',
      ActionsEnabled: settings.ActionsEnabled ?? true,
      OKActions: settings.OKActions ?? [],
      AlarmActions: settings.AlarmActions ?? [],
      InsufficientDataActions: settings.InsufficientDataActions ?? [],
      ...(settings.Metrics === undefined && { Dimensions: settings.Dimensions ?? [] }),
      AlarmConfigurationUpdatedTimestamp: world.now,
    };
    // An expression that cannot be evaluated is refused now, not at the first evaluation.
    if (alarm.Metrics !== undefined) verdictOn(world, alarm);
    world.cloudWatch.alarms = [...world.cloudWatch.alarms.filter((other) => other !== before), alarm];
    // Tags are taken when an alarm is created; an update leaves them.
    if (before === undefined && Tags !== undefined) world.cloudWatch.tags[AlarmArn] = Tags;
    const [type, word] = before === undefined ? ['Create', 'created'] : ['Update', 'updated'];
    remember(world, alarm, 'ConfigurationUpdate', `Alarm "${AlarmName}" ${word}`, { version: '1.0', type });
    beginCounting(world);
    return {};
  },

  DeleteAlarms(world, { AlarmNames = [] }) {
    const unknown = AlarmNames.filter((name) => alarmNamed(world, name) === undefined);
    for (const name of AlarmNames) {
      const alarm = alarmNamed(world, name);
      if (alarm === undefined) continue;
      remember(world, alarm, 'ConfigurationUpdate', `Alarm "${name}" deleted`, {
        version: '1.0',
        type: 'Delete',
      });
      delete world.cloudWatch.tags[alarm.AlarmArn];
    }
    world.cloudWatch.alarms = world.cloudWatch.alarms.filter(
      ({ AlarmName }) => !AlarmNames.includes(AlarmName),
    );
    if (unknown.length > 0)
      throw new AwsFault('ResourceNotFound', `Alarms [${unknown.join(', ')}] do not exist`);
    return {};
  },

  EnableAlarmActions: (world, { AlarmNames = [] }) => enableActions(world, AlarmNames, true),

  DisableAlarmActions: (world, { AlarmNames = [] }) => enableActions(world, AlarmNames, false),

  SetAlarmState(world, { AlarmName, StateValue = 'OK', StateReason = '', StateReasonData }) {
    const alarm = alarmNamed(world, AlarmName);
    if (alarm === undefined) throw new AwsFault('ResourceNotFound', `Alarm ${AlarmName} does not exist`);
    setState(world, alarm, StateValue, StateReason, StateReasonData);
    return {};
  },

  ListTagsForResource(world, { ResourceARN }) {
    return { Tags: world.cloudWatch.tags[taggable(world, ResourceARN)] ?? [] };
  },

  TagResource(world, { ResourceARN, Tags = [] }) {
    const arn = taggable(world, ResourceARN);
    const kept = (world.cloudWatch.tags[arn] ?? []).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
    world.cloudWatch.tags[arn] = [...kept, ...Tags];
    return {};
  },

  UntagResource(world, { ResourceARN, TagKeys = [] }) {
    const arn = taggable(world, ResourceARN);
    world.cloudWatch.tags[arn] = (world.cloudWatch.tags[arn] ?? []).filter(
      ({ Key = '' }) => !TagKeys.includes(Key),
    );
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch')>;

/** An update of an alarm leaves its state as it was. */
const stateOf = (alarm: Alarm): Partial<Alarm> => {
  const { StateValue, StateReason, StateReasonData, StateUpdatedTimestamp, StateTransitionedTimestamp } =
    alarm;
  return {
    StateValue,
    StateReason,
    ...(StateReasonData !== undefined && { StateReasonData }),
    StateUpdatedTimestamp,
    ...(StateTransitionedTimestamp !== undefined && { StateTransitionedTimestamp }),
  };
};

function enableActions(world: World, names: readonly string[], enabled: boolean) {
  for (const alarm of world.cloudWatch.alarms)
    if (names.includes(alarm.AlarmName)) alarm.ActionsEnabled = enabled;
  return {};
}

function taggable(world: World, arn = ''): string {
  if (!world.cloudWatch.alarms.some(({ AlarmArn }) => AlarmArn === arn))
    throw new AwsFault('ResourceNotFoundException', `Resource ${arn} does not exist`);
  return arn;
}
