import { Interrupted } from '../../src/errors.ts';
import type { FakeClock } from '../helpers/fake-clock.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** Makes the clock one on which several sleep at once: time jumps to the next waking when all that could run has run. */
export function share(clock: FakeClock): void {
  let now = clock.now().getTime();
  let sleepers: Sleeper[] = [];
  let isDue = false;

  function nextTurn(): void {
    if (isDue || sleepers.length === 0) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      if (sleepers.length === 0) return;
      now = Math.max(now, Math.min(...sleepers.map(({ until }) => until)));
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter(({ until }) => until > now);
      for (const sleeper of due) sleeper.wake();
      nextTurn();
    });
  }

  const own: Pick<FakeClock, 'now' | 'pass' | 'sleep'> = {
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
        sleepers.push(sleeper);
        clock.onSleep(milliseconds);
        nextTurn();
      }),
  };
  Object.assign(clock, own);
}
