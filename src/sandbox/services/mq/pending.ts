import type { WeeklyStartTime } from '@aws-sdk/client-mq';
import { hours } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import type { Broker } from './state.ts';

type Described = Broker['described'];

export const isPending = ({
  PendingEngineVersion,
  PendingHostInstanceType,
  Configurations,
  Logs,
}: Described): boolean =>
  [PendingEngineVersion, PendingHostInstanceType, Configurations.Pending, Logs.Pending].some(
    (change) => change !== undefined,
  );

/** What was asked for becomes what is. */
export function takePending(described: Described): void {
  const { Configurations, Logs } = described;
  if (described.PendingEngineVersion !== undefined) described.EngineVersion = described.PendingEngineVersion;
  if (described.PendingHostInstanceType !== undefined)
    described.HostInstanceType = described.PendingHostInstanceType;
  if (Configurations.Pending !== undefined) {
    if (Configurations.Current !== undefined)
      Configurations.History = [Configurations.Current, ...(Configurations.History ?? [])];
    Configurations.Current = Configurations.Pending;
  }
  if (Logs.Pending?.General !== undefined) Logs.General = Logs.Pending.General;
  delete described.PendingEngineVersion;
  delete described.PendingHostInstanceType;
  delete Configurations.Pending;
  delete Logs.Pending;
}

const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** When the maintenance window opens next. Its time is taken as UTC. */
export function nextWindow(now: Date, { DayOfWeek, TimeOfDay = '' }: WeeklyStartTime): Date {
  const [hour = 0, minute = 0] = TimeOfDay.split(':').map(Number);
  const today = new Date(now);
  today.setUTCHours(hour, minute, 0, 0);
  const ahead = (days.indexOf(DayOfWeek ?? '') - today.getUTCDay() + 7) % 7;
  const next = later(today, hours(24 * ahead));
  return next > now ? next : later(next, hours(24 * 7));
}
