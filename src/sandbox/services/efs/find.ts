import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { FileSystemState, MountTargetState } from './state.ts';

interface Dated {
  readonly availableFrom: Date;
  readonly updatedFrom?: Date;
  readonly goneFrom?: Date;
}

export function lifeCycleOf(world: World, { availableFrom, updatedFrom, goneFrom }: Dated) {
  if (goneFrom !== undefined) return 'deleting';
  if (world.now < availableFrom) return 'creating';
  return updatedFrom !== undefined && world.now < updatedFrom ? 'updating' : 'available';
}

const isThere = (world: World, { goneFrom }: Dated): boolean =>
  goneFrom === undefined || world.now < goneFrom;

export const fileSystems = (world: World): FileSystemState[] =>
  world.efs.fileSystems.filter((state) => isThere(world, state));

export const mountTargets = (world: World, fileSystemId?: string): MountTargetState[] =>
  world.efs.mountTargets.filter(
    (state) =>
      isThere(world, state) && (fileSystemId === undefined || state.target.FileSystemId === fileSystemId),
  );

/** Drops what time has deleted. */
export function clearAway(world: World): void {
  world.efs.fileSystems = fileSystems(world);
  world.efs.mountTargets = mountTargets(world);
}

/** EFS takes an ARN wherever it takes an id. */
const idIn = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);

export const findFileSystem = (world: World, reference: string): FileSystemState | undefined =>
  fileSystems(world).find(({ fileSystem }) => fileSystem.FileSystemId === idIn(reference));

export function knownFileSystem(world: World, reference = ''): FileSystemState {
  const found = findFileSystem(world, reference);
  if (found === undefined)
    throw new AwsFault('FileSystemNotFound', `File system '${reference}' does not exist.`);
  return found;
}

export function knownMountTarget(world: World, id = ''): MountTargetState {
  const found = mountTargets(world).find(({ target }) => target.MountTargetId === id);
  if (found === undefined) throw new AwsFault('MountTargetNotFound', `Mount target '${id}' does not exist.`);
  return found;
}

export function knownAccessPoint(world: World, reference = '') {
  const found = world.efs.accessPoints.find(({ AccessPointId }) => AccessPointId === idIn(reference));
  if (found === undefined)
    throw new AwsFault('AccessPointNotFound', `Access Point '${reference}' does not exist.`);
  return found;
}

export function mustBeAvailable(world: World, state: FileSystemState): void {
  if (lifeCycleOf(world, state) !== 'available')
    throw new AwsFault(
      'IncorrectFileSystemLifeCycleState',
      `File system '${state.fileSystem.FileSystemId}' is in life cycle state '${lifeCycleOf(world, state)}', which does not allow this operation.`,
    );
}
