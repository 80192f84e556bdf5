import { type Clock, systemClock } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';
import { Interrupted } from '../errors.ts';
import { advance } from './advance.ts';
import { later } from './schedule.ts';
import type { World } from './world.ts';

/** The world's time, which calls and sleeps make pass. */
export interface SandboxClock extends Clock {
  /** Lets time pass for a call that is under way: meanwhile no sleeper makes it pass faster. */
  spend(span: Milliseconds): Promise<void>;
  /** Runs a call; sleepers wait until it is over. */
  during<Result>(call: () => Promise<Result>): Promise<Result>;
}

/** One slice of a paced sleep in real milliseconds: short enough for a spinner to move. */
const slice = 100;

/** @param pace virtual seconds per real second; without it time passes as fast as it can */
export const sandboxClock = (world: World, pace?: number): SandboxClock =>
  pace === undefined ? fastClock(world) : pacedClock(world, pace);

interface Sleeper {
  readonly until: Date;
  wake(): void;
}

function fastClock(world: World): SandboxClock {
  let sleepers: Sleeper[] = [];
  let calls = 0;
  /** Work beside a sleeper: the sleeper's waking has to wait for it. */
  let beside = 0;
  let turnIsDue = false;

  /** Whoever was woken gets a whole turn of the event loop to sleep or call again before time goes on. */
  const somebodyIsAwake = () => calls > 0 || sleepers.length === 0 || sleepers.length <= beside;

  function nextTurn(): void {
    if (turnIsDue || somebodyIsAwake()) return;
    turnIsDue = true;
    setImmediate(() => {
      turnIsDue = false;
      if (somebodyIsAwake()) return;
      const earliest = sleepers.reduce((one, other) => (other.until < one.until ? other : one));
      advance(world, earliest.until);
      wakeDue();
      nextTurn();
    });
  }

  function wakeDue(): void {
    const due = sleepers.filter(({ until }) => until <= world.now);
    sleepers = sleepers.filter(({ until }) => until > world.now);
    for (const sleeper of due) sleeper.wake();
  }

  return {
    now: () => new Date(world.now),
    sleep: (span, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(new Interrupted());
          return;
        }
        const onAbort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(new Interrupted());
        };
        const sleeper: Sleeper = {
          until: later(world.now, span),
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.push(sleeper);
        nextTurn();
      }),
    async spend(span) {
      advance(world, later(world.now, span));
      wakeDue();
    },
    async during(call) {
      calls += 1;
      try {
        return await call();
      } finally {
        calls -= 1;
        nextTurn();
      }
    },
    async beside(work) {
      beside += 1;
      try {
        return await work();
      } finally {
        beside -= 1;
        nextTurn();
      }
    },
  };
}

function pacedClock(world: World, pace: number): SandboxClock {
  async function sleep(span: Milliseconds, signal?: AbortSignal): Promise<void> {
    const begun = world.now;
    for (let passed = 0; passed < span; ) {
      const step = Math.min(slice * pace, span - passed);
      await systemClock.sleep(step / pace, signal);
      passed += step;
      advance(world, later(begun, passed));
    }
    if (signal?.aborted) throw new Interrupted();
  }
  return { now: () => new Date(world.now), sleep, spend: (span) => sleep(span), during: (call) => call() };
}
