import type { CreateFileSystemRequest, FileSystemDescription } from '@aws-sdk/client-efs';
import { hours } from '../../../duration.ts';
import { drawBetween, drawHex } from '../../random.ts';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { emptyContent, meteredSize } from './content.ts';
import {
  clearAway,
  fileSystems,
  knownFileSystem,
  lifeCycleOf,
  mountTargets,
  mustBeAvailable,
} from './find.ts';
import type { FileSystemState, Span } from './state.ts';

const after = (world: World, [least, most]: Span): Date =>
  secondsFrom(world.now, drawBetween(world, least, most));

const badRequest = (message: string) => new AwsFault('BadRequest', message);

export function describe(world: World, state: FileSystemState): FileSystemDescription {
  const { fileSystem } = state;
  const Name = fileSystem.Tags.find(({ Key }) => Key === 'Name')?.Value;
  return {
    ...fileSystem,
    ...(Name !== undefined && { Name }),
    LifeCycleState: lifeCycleOf(world, state),
    NumberOfMountTargets: mountTargets(world, fileSystem.FileSystemId).length,
    SizeInBytes: meteredSize(world, state),
  };
}

function checkThroughput(mode: string | undefined, provisioned: number | undefined): void {
  if (mode !== undefined && !['bursting', 'provisioned', 'elastic'].includes(mode))
    throw badRequest(`Invalid throughput mode '${mode}'.`);
  if ((mode === 'provisioned') !== (provisioned !== undefined))
    throw badRequest(
      'ProvisionedThroughputInMibps must be set when, and only when, the throughput mode is provisioned.',
    );
}

/** https://docs.aws.amazon.com/efs/latest/ug/limits.html */
const mostFileSystems = 1000;

/** The key of whoever names none. */
const ownKey = (world: World): string =>
  `arn:aws:kms:${world.region}:${world.account}:alias/aws/elasticfilesystem`;

function keyFor(world: World, { Encrypted, KmsKeyId }: CreateFileSystemRequest): string | undefined {
  if (Encrypted !== true) {
    if (KmsKeyId === undefined) return undefined;
    throw badRequest('KmsKeyId can only be given for an encrypted file system.');
  }
  const unusable = KmsKeyId === undefined ? undefined : keyUnusable(world, KmsKeyId);
  if (unusable !== undefined) throw badRequest(unusable);
  return KmsKeyId ?? ownKey(world);
}

/** Also what AWS Backup calls to restore into a new file system. */
export function createFileSystem(world: World, request: CreateFileSystemRequest): FileSystemState {
  const {
    CreationToken = drawHex(world, 32),
    PerformanceMode = 'generalPurpose',
    ThroughputMode = 'bursting',
  } = request;
  clearAway(world);
  const same = world.efs.fileSystems.find(({ fileSystem }) => fileSystem.CreationToken === CreationToken);
  if (same !== undefined) {
    const { FileSystemId } = same.fileSystem;
    throw new AwsFault(
      'FileSystemAlreadyExists',
      `File system '${FileSystemId}' already exists with creation token '${CreationToken}'`,
      { members: { FileSystemId } },
    );
  }
  if (fileSystems(world).length >= mostFileSystems)
    throw new AwsFault(
      'FileSystemLimitExceeded',
      `You have reached the maximum number of file systems (${mostFileSystems}) in this Region.`,
    );
  if (!['generalPurpose', 'maxIO'].includes(PerformanceMode))
    throw badRequest(`Invalid performance mode '${PerformanceMode}'.`);
  checkThroughput(ThroughputMode, request.ProvisionedThroughputInMibps);
  const KmsKeyId = keyFor(world, request);
  const FileSystemId = `fs-${drawHex(world, 17)}`;
  const created: FileSystemState = {
    fileSystem: {
      OwnerId: world.account,
      CreationToken,
      FileSystemId,
      FileSystemArn: `arn:aws:elasticfilesystem:${world.region}:${world.account}:file-system/${FileSystemId}`,
      CreationTime: world.now,
      PerformanceMode,
      Encrypted: KmsKeyId !== undefined,
      ...(KmsKeyId !== undefined && { KmsKeyId }),
      ThroughputMode,
      ...(request.ProvisionedThroughputInMibps !== undefined && {
        ProvisionedThroughputInMibps: request.ProvisionedThroughputInMibps,
      }),
      Tags: request.Tags ?? [],
      FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
    },
    availableFrom: after(world, world.efs.timings.fileSystemCreation),
    ...(request.Backup !== undefined && { backupPolicy: request.Backup ? 'ENABLED' : 'DISABLED' }),
    lifecycle: [],
    content: emptyContent(world.now),
  };
  world.efs.fileSystems.push(created);
  return created;
}

export const fileSystemOperations = {
  DescribeFileSystems(world, { FileSystemId, CreationToken, MaxItems, Marker }) {
    const all = FileSystemId === undefined ? fileSystems(world) : [knownFileSystem(world, FileSystemId)];
    const found = all.filter(
      ({ fileSystem }) => CreationToken === undefined || fileSystem.CreationToken === CreationToken,
    );
    const page = pageOf(found, MaxItems ?? 100, Marker, 'BadRequest');
    return {
      ...(Marker !== undefined && { Marker }),
      FileSystems: page.items.map((state) => describe(world, state)),
      NextMarker: page.next,
    };
  },

  CreateFileSystem: (world, input) => describe(world, createFileSystem(world, input)),

  UpdateFileSystem(world, { FileSystemId, ThroughputMode, ProvisionedThroughputInMibps }) {
    const state = knownFileSystem(world, FileSystemId);
    mustBeAvailable(world, state);
    const mode = ThroughputMode ?? state.fileSystem.ThroughputMode;
    checkThroughput(mode, ProvisionedThroughputInMibps);
    const changed = state.throughputChangedAt;
    if (changed !== undefined && world.now.getTime() - changed.getTime() < hours(24))
      throw new AwsFault('TooManyRequests', 'The throughput mode can be changed once in 24 hours.');
    const { ProvisionedThroughputInMibps: _before, ...rest } = state.fileSystem;
    state.fileSystem = {
      ...rest,
      ThroughputMode: mode,
      ...(ProvisionedThroughputInMibps !== undefined && { ProvisionedThroughputInMibps }),
    };
    state.throughputChangedAt = world.now;
    state.updatedFrom = after(world, world.efs.timings.fileSystemUpdate);
    return describe(world, state);
  },

  DeleteFileSystem(world, { FileSystemId }) {
    const state = knownFileSystem(world, FileSystemId);
    if (mountTargets(world, state.fileSystem.FileSystemId).length > 0)
      throw new AwsFault(
        'FileSystemInUse',
        `The file system '${FileSystemId}' cannot be deleted because it has mount targets. You must delete the mount targets, and then try again.`,
      );
    mustBeAvailable(world, state);
    state.goneFrom = after(world, world.efs.timings.fileSystemDeletion);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-efs')>;
