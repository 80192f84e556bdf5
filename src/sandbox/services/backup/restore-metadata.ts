import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { restoreFiles } from '../efs/copies.ts';
import { createFileSystem } from '../efs/file-systems.ts';
import { findFileSystem, lifeCycleOf } from '../efs/find.ts';
import { clusterByArn, restoreCluster } from '../rds/cluster-copies.ts';
import type { Held } from './state.ts';

export type Metadata = Readonly<Record<string, string>>;

/** Keys are read in any case. https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html */
function reader(metadata: Metadata) {
  const byLowerCase = new Map(Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), value]));
  const read = (key: string): string | undefined => byLowerCase.get(key.toLowerCase());
  return {
    read,
    demand(key: string): string {
      const value = read(key);
      if (value === undefined || value === '')
        throw new AwsFault(
          'InvalidParameterValueException',
          `Invalid restore metadata. Missing required key: ${key}`,
        );
      return value;
    },
    isTrue: (key: string): boolean => read(key)?.toLowerCase() === 'true',
  };
}

/** Lists are written as JSON, or with commas between. */
function listIn(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  if (!text.trim().startsWith('[')) return text.split(',').map((item) => item.trim());
  return [...text.matchAll(/"([^"]+)"/g)].map(([, item = '']) => item);
}

/**
 * Begins to restore.
 *
 * @returns the ARN of what was made, or of what was restored into
 * @throws AwsFault of the resource's own service, or where metadata is missing
 */
export function make(world: World, held: Held, metadata: Metadata, tagsToo: boolean): string {
  if (held.type === 'EBS' || held.type === 'RDS')
    throw new AwsFault(
      'InvalidParameterValueException',
      `The sandbox restores no recovery points of type ${held.type}.`,
    );
  const { read, demand, isTrue } = reader(metadata);
  if (held.type === 'Aurora') {
    const port = read('Port');
    const made = restoreCluster(world, held.copy, {
      DBClusterIdentifier: demand('DBClusterIdentifier'),
      Engine: read('Engine'),
      EngineVersion: read('EngineVersion'),
      DBSubnetGroupName: read('DBSubnetGroupName'),
      DBClusterParameterGroupName: read('DBClusterParameterGroupName'),
      VpcSecurityGroupIds: listIn(read('VpcSecurityGroupIds')),
      KmsKeyId: read('KmsKeyId'),
      Port: port === undefined ? undefined : Number(port),
      DeletionProtection: isTrue('DeletionProtection'),
    });
    return made.DBClusterArn ?? '';
  }
  const source = demand('file-system-id');
  demand('newFileSystem');
  if (!isTrue('newFileSystem')) {
    const target = findFileSystem(world, source);
    if (target === undefined)
      throw new AwsFault('FileSystemNotFound', `File system '${source}' does not exist.`);
    restoreFiles(world, held.copy, target);
    return target.fileSystem.FileSystemArn;
  }
  const Encrypted = demand('Encrypted').toLowerCase() === 'true';
  const KmsKeyId = read('KmsKeyId');
  const target = createFileSystem(world, {
    CreationToken: demand('CreationToken'),
    // Any other word is refused by EFS, with its own message.
    PerformanceMode: demand('PerformanceMode') as 'generalPurpose' | 'maxIO',
    Encrypted,
    ...(KmsKeyId !== undefined && { KmsKeyId }),
    Tags: tagsToo ? [...held.copy.tags] : [],
  });
  restoreFiles(world, held.copy, target);
  return target.fileSystem.FileSystemArn;
}

export function isAvailable(world: World, { type }: Held, made: string): boolean {
  if (type === 'Aurora') return clusterByArn(world, made)?.cluster.Status === 'available';
  const state = findFileSystem(world, made);
  return state !== undefined && lifeCycleOf(world, state) === 'available';
}

/** Somebody may delete what is being restored. */
export const isGone = (world: World, { type }: Held, made: string): boolean =>
  (type === 'Aurora' ? clusterByArn(world, made) : findFileSystem(world, made)) === undefined;

const fileSystemIdIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The configuration at the time of the backup. */
export function recordedMetadata(held: Held): Record<string, string> {
  if (held.type === 'EBS') {
    const { bytes, kmsKeyId } = held.copy;
    return { volumeSize: String(bytes / 1024 ** 3), encrypted: 'true', kmsKeyId };
  }
  if (held.type === 'RDS') {
    const { of, engine, engineVersion } = held.copy;
    return { DBInstanceIdentifier: of.split(':').at(-1) ?? '', Engine: engine, EngineVersion: engineVersion };
  }
  if (held.type === 'EFS') return { 'file-system-id': fileSystemIdIn(held.copy.of) };
  const { copy } = held;
  return {
    DBClusterIdentifier: copy.of.split(':').at(-1) ?? '',
    Engine: copy.engine,
    EngineMode: 'provisioned',
    EngineVersion: copy.engineVersion,
    Port: String(copy.port),
    KmsKeyId: copy.kmsKeyId,
    AvailabilityZones: JSON.stringify(copy.availabilityZones),
    ...(copy.databaseName !== undefined && { DatabaseName: copy.databaseName }),
  };
}

/** What a restore test would use. https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html */
export function inferredMetadata(held: Held, suffix: string): Record<string, string> {
  switch (held.type) {
    case 'EFS':
      return {
        encrypted: 'true',
        'file-system-id': fileSystemIdIn(held.copy.of),
        kmsKeyId: 'alias/aws/elasticfilesystem',
        newFileSystem: 'true',
        performanceMode: 'generalPurpose',
      };
    case 'Aurora':
      return {
        availabilityZones: JSON.stringify(held.copy.availabilityZones.slice(0, 3)),
        dbClusterIdentifier: `awsbackup-restore-test-${suffix}`,
        engine: held.copy.engine,
      };
    case 'EBS':
      return { encrypted: 'true', volumeType: 'gp3' };
    case 'RDS':
      return { dbInstanceIdentifier: `awsbackup-restore-test-${suffix}`, engine: held.copy.engine };
    default:
      return held satisfies never;
  }
}
