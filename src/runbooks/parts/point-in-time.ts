import * as z from 'zod';

/** A time as outputs and observations keep it: ISO 8601 in the journal, a `Date` in the code. */
export const pointInTime = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (time) => time.toISOString(),
});
