import { type Milliseconds, seconds } from '../duration.ts';
import type { SandboxEvent, World } from './world.ts';

export const later = (from: Date, span: Milliseconds): Date => new Date(from.getTime() + span);

export const secondsFrom = (from: Date, count: number): Date => later(from, seconds(count));

/** Puts an event into the account's queue; `advance` makes it happen in the Region that this world is seen from. */
export function schedule(world: World, at: Date, event: SandboxEvent): void {
  world.serial += 1;
  const { transitions } = world;
  // What is due at the same time happens in the order in which it was scheduled.
  const next = transitions.findIndex((other) => other.at > at);
  transitions.splice(next < 0 ? transitions.length : next, 0, {
    at,
    serial: world.serial,
    region: world.region,
    event,
  });
}

/** Takes events of this Region out of the queue before they happen. */
export function unschedule(world: World, matches: (event: SandboxEvent) => boolean): void {
  world.transitions = world.transitions.filter(
    ({ region, event }) => region !== world.region || !matches(event),
  );
}
