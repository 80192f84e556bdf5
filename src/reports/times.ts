import type { Milliseconds } from '../duration.ts';

/** `2025-11-21 02:14:09`, always UTC: a report is read in several time zones. */
export const dayAndTime = (iso: string): string => iso.slice(0, 19).replace('T', ' ');

/** `02:14:09` in UTC. */
export const timeOfDay = (iso: string): string => iso.slice(11, 19);

/** The time of day of what happens within a span; with the day, where the span is over more than one. */
export const momentWithin =
  ({ started, ended }: { readonly started: string; readonly ended: string }) =>
  (iso: string): string =>
    started.slice(0, 10) === ended.slice(0, 10) ? timeOfDay(iso) : dayAndTime(iso);

/** From the one time to the other as they are shown, to the second: whoever adds up must come to the same. */
export function shownSpan(from: string, to: string): Milliseconds {
  const exact = Date.parse(to) - Date.parse(from);
  return exact < 1000 ? exact : Date.parse(toSecond(to)) - Date.parse(toSecond(from));
}

export const toSecond = (iso: string): string => `${iso.slice(0, 19)}Z`;
