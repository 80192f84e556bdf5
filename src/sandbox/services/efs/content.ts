import { hours } from '../../../duration.ts';
import type { World } from '../../world.ts';
import type { Beacon, FileSystemContent, FileSystemState } from './state.ts';

/** Files follow from the rate and the time, so nothing ticks. Before `asOf` the same rate is assumed. */
const filesSince = (content: FileSystemContent, at: Date): number =>
  Math.floor(((at.getTime() - content.asOf.getTime()) / hours(1)) * content.filesPerHour);

export const filesAt = ({ content }: FileSystemState, at: Date): number =>
  Math.max(0, content.files + filesSince(content, at));

export const bytesAt = ({ content }: FileSystemState, at: Date): number =>
  Math.max(0, content.bytes + filesSince(content, at) * content.bytesPerFile);

export const newestFileAt = ({ content }: FileSystemState, at: Date): Date =>
  content.filesPerHour > 0 || at < content.newestFile ? at : content.newestFile;

/** Writes a mark by which this content, and every copy of it from now on, can be recognised. */
export function writeBeacon(world: World, { content }: FileSystemState, id: string): Beacon {
  const beacon = { id, at: world.now };
  content.beacons.push(beacon);
  return beacon;
}

export const emptyContent = (now: Date): FileSystemContent => ({
  files: 0,
  bytes: 0,
  asOf: now,
  newestFile: now,
  filesPerHour: 0,
  bytesPerFile: 0,
  shareInIA: 0,
  beacons: [],
  directories: [],
});

/** An empty file system is metered with the size of its metadata. */
const leastSize = 6144;

/** EFS meters the size every hour. https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html */
export function meteredSize(world: World, state: FileSystemState) {
  const { content, fileSystem } = state;
  const hour = new Date(Math.floor(world.now.getTime() / hours(1)) * hours(1));
  const Timestamp = hour < fileSystem.CreationTime ? fileSystem.CreationTime : hour;
  const restored = content.directories
    .filter(({ at }) => at <= Timestamp)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const Value = leastSize + bytesAt(state, Timestamp) + restored;
  const ValueInIA = Math.floor(bytesAt(state, Timestamp) * content.shareInIA);
  return { Value, Timestamp, ValueInIA, ValueInStandard: Value - ValueInIA, ValueInArchive: 0 };
}

/** What a command on a node sees, wherever in the file system it lies. */
export function filesSeen(world: World, state: FileSystemState) {
  const own = filesAt(state, world.now);
  const { directories, beacons } = state.content;
  const times = [
    ...(own > 0 ? [newestFileAt(state, world.now)] : []),
    ...directories.map(({ newestFile }) => newestFile),
  ].map(Number);
  return {
    count: directories.reduce((sum, { files }) => sum + files, own),
    newest: times.length === 0 ? undefined : new Date(Math.max(...times)),
    beacons: [...beacons, ...directories.flatMap((directory) => directory.beacons)],
    /** Directories that AWS Backup put beside what the application looks for. */
    aside: directories.length,
  };
}

/** Moves what AWS Backup restored into a directory of its own to where the application looks for it. @returns how many files */
export function adoptRestored(world: World, state: FileSystemState): number {
  const { count, newest = world.now, beacons } = filesSeen(world, state);
  const { content } = state;
  const moved = content.directories.reduce((sum, { files }) => sum + files, 0);
  const bytes = content.directories.reduce((sum, each) => sum + each.bytes, bytesAt(state, world.now));
  Object.assign(content, {
    files: count,
    bytes,
    asOf: world.now,
    newestFile: newest,
    beacons,
    directories: [],
  });
  return moved;
}
