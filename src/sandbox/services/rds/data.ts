import type { World } from '../../world.ts';
import { knownCluster } from './find.ts';
import type { Beacon, ClusterState } from './state.ts';

/**
 * Rows and bytes follow from the rate and the time, so nothing ticks. Before `asOf` the usual rate is assumed: which pauses there were
 * is no longer known.
 */
function rowsSince({ data }: ClusterState, at: Date): number {
  const rate = at < data.asOf || data.isGrowing ? data.rowsPerSecond : 0;
  return Math.floor(((at.getTime() - data.asOf.getTime()) / 1000) * rate);
}

export const rowsAt = (world: World, cluster: ClusterState, at: Date = world.now): number =>
  Math.max(0, cluster.data.rows + rowsSince(cluster, at));

export const bytesAt = (world: World, cluster: ClusterState, at: Date = world.now): number =>
  Math.max(0, cluster.data.bytes + rowsSince(cluster, at) * cluster.data.bytesPerRow);

/** When the newest row was written that could be read at that time. */
export function newestRow(world: World, { data }: ClusterState, at: Date = world.now): Date {
  if (at >= data.asOf && data.isGrowing && data.rowsPerSecond > 0) return at;
  return at < data.newestRow ? at : data.newestRow;
}

/** The data as they are now, to go on from at another rate. */
function settle(world: World, cluster: ClusterState, change: Partial<ClusterState['data']>): void {
  cluster.data = {
    ...cluster.data,
    rows: rowsAt(world, cluster),
    bytes: bytesAt(world, cluster),
    newestRow: newestRow(world, cluster),
    asOf: world.now,
    ...change,
  };
}

/** Nobody can write: the writer is gone or restarts. */
export const pauseWrites = (world: World, cluster: ClusterState): void =>
  settle(world, cluster, { isGrowing: false });

export const resumeWrites = (world: World, cluster: ClusterState): void =>
  settle(world, cluster, { isGrowing: true });

/** How many rows the application writes here from now on; nothing for a restored cluster that nobody uses yet. */
export const setWriteRate = (world: World, identifier: string, rowsPerSecond: number): void =>
  settle(world, knownCluster(world, identifier), { rowsPerSecond });

/** Writes a mark by which this data, and every later copy of it, can be recognised. */
export function insertBeacon(world: World, identifier: string, id: string): Beacon {
  const beacon = { id, at: world.now };
  knownCluster(world, identifier).data.beacons.push(beacon);
  return beacon;
}

export const beaconsIn = (world: World, identifier: string): readonly Beacon[] =>
  knownCluster(world, identifier).data.beacons;
