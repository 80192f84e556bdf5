import { type Clock, systemClock } from '../../clock.ts';
import { type Milliseconds, minutes, seconds } from '../../duration.ts';
import { Interrupted } from '../../errors.ts';
import { later } from '../schedule.ts';

/** A world whose time somebody else moves. */
export interface TimedWorld {
  readonly clock: Pick<Clock, 'now'>;
  advanceTo(date: Date): void;
}

/** Keeps a world's time in step with real time. */
export interface Pacing {
  /** Virtual seconds per real second; with 0 time stands still until somebody jumps. */
  readonly speed: number;
  /** Lets the time pass that has passed by now. */
  catchUp(): void;
  /** Lets `span` pass as fast as it can, for at most `patience`. @returns what is left of it */
  jump(span: Milliseconds): Promise<Milliseconds>;
  /** Catches up again and again, so that what is due happens also while nobody calls. Ends with the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export interface PacingOptions {
  readonly world: TimedWorld;
  readonly speed: number;
  /** Real time. */
  readonly clock?: Clock;
  readonly patience?: Milliseconds;
  /** A fault of the world's own, in something that time made happen; time goes on after it. */
  report(fault: unknown): void;
}

/** Virtual time that passes in one go. */
const slice = minutes(10);
/** Real time for which callers wait while the world catches up. */
const budget = 100;
const beat = 250;

export function startPacing({
  world,
  speed,
  report,
  clock = systemClock,
  patience = seconds(20),
}: PacingOptions): Pacing {
  let anchor = { real: clock.now(), virtual: world.clock.now() };
  const anchorHere = (): void => {
    anchor = { real: clock.now(), virtual: world.clock.now() };
  };

  function advanceFor(limit: Milliseconds, target: Date): void {
    const until = later(clock.now(), limit);
    do {
      const next = later(world.clock.now(), slice);
      try {
        world.advanceTo(next < target ? next : target);
      } catch (fault) {
        report(fault);
        return;
      }
    } while (world.clock.now() < target && clock.now() < until);
  }

  function catchUp(): void {
    const now = clock.now();
    // The machine's clock was set back.
    if (now < anchor.real) anchorHere();
    const target = later(anchor.virtual, (now.getTime() - anchor.real.getTime()) * speed);
    if (target <= world.clock.now()) return;
    advanceFor(budget, target);
    // A machine that slept, or is too slow for the speed, owes its world nothing.
    if (world.clock.now() < target) anchorHere();
  }

  return {
    speed,
    catchUp,
    async jump(span) {
      const target = later(world.clock.now(), span);
      const until = later(clock.now(), patience);
      while (world.clock.now() < target && clock.now() < until) {
        advanceFor(budget, target);
        // Others are served between two slices.
        await clock.sleep(0);
      }
      anchorHere();
      return Math.max(0, target.getTime() - world.clock.now().getTime());
    },
    async run(signal) {
      try {
        for (;;) {
          await clock.sleep(beat, signal);
          catchUp();
        }
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    },
  };
}
