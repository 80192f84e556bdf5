import type { Clock } from '../../src/clock.ts';
import { Interrupted } from '../../src/errors.ts';

export interface FakeClock extends Clock {
  /** Every sleep so far, in milliseconds. */
  readonly sleeps: number[];
  /** Lets time pass without anybody sleeping. */
  pass(milliseconds: number): void;
  /** Called in the middle of every sleep. */
  onSleep: (milliseconds: number) => void;
}

/** Sleeping takes no real time: it moves the clock. */
export function fakeClock(start = new Date('2026-03-01T03:00:00Z')): FakeClock {
  let now = start.getTime();
  const clock: FakeClock = {
    sleeps: [],
    onSleep: () => {},
    now: () => new Date(now),
    pass: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds, signal) => {
      if (signal?.aborted) throw new Interrupted();
      clock.sleeps.push(milliseconds);
      clock.onSleep(milliseconds);
      if (signal?.aborted) throw new Interrupted();
      now += milliseconds;
    },
  };
  return clock;
}
