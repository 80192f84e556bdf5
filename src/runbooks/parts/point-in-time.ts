import * as z from 'zod';

/** For people: `2026-03-02 01:12:08 UTC`. */
export const momentText = (time: Date | string): string =>
  `${(typeof time === 'string' ? time : time.toISOString()).slice(0, 19).replace('T', ' ')} UTC`;

/** A time as outputs and observations keep it: ISO 8601 in the journal, a `Date` in the code. */
export const pointInTime = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (time) => time.toISOString(),
});
