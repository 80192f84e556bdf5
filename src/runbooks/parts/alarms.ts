import * as z from 'zod';
import { describeAlarms } from '../../aws/cloudwatch.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check } from '../../engine/step.ts';
import { OperatorError, Refusal } from '../../errors.ts';

type AlarmRole = 'blocking' | 'stop' | 'success';

interface AlarmState {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
}

/** The alarms that the environment names for a role, each with its state; `missing` for one that CloudWatch does not have. */
async function alarmStates(
  { aws, environment }: ReadContext,
  role: AlarmRole,
): Promise<readonly AlarmState[]> {
  const names = environment.alarms[role];
  if (names.length === 0) return [];
  const alarms = await describeAlarms(aws, names);
  return names.map((name) => {
    const alarm = alarms.find(({ AlarmName }) => AlarmName === name);
    return {
      name,
      state: alarm?.StateValue ?? 'missing',
      reason: alarm?.StateReason ?? 'CloudWatch has no alarm of this name',
    };
  });
}

/** An alarm without data says nothing: `INSUFFICIENT_DATA` is not "fine". */
function alarmsAreOk(body: { id: string; title: string; role: AlarmRole }): Check<{ names: string[] }> {
  return check({
    id: body.id,
    title: body.title,
    uses: [describeAlarms],
    returns: z.object({ names: z.array(z.string()) }),
    async run(context) {
      const states = await alarmStates(context, body.role);
      const bad = states.filter(({ state }) => state !== 'OK');
      if (bad.length > 0) {
        throw new OperatorError({
          code: 'ALARMS_NOT_OK',
          message: bad.map(({ name, state, reason }) => `Alarm ${name} is ${state}: ${reason}`).join('; '),
          hint: `aws cloudwatch describe-alarm-history --alarm-name ${bad[0]?.name} --history-item-type StateUpdate`,
        });
      }
      return { names: states.map(({ name }) => name) };
    },
    summary: ({ names }) => (names.length === 0 ? `none configured (alarms.${body.role})` : names.join(', ')),
  });
}

export const blockingAlarmsAreOk = alarmsAreOk({
  id: 'blocking-alarms',
  title: 'The blocking alarms are OK and have data',
  role: 'blocking',
});

export const successAlarmsAreOk = alarmsAreOk({
  id: 'success-alarms',
  title: 'The success alarms are OK and have data',
  role: 'success',
});

/** AWS watches at most so many in an instance refresh: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AlarmSpecification.html */
const mostStopAlarms = 10;

/** Before anything is changed: an alarm that does not exist protects from nothing, and would fail a finished update. */
export const otherAlarmsAreReady = check({
  id: 'other-alarms',
  title: 'The stop and success alarms exist, and no stop alarm fires',
  uses: [describeAlarms],
  returns: z.object({ stop: z.array(z.string()), success: z.array(z.string()) }),
  async run(context) {
    const stop = await alarmStates(context, 'stop');
    const success = await alarmStates(context, 'success');
    const missing = [...stop, ...success].filter(({ state }) => state === 'missing').map(({ name }) => name);
    if (missing.length > 0) {
      throw new OperatorError({
        code: 'ALARMS_MISSING',
        message: `CloudWatch has no alarm named ${[...new Set(missing)].join(', ')}, which ${context.environment.name} counts on`,
        hint: 'Correct alarms.stop and alarms.success in runbook.yaml; aws cloudwatch describe-alarms --query "MetricAlarms[].AlarmName" lists those that exist',
      });
    }
    if (stop.length > mostStopAlarms) {
      throw new OperatorError({
        code: 'TOO_MANY_STOP_ALARMS',
        message: `${stop.length} stop alarms are configured; AWS watches at most ${mostStopAlarms} in an instance refresh`,
        hint: 'Combine some into a composite alarm, and name that one in alarms.stop of runbook.yaml',
      });
    }
    await refuseOnStopAlarm(context);
    return { stop: stop.map(({ name }) => name), success: success.map(({ name }) => name) };
  },
  summary: ({ stop, success }) =>
    `stop: ${stop.join(', ') || 'none'}; success: ${success.join(', ') || 'none'}`,
});

/** Lists what `refuseOnStopAlarm` calls, for `uses`. */
export const stopAlarmReads = describeAlarms;

/** @throws Refusal while a stop alarm fires */
export async function refuseOnStopAlarm(context: ReadContext): Promise<void> {
  const firing = (await alarmStates(context, 'stop')).find(({ state }) => state === 'ALARM');
  if (firing === undefined) return;
  throw new Refusal({
    code: 'STOP_ALARM',
    message: `Stop alarm ${firing.name} is firing: ${firing.reason}`,
    hint: `aws cloudwatch describe-alarms --alarm-names ${firing.name}`,
  });
}
