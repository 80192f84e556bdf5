import { hours, minutes } from '../../../duration.ts';
import { later } from '../../schedule.ts';

/** A cron expression, as the values that each of its fields allows; `undefined` where any will do. Always in UTC. */
interface Schedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[] | undefined;
  readonly months: readonly number[] | undefined;
  /** 1 is Sunday. */
  readonly weekdays: readonly number[] | undefined;
}

const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/**
 * `cron(minutes hours day-of-month month day-of-week year)` with lists, ranges, steps and names; not `L`, `W` and `#`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @returns `undefined` where the expression is none
 */
export function parseCron(expression: string): Schedule | undefined {
  const fields = /^cron\((.+)\)$/.exec(expression.trim())?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) return undefined;
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  const schedule = {
    minutes: valuesOf(minute, 0, 59) ?? [],
    hours: valuesOf(hour, 0, 23) ?? [],
    days: day === '?' ? undefined : valuesOf(day, 1, 31),
    months: valuesOf(month, 1, 12, monthNames),
    weekdays: weekday === '?' ? undefined : valuesOf(weekday, 1, 7, dayNames),
  };
  const isValid =
    [minute, hour, month].every((field) => field !== '?') &&
    Object.values(schedule).every((values) => values === undefined || values.length > 0) &&
    (day === '?') !== (weekday === '?') &&
    /^(?:\*|[\d,\-/]+)$/.test(year);
  return isValid ? schedule : undefined;
}

/** @returns an empty list where the field is invalid */
function valuesOf(field: string, least: number, most: number, names: readonly string[] = []): number[] {
  const numberOf = (text: string) => {
    const named = names.indexOf(text.toUpperCase());
    return named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const found = field.split(',').flatMap((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [first = '', last] = range === '*' ? [String(least), String(most)] : range.split('-');
    const from = numberOf(first);
    const to = last === undefined ? (part.includes('/') ? most : from) : numberOf(last);
    const by = Number(step);
    if (!(from >= least && to <= most && from <= to && by >= 1)) return [Number.NaN];
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
  });
  return found.some(Number.isNaN) ? [] : found.toSorted((one, other) => one - other);
}

const allows = (values: readonly number[] | undefined, value: number): boolean =>
  values?.includes(value) ?? true;

/** Four years hold every date that there is. */
const daysLookedAt = 1462;

/** The first time after `from` that the expression names. */
export function nextRun(expression: string, from: Date): Date | undefined {
  const schedule = parseCron(expression);
  if (schedule === undefined) return undefined;
  const midnight = new Date(Math.floor(from.getTime() / hours(24)) * hours(24));
  for (let count = 0; count < daysLookedAt; count += 1) {
    const day = later(midnight, count * hours(24));
    if (
      !allows(schedule.days, day.getUTCDate()) ||
      !allows(schedule.months, day.getUTCMonth() + 1) ||
      !allows(schedule.weekdays, day.getUTCDay() + 1)
    )
      continue;
    for (const hour of schedule.hours)
      for (const minute of schedule.minutes) {
        const run = later(day, hours(hour) + minutes(minute));
        if (run > from) return run;
      }
  }
  return undefined;
}
