import type { World } from '../../world.ts';
import { copyOfFileSystem } from '../efs/copies.ts';
import { fileSystems } from '../efs/find.ts';
import { copyOfCluster } from '../rds/cluster-copies.ts';
import { clusterByArn } from '../rds/find.ts';
import type { Held, ResourceType } from './state.ts';

export interface Resource {
  readonly arn: string;
  readonly type: ResourceType;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

const tagsOf = (
  list: readonly { Key?: string | undefined; Value?: string | undefined }[],
): Record<string, string> => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));

/** What AWS Backup can back up in this Region. */
export const resources = (world: World): Resource[] => [
  ...world.rds.clusters.map(({ cluster }) => ({
    arn: cluster.DBClusterArn,
    type: 'Aurora' as const,
    name: cluster.DBClusterIdentifier,
    tags: tagsOf(cluster.TagList),
  })),
  ...fileSystems(world).map(({ fileSystem }) => {
    const tags = tagsOf(fileSystem.Tags);
    return { arn: fileSystem.FileSystemArn, type: 'EFS' as const, name: tags['Name'] ?? '', tags };
  }),
];

export const findResource = (world: World, arn: string): Resource | undefined =>
  resources(world).find((resource) => resource.arn === arn);

/** What a backup holds that begins now, or why there can be none. */
export function hold(world: World, { arn, type }: Pick<Resource, 'arn' | 'type'>): Held | string {
  if (type === 'EFS') {
    const copy = copyOfFileSystem(world, arn);
    return copy ? { type, copy } : `Resource ${arn} is not available for backup`;
  }
  const status = clusterByArn(world, arn)?.cluster.Status;
  const copy = copyOfCluster(world, arn);
  if (copy === undefined) return `Resource ${arn} is not available for backup`;
  // The words of RDS, which takes the snapshot.
  return status === 'available' ? { type, copy } : 'Cluster is not in available state.';
}

/** What arrives at the destination: all of it, or only a share. */
export function copied(held: Held, key: string, share: number): Held {
  const less = (count: number) => Math.floor(count * share);
  if (held.type === 'EFS') {
    const { copy } = held;
    return share < 1
      ? { type: 'EFS', copy: { ...copy, bytes: less(copy.bytes), files: less(copy.files), beacons: [] } }
      : held;
  }
  const copy = { ...held.copy, kmsKeyId: key };
  return {
    type: 'Aurora',
    copy: share < 1 ? { ...copy, bytes: less(copy.bytes), rows: less(copy.rows), beacons: [] } : copy,
  };
}

/**
 * Aurora's recovery points are snapshots and have the key of their cluster; those of EFS have the key of the vault.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
 */
export const keyOfBackup = (held: Held, vaultKey: string): string =>
  held.type === 'Aurora' ? held.copy.kmsKeyId : vaultKey;

/** `job` and `copyjob` with the job's id for snapshots; an id of its own for what AWS Backup keeps itself. */
export const pointArn = (
  world: World,
  region: string,
  type: ResourceType,
  job: { word: 'job' | 'copyjob'; id: string },
  id: string,
): string =>
  type === 'Aurora'
    ? `arn:aws:rds:${region}:${world.account}:cluster-snapshot:awsbackup:${job.word}-${job.id.toLowerCase()}`
    : `arn:aws:backup:${region}:${world.account}:recovery-point:${id}`;
