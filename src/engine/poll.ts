import type { Clock } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';
import { AwsCallError } from '../errors.ts';
import type { Readiness } from './step.ts';

interface Polling<Output> {
  probe(): Promise<Readiness<Output>>;
  readonly every: Milliseconds;
  readonly deadline: Date;
  /** Called after every probe that was not ready. */
  waiting(because: string): void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Probes at once, then every `every`, and a last time at the deadline: also one that passed while nobody looked is met by one look.
 * AWS being out of reach for a moment is a reason to wait, not a failure.
 */
export async function poll<Output>(polling: Polling<Output>): Promise<Readiness<Output>> {
  const { every, deadline, waiting, clock, signal } = polling;
  for (;;) {
    const left = deadline.getTime() - clock.now().getTime();
    const readiness = await probeOnce(polling);
    if (readiness.ready || left <= 0) return readiness;
    waiting(readiness.because);
    await clock.sleep(Math.min(every, Math.max(0, deadline.getTime() - clock.now().getTime())), signal);
  }
}

async function probeOnce<Output>({ probe }: Polling<Output>): Promise<Readiness<Output>> {
  try {
    return await probe();
  } catch (error) {
    if (error instanceof AwsCallError && error.transient) return { ready: false, because: error.message };
    throw error;
  }
}
