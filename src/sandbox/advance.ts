import { autoScalingEvents } from './services/auto-scaling/index.ts';
import { trafficEvents } from './traffic.ts';
import type { EventHandlers, SandboxEvent, Transition, World } from './world.ts';

const handlers: EventHandlers<SandboxEvent> = { ...autoScalingEvents, ...trafficEvents };

/** Lets time pass: everything due until then happens, in order, each at its own time. Never goes back. */
export function advance(world: World, to: Date): void {
  for (let next = firstDue(world, to); next !== undefined; next = firstDue(world, to)) {
    world.transitions.splice(world.transitions.indexOf(next), 1);
    if (next.at > world.now) world.now = next.at;
    happen(world, next.event);
  }
  if (to > world.now) world.now = new Date(to);
}

function firstDue(world: World, until: Date): Transition | undefined {
  let first: Transition | undefined;
  for (const transition of world.transitions) {
    if (transition.at > until) continue;
    const sooner = first === undefined || transition.at < first.at;
    const sameTime = first !== undefined && transition.at.getTime() === first.at.getTime();
    if (sooner || (sameTime && first !== undefined && transition.serial < first.serial)) first = transition;
  }
  return first;
}

function happen(world: World, event: SandboxEvent): void {
  // The map's type pairs each kind with its handler; TypeScript cannot follow that through an index.
  const handler = handlers[event.kind] as (world: World, event: SandboxEvent) => void;
  handler(world, event);
}
