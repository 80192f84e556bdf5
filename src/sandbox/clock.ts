import { AsyncLocalStorage } from 'node:async_hooks';
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

/**
 * @param pace virtual seconds per real second; without it time passes as fast as it can
 * @param real of this machine
 */
export const sandboxClock = (world: World, pace?: number, real: Clock = systemClock): SandboxClock =>
  pace === undefined ? fastClock(world) : pacedClock(world, pace, real);

/** Whoever waits for nobody else: the caller of the clock, or work beside it. */
interface Party {
  sleepers: number;
  /** Work under way beside it, which is all that it waits for. */
  beside: number;
}

interface Sleeper {
  readonly party: Party;
  readonly until: Date;
  wake(): void;
}

/**
 * Of all who could go on, one does, until it sleeps again or is over. What is done at the same time in the world is so done in the same
 * order by every run, however long this machine takes over each.
 */
function fastClock(world: World): SandboxClock {
  const current = new AsyncLocalStorage<Party>();
  const main: Party = { sleepers: 0, beside: 0 };
  const parties = new Set([main]);
  /** In the order in which they fell asleep. */
  let sleepers: readonly Sleeper[] = [];
  let calls = 0;
  let turnIsDue = false;

  const somebodyIsAwake = () =>
    calls > 0 ||
    sleepers.length === 0 ||
    [...parties].some((party) => party.beside === 0 && party.sleepers === 0);

  /** Whoever was woken gets a whole turn of the event loop to sleep or call again before the next one is, or time goes on. */
  function nextTurn(): void {
    if (turnIsDue || somebodyIsAwake()) return;
    turnIsDue = true;
    setImmediate(() => {
      turnIsDue = false;
      if (somebodyIsAwake()) return;
      const earliest = sleepers.reduce((one, other) => (other.until < one.until ? other : one));
      advance(world, earliest.until);
      rouse(earliest);
      earliest.wake();
      nextTurn();
    });
  }

  function rouse(sleeper: Sleeper): void {
    sleepers = sleepers.filter((other) => other !== sleeper);
    sleeper.party.sleepers -= 1;
  }

  const sleep = (span: Milliseconds, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new Interrupted());
        return;
      }
      const onAbort = () => {
        rouse(sleeper);
        reject(new Interrupted());
      };
      const sleeper: Sleeper = {
        party: current.getStore() ?? main,
        until: later(world.now, span),
        wake() {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      sleepers = [...sleepers, sleeper];
      sleeper.party.sleepers += 1;
      nextTurn();
    });

  return {
    now: () => new Date(world.now),
    sleep,
    async spend(span) {
      advance(world, later(world.now, span));
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
    beside(work) {
      const around = current.getStore() ?? main;
      const party: Party = { sleepers: 0, beside: 0 };
      parties.add(party);
      around.beside += 1;
      return current.run(party, async () => {
        try {
          await sleep(0);
          return await work();
        } finally {
          parties.delete(party);
          around.beside -= 1;
          nextTurn();
        }
      });
    },
  };
}

/** Every sleeper moves the world to where it is by its own count, never back: of several that sleep at once none makes it go faster. */
function pacedClock(world: World, pace: number, real: Clock): SandboxClock {
  async function sleep(span: Milliseconds, signal?: AbortSignal): Promise<void> {
    const begun = world.now;
    for (let passed = 0; passed < span; ) {
      const step = Math.min(slice * pace, span - passed);
      await real.sleep(step / pace, signal);
      passed += step;
      advance(world, later(begun, passed));
    }
    if (signal?.aborted) throw new Interrupted();
  }
  return { now: () => new Date(world.now), sleep, spend: (span) => sleep(span), during: (call) => call() };
}
