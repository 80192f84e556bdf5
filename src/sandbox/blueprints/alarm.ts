import type { Alarm } from '../services/cloudwatch/state.ts';

/** What makes an alarm of its own; of the load balancer unless it names another namespace. */
export type AlarmRule = Pick<Alarm, 'EvaluationPeriods' | 'Threshold' | 'ComparisonOperator'> &
  Partial<Alarm>;

export interface AlarmBlueprint {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly since: Date;
  /** Name of the SNS topic that is told. */
  readonly topic: string;
}

/** An alarm that nobody has evaluated yet. */
export const alarmFrom = (
  { account, region, name, since, topic }: AlarmBlueprint,
  rule: AlarmRule,
): Alarm => ({
  AlarmName: name,
  AlarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
  Namespace: 'AWS/ApplicationELB',
  ActionsEnabled: true,
  AlarmActions: [`arn:aws:sns:${region}:${account}:${topic}`],
  StateValue: 'INSUFFICIENT_DATA',
  StateReason: 'Unchecked: Initial alarm creation',
  StateUpdatedTimestamp: since,
  TreatMissingData: 'missing',
  ...rule,
});
