import type { Tag } from '@aws-sdk/client-efs';
import type { World } from '../../world.ts';
import { bytesAt, filesAt, newestFileAt } from './content.ts';
import { findFileSystem, lifeCycleOf } from './find.ts';
import type { Beacon, FileSystemState } from './state.ts';

/** Everything that a recovery point of AWS Backup holds of a file system. */
export interface FileSystemCopy {
  /** ARN of the file system. */
  readonly of: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly files: number;
  readonly newestFile: Date;
  readonly beacons: readonly Beacon[];
  readonly tags: readonly Tag[];
}

/** `undefined` where the file system is not there, or not available. */
export function copyOfFileSystem(world: World, arn: string): FileSystemCopy | undefined {
  const state = findFileSystem(world, arn);
  if (state?.fileSystem.FileSystemArn !== arn || lifeCycleOf(world, state) !== 'available') return undefined;
  const { content } = state;
  const restored = content.directories;
  return {
    of: arn,
    takenAt: world.now,
    bytes: restored.reduce((sum, { bytes }) => sum + bytes, bytesAt(state, world.now)),
    files: restored.reduce((sum, { files }) => sum + files, filesAt(state, world.now)),
    newestFile: newestFileAt(state, world.now),
    beacons: [...content.beacons, ...restored.flatMap(({ beacons }) => beacons)],
    tags: state.fileSystem.Tags,
  };
}

/** As AWS Backup names it: below the root, also in a new file system. https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html */
const recoveryDirectory = (now: Date): string =>
  `aws-backup-restore_${now.toISOString().replace(/[:.]/g, '-')}`;

/** Puts the files of a copy into a directory of their own. */
export function restoreFiles(world: World, copy: FileSystemCopy, { content }: FileSystemState): void {
  const { files, bytes, newestFile, beacons } = copy;
  const name = recoveryDirectory(world.now);
  content.directories.push({ name, at: world.now, files, bytes, newestFile, beacons });
}
