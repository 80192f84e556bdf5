import type { World } from './world.ts';

/**
 * What happens in the world and what happens on the way to it draw from two streams: so a further read, whose latency is
 * drawn, never changes what becomes of an instance, and a resumed run meets the world that it would have met.
 */
export type RandomStream = 'events' | 'calls';

/** A number in [0, 1). mulberry32: small, and its whole state is one integer that fits in the stored world. */
export function draw(world: World, stream: RandomStream = 'events'): number {
  const state = (world.random[stream] + 0x6d2b79f5) | 0;
  world.random[stream] = state;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** A whole number from `least` to `most`, both included. */
export const drawBetween = (world: World, least: number, most: number, stream?: RandomStream): number =>
  least + Math.floor(draw(world, stream) * (most - least + 1));

export function drawHex(world: World, digits: number, stream?: RandomStream): string {
  let text = '';
  while (text.length < digits) text += drawBetween(world, 0, 15, stream).toString(16);
  return text;
}

export const drawUuid = (world: World, stream?: RandomStream): string =>
  [8, 4, 4, 4, 12].map((digits) => drawHex(world, digits, stream)).join('-');
