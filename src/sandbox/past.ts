import type { Milliseconds } from '../duration.ts';
import type { RegionState } from './region.ts';
import { later } from './schedule.ts';
import { accountOf, fromText, seenFrom, toText, type World } from './world.ts';

/** A Region as it was until a write changed it. */
export interface PastRegion {
  readonly region: string;
  readonly until: Date;
  /** The Region's state as text. */
  readonly state: string;
}

const longestLag = (world: World): Milliseconds =>
  Math.max(0, ...world.faults.map((fault) => (fault.what === 'stale-read' ? fault.by : 0)));

/** Before a write: keeps what reads that lag behind must still see. Costs nothing where none does. */
export function rememberBefore(world: World): void {
  const lag = longestLag(world);
  if (lag === 0) return;
  const account = accountOf(world);
  account.past = account.past.filter(({ until }) => until > later(world.now, -lag));
  const state = account.regions[world.region];
  if (state !== undefined)
    account.past.push({ region: world.region, until: world.now, state: toText(state) });
}

/** The Region as it was so long ago: as before the first write since then. Services without a Region do not lag. */
export function asItWas(world: World, ago: Milliseconds): World {
  const since = later(world.now, -ago);
  const account = accountOf(world);
  const first = account.past.find(({ region, until }) => region === world.region && until > since);
  if (first === undefined) return world;
  const state = fromText(first.state) as RegionState;
  return seenFrom({ ...account, regions: { ...account.regions, [world.region]: state } }, world.region);
}
