import * as z from 'zod';
import { formatDuration, formatExactDuration, hours, type Milliseconds, parseDuration } from '../duration.ts';

const aDuration = 'expected a duration such as 90s, 15m or 1h30m';

const durationUpTo = (longest: Milliseconds, examples: string[]) =>
  z.codec(
    z.string(aDuration).meta({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$', examples }),
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

/**
 * `90s`, `15m`, `1h30m` in YAML, flags and journals; milliseconds in the code. Nobody means a run to wait longer than a week, and a time that
 * far ahead is still a date.
 */
export const duration = durationUpTo(hours(7 * 24), ['90s', '15m', '1h30m']);

/** How old something may get, which nobody waits for. */
export const age = durationUpTo(hours(1000 * 24), ['30d', '90d']);
