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

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/**
 * Sleeping takes no real time: when all that could run has run, time jumps to the next waking. Of several whose time it is, one
 * goes on as far as it gets before the next does.
 */
export function fakeClock(start = new Date('2026-03-01T03:00:00Z')): FakeClock {
  let now = start.getTime();
  let sleepers: readonly Sleeper[] = [];
  let isDue = false;

  function nextTurn(): void {
    if (isDue || sleepers.length === 0) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      const [first, ...others] = sleepers;
      if (first === undefined) return;
      const next = others.reduce((one, other) => (other.until < one.until ? other : one), first);
      now = Math.max(now, next.until);
      sleepers = sleepers.filter((other) => other !== next);
      next.wake();
      nextTurn();
    });
  }

  const clock: FakeClock = {
    sleeps: [],
    onSleep: () => {},
    now: () => new Date(now),
    pass: (milliseconds) => {
      now += milliseconds;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(new Interrupted());
        clock.sleeps.push(milliseconds);
        const onAbort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(new Interrupted());
        };
        const sleeper: Sleeper = {
          until: now + milliseconds,
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers = [...sleepers, sleeper];
        clock.onSleep(milliseconds);
        nextTurn();
      }),
  };
  return clock;
}
