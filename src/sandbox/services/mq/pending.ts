import type { WeeklyStartTime } from '@aws-sdk/client-mq';
import { hours } from '../../../duration.ts';
import { keepsPassword } from '../../faults/fault.ts';
import { setMember } from '../../own-member.ts';
import { later, schedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Broker } from './state.ts';

type Described = Broker['described'];

export const isPending = ({
  described: { PendingEngineVersion, PendingHostInstanceType, Configurations, Logs },
  users = {},
}: Broker): boolean =>
  [
    PendingEngineVersion,
    PendingHostInstanceType,
    Configurations.Pending,
    Logs.Pending,
    ...Object.values(users).map(({ pending }) => pending),
  ].some((change) => change !== undefined);

/** What was asked for becomes what is. */
export function takePending(world: World, broker: Broker): void {
  takeUsers(world, broker);
  takeSettings(broker.described);
}

function takeUsers(world: World, { users = {}, logins }: Broker): void {
  for (const [name, user] of Object.entries(users)) {
    const { pending } = user;
    if (pending === undefined) continue;
    delete user.pending;
    if (pending.change === 'DELETE') {
      delete users[name];
      delete logins[name];
      continue;
    }
    Object.assign(user, { console: pending.console, groups: pending.groups });
    if (pending.password !== undefined && !keepsPassword(world, 'queue'))
      setMember(logins, name, pending.password);
  }
}

function takeSettings(described: Described): void {
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

/** Keeps the next maintenance window in the queue while something waits for it. */
export function awaitWindow(world: World, broker: Broker): void {
  if (!isPending(broker) || broker.windowAwaited !== undefined) return;
  broker.windowAwaited = true;
  schedule(world, nextWindow(world.now, broker.described.MaintenanceWindowStartTime), {
    kind: 'broker-window-opened',
    broker: broker.described.BrokerId,
  });
}
