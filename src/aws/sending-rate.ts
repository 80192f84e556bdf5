import type { Clock } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';

export interface SendingRate {
  /**
   * Comes back when the next attempt may be sent.
   * @throws Interrupted as soon as `signal` is aborted
   */
  turn(signal: AbortSignal): Promise<void>;
  throttled(): void;
  succeeded(): void;
}

/** Attempts per second. AWS refills its token buckets with 5 to 20 a second for most operations that we call. */
const afterFirstThrottle = 5;
const slowest = 0.5;
const slowdown = 0.7;
const speedup = 0.5;
const unlimitedFrom = 10;

/**
 * Slows one client down while AWS throttles it, as the SDK's adaptive retry mode does, but on our clock. Without it, calls
 * that each retry on their own keep an account's token bucket empty, for the other tools of the account as well.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function sendingRate(clock: Clock): SendingRate {
  let perSecond: number | undefined;
  let nextTurn: Milliseconds = 0;
  return {
    async turn(signal) {
      if (perSecond === undefined) return;
      const now = clock.now().getTime();
      const mine = Math.max(now, nextTurn);
      nextTurn = mine + Math.ceil(1000 / perSecond);
      if (mine > now) await clock.sleep(mine - now, signal);
    },
    throttled() {
      perSecond = perSecond === undefined ? afterFirstThrottle : Math.max(slowest, perSecond * slowdown);
    },
    succeeded() {
      if (perSecond === undefined) return;
      perSecond += speedup;
      if (perSecond >= unlimitedFrom) perSecond = undefined;
    },
  };
}
