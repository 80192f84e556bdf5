import type { World } from '../../world.ts';
import { copyOfVolume, volumeArn } from '../ec2/volumes.ts';
import { copyOfFileSystem } from '../efs/copies.ts';
import { fileSystems } from '../efs/find.ts';
import { copyOfCluster } from '../rds/cluster-copies.ts';
import { clusterByArn } from '../rds/find.ts';
import { copyOfSingle } from '../rds/single-instances.ts';
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
  ...world.ec2.volumes.map(({ VolumeId, Tags }) => {
    const tags = tagsOf(Tags);
    return { arn: volumeArn(world, VolumeId), type: 'EBS' as const, name: tags['Name'] ?? '', tags };
  }),
  ...world.rds.singles.map(({ DBInstanceArn, DBInstanceIdentifier, TagList }) => ({
    arn: DBInstanceArn,
    type: 'RDS' as const,
    name: DBInstanceIdentifier,
    tags: tagsOf(TagList),
  })),
];

export const findResource = (world: World, arn: string): Resource | undefined =>
  resources(world).find((resource) => resource.arn === arn);

/** What a backup holds that begins now, or why there can be none. */
export function hold(world: World, { arn, type }: Pick<Resource, 'arn' | 'type'>): Held | string {
  const unavailable = `Resource ${arn} is not available for backup`;
  switch (type) {
    case 'EFS': {
      const copy = copyOfFileSystem(world, arn);
      return copy ? { type, copy } : unavailable;
    }
    case 'EBS': {
      const copy = copyOfVolume(world, arn);
      return copy ? { type, copy } : unavailable;
    }
    case 'RDS': {
      const copy = copyOfSingle(world, arn);
      return copy ? { type, copy } : unavailable;
    }
    case 'Aurora': {
      const copy = copyOfCluster(world, arn);
      if (copy === undefined) return unavailable;
      // The words of RDS, which takes the snapshot.
      return clusterByArn(world, arn)?.cluster.Status === 'available'
        ? { type, copy }
        : 'Cluster is not in available state.';
    }
    default:
      return type satisfies never;
  }
}

/** What arrives at the destination, with the key of the vault there: all of it, or only a share. */
export function copied(held: Held, key: string, share: number): Held {
  const less = (count: number) => (share < 1 ? Math.floor(count * share) : count);
  switch (held.type) {
    case 'EFS': {
      const { copy } = held;
      if (share >= 1) return held;
      return {
        type: 'EFS',
        copy: { ...copy, bytes: less(copy.bytes), files: less(copy.files), beacons: [] },
      };
    }
    case 'Aurora': {
      const copy = { ...held.copy, kmsKeyId: key };
      if (share >= 1) return { type: 'Aurora', copy };
      return {
        type: 'Aurora',
        copy: { ...copy, bytes: less(copy.bytes), rows: less(copy.rows), beacons: [] },
      };
    }
    case 'EBS':
      return { type: 'EBS', copy: { ...held.copy, kmsKeyId: key, bytes: less(held.copy.bytes) } };
    case 'RDS':
      return { type: 'RDS', copy: { ...held.copy, kmsKeyId: key, bytes: less(held.copy.bytes) } };
    default:
      return held satisfies never;
  }
}

/**
 * Recovery points of databases and volumes are snapshots and have the key of what they are of; those of EFS have the key of the vault.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
 */
export const keyOfBackup = (held: Held, vaultKey: string): string =>
  held.type === 'EFS' ? vaultKey : held.copy.kmsKeyId;

/** `job` and `copyjob` with the job's id for snapshots of RDS; an id of its own for others. */
export function pointArn(
  world: World,
  region: string,
  type: ResourceType,
  job: { word: 'job' | 'copyjob'; id: string },
  id: string,
): string {
  const name = `awsbackup:${job.word}-${job.id.toLowerCase()}`;
  switch (type) {
    case 'Aurora':
      return `arn:aws:rds:${region}:${world.account}:cluster-snapshot:${name}`;
    case 'RDS':
      return `arn:aws:rds:${region}:${world.account}:snapshot:${name}`;
    case 'EBS':
      return `arn:aws:ec2:${region}::snapshot/snap-0${id.replaceAll('-', '').slice(0, 16)}`;
    case 'EFS':
      return `arn:aws:backup:${region}:${world.account}:recovery-point:${id}`;
    default:
      return type satisfies never;
  }
}
