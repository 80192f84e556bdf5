import { type Milliseconds, seconds } from '../duration.ts';
import type { SandboxEvent, World } from './world.ts';

export const later = (from: Date, span: Milliseconds): Date => new Date(from.getTime() + span);

export const secondsFrom = (from: Date, count: number): Date => later(from, seconds(count));

/** Puts an event into the world's queue; `advance` makes it happen. */
export function schedule(world: World, at: Date, event: SandboxEvent): void {
  world.serial += 1;
  world.transitions.push({ at, serial: world.serial, event });
}

/** Takes events out of the queue before they happen. */
export function unschedule(world: World, matches: (event: SandboxEvent) => boolean): void {
  world.transitions = world.transitions.filter(({ event }) => !matches(event));
}
