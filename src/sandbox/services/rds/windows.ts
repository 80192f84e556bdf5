import { hours, minutes } from '../../../duration.ts';
import { AwsFault } from '../../service.ts';

const day = hours(24);
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const daily = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;
const weekly =
  /^(sun|mon|tue|wed|thu|fri|sat):([01]\d|2[0-3]):([0-5]\d)-(sun|mon|tue|wed|thu|fri|sat):([01]\d|2[0-3]):([0-5]\d)$/i;

/** @returns as it is kept, in lower case */
export function backupWindow(text: string): string {
  const match = daily.exec(text);
  const [from, to] = match === null ? [0, 0] : [minuteOf(match[1], match[2]), minuteOf(match[3], match[4])];
  if (match === null || (to - from + 1440) % 1440 < 30)
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid backup window: ${text}. It must be in the format hh24:mi-hh24:mi and at least 30 minutes long.`,
    );
  return text;
}

export function maintenanceWindow(text: string): string {
  const match = weekly.exec(text);
  const week = 7 * 1440;
  const from = match === null ? 0 : minuteOfWeek(match[1], match[2], match[3]);
  const to = match === null ? 0 : minuteOfWeek(match[4], match[5], match[6]);
  if (match === null || (to - from + week) % week < 30)
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid maintenance window: ${text}. It must be in the format ddd:hh24:mi-ddd:hh24:mi and at least 30 minutes long.`,
    );
  return text.toLowerCase();
}

const minuteOf = (hour = '0', minute = '0'): number => Number(hour) * 60 + Number(minute);

const minuteOfWeek = (weekday = 'sun', hour?: string, minute?: string): number =>
  weekdays.indexOf(weekday.toLowerCase()) * 1440 + minuteOf(hour, minute);

const beginOfDay = (at: Date): number => Math.floor(at.getTime() / day) * day;

/** When the backup window of the day of `at` opens. */
export const backupWindowOn = (window: string, at: Date): Date => {
  const [, hour, minute] = daily.exec(window) ?? [];
  return new Date(beginOfDay(at) + minutes(minuteOf(hour, minute)));
};

/** When the maintenance window opens next. */
export function nextMaintenanceWindow(window: string, now: Date): Date {
  const [, weekday, hour, minute] = weekly.exec(window) ?? [];
  // The first day of the epoch was a Thursday.
  const beginOfWeek = Math.floor((beginOfDay(now) + 4 * day) / (7 * day)) * 7 * day - 4 * day;
  const opens = beginOfWeek + minutes(minuteOfWeek(weekday, hour, minute));
  return new Date(opens > now.getTime() ? opens : opens + 7 * day);
}
