import { systemClock } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';

export interface AttemptBounds {
  readonly limit: Milliseconds;
  /** Ends the attempt at once. */
  readonly abandonOn: AbortSignal | undefined;
}

/**
 * Lets an attempt take so long and no longer. The SDK's own limits do not: one ends with the headers of the answer, another
 * begins anew with every byte, so a body that drips would never end. In real time, as the network knows no other.
 * @param send gets a signal that cuts the connection: one that drips on would also keep this process from ending
 * @throws Interrupted where the attempt was abandoned
 */
export async function withinLimit<Answer>(
  send: (cut: AbortSignal) => Promise<Answer>,
  { limit, abandonOn }: AttemptBounds,
): Promise<Answer> {
  const over = new AbortController();
  const stop = abandonOn === undefined ? over.signal : AbortSignal.any([over.signal, abandonOn]);
  const tooLong = systemClock.sleep(limit, stop).then(() => {
    // The name by which the SDK knows a timeout, and so counts it among the transient errors.
    throw Object.assign(new Error(`the answer was not complete after ${limit / 1000} s`), {
      name: 'TimeoutError',
    });
  });
  try {
    return await Promise.race([send(over.signal), tooLong]);
  } finally {
    over.abort();
  }
}
