import { Interrupted } from './errors.ts';

/** The only source of time for everything that waits, stamps or measures. Times are `Date`s in UTC, spans are milliseconds. */
export interface Clock {
  now(): Date;
  /**
   * Comes back when `milliseconds` have passed on this clock.
   * @throws Interrupted as soon as `signal` is aborted
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Runs work at the same time as its caller, who from then on only sleeps or waits for such work. A clock that jumps does so only when
   * all work that has none beside it is asleep. On one that cannot jump the member is absent: `beside` below asks for it where it is.
   */
  beside?<Result>(work: () => Promise<Result>): Promise<Result>;
}

export const beside = <Result>(clock: Clock, work: () => Promise<Result>): Promise<Result> =>
  clock.beside?.(work) ?? work();

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new Interrupted());
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(new Interrupted());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** A source of numbers in [0, 1), passed in so that a sandbox run can be repeated from its seed. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
