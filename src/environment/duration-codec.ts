import * as z from 'zod';
import { formatDuration, formatExactDuration, hours, parseDuration } from '../duration.ts';

const aDuration = 'expected a duration such as 90s, 15m or 1h30m';

/** Nobody means a run to wait longer, and a time that far ahead is still a date. */
const longest = hours(7 * 24);

/** `90s`, `15m`, `1h30m` in YAML, flags and journals; milliseconds in the code. */
export const duration = z.codec(
  z.string(aDuration).meta({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$', examples: ['90s', '15m', '1h30m'] }),
  z.number().nonnegative(),
  {
    decode: (text, context) => {
      const span = parseDuration(text);
      if (span !== undefined && span <= longest) return span;
      const message = span === undefined ? aDuration : `expected at most ${formatDuration(longest)}`;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: formatExactDuration,
  },
);
