import type { DBClusterSnapshot, Tag } from '@aws-sdk/client-rds';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { recoveryPoints } from '../backup/find.ts';
import { automatedSnapshots } from './automated-backups.ts';
import { copyAt } from './copy-at.ts';
import { say } from './event-log.ts';
import { arnOf, findSnapshot, nameIn, newIdentifier, snapshotNotFound } from './find.ts';
import { usableKey } from './keys.ts';
import { mustHaveRoom } from './quotas.ts';
import type { ClusterCopy, ClusterState, SnapshotState } from './state.ts';
import { drawSpan } from './timings.ts';

export const isAvailable = (world: World, { availableAt }: SnapshotState): boolean =>
  availableAt <= world.now;

/** Status and progress follow from the time. */
export function shownSnapshot(world: World, state: SnapshotState): DBClusterSnapshot {
  const { snapshot, begunAt, availableAt, copy } = state;
  const passed = (world.now.getTime() - begunAt.getTime()) / (availableAt.getTime() - begunAt.getTime());
  const isCopy = snapshot.SourceDBClusterSnapshotArn !== undefined;
  return {
    SnapshotType: 'manual',
    SnapshotCreateTime: begunAt,
    Engine: copy.engine,
    EngineVersion: copy.engineVersion,
    EngineMode: 'provisioned',
    LicenseModel: copy.engine,
    AllocatedStorage: 1,
    Port: 0,
    VpcId: copy.vpcId,
    ClusterCreateTime: copy.clusterCreatedAt,
    MasterUsername: copy.masterUsername,
    StorageEncrypted: true,
    StorageEncryptionType: 'sse-kms',
    StorageType: 'aurora',
    DbClusterResourceId: copy.resourceId,
    AvailabilityZones: [...copy.availabilityZones],
    IAMDatabaseAuthenticationEnabled: false,
    ...snapshot,
    Status: isAvailable(world, state) ? 'available' : isCopy ? 'copying' : 'creating',
    PercentProgress: Math.min(100, Math.floor(passed * 100)),
  };
}

/** Complete recovery points of AWS Backup are snapshots too, which only AWS Backup deletes. */
const backedUp = (world: World): SnapshotState[] =>
  recoveryPoints(world).flatMap(({ arn, held, key, created, completed, status, tags }) =>
    held.type !== 'Aurora' || status !== 'COMPLETED' || completed === undefined
      ? []
      : {
          snapshot: {
            DBClusterSnapshotIdentifier: nameIn(arn, 'cluster-snapshot'),
            DBClusterSnapshotArn: arn,
            DBClusterIdentifier: held.copy.of.split(':').at(-1) ?? '',
            SnapshotType: 'awsbackup',
            KmsKeyId: key,
            TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          },
          begunAt: created,
          availableAt: completed,
          copy: { ...held.copy, kmsKeyId: key },
        },
  );

/** Manual and automated ones and those of AWS Backup, the oldest first. */
export const allSnapshots = (world: World): SnapshotState[] =>
  [
    ...world.rds.snapshots,
    ...world.rds.clusters.flatMap((cluster) => automatedSnapshots(world, cluster)),
    ...backedUp(world),
  ].toSorted((one, other) => one.begunAt.getTime() - other.begunAt.getTime());

export function knownSnapshot(world: World, identifier = ''): SnapshotState {
  const name = nameIn(identifier, 'cluster-snapshot');
  const found = allSnapshots(world).find(({ snapshot }) => snapshot.DBClusterSnapshotIdentifier === name);
  if (found === undefined) throw snapshotNotFound(identifier);
  return found;
}

export function mustBeAvailable(world: World, state: SnapshotState): SnapshotState {
  if (!isAvailable(world, state))
    throw new AwsFault(
      'InvalidDBClusterSnapshotStateFault',
      `The DB cluster snapshot ${state.snapshot.DBClusterSnapshotIdentifier} is not in the available state.`,
    );
  return state;
}

export function newSnapshot(
  world: World,
  cluster: ClusterState,
  identifier: string | undefined,
  tags: readonly Tag[],
): SnapshotState {
  const { DBClusterIdentifier, Status, KmsKeyId } = cluster.cluster;
  const name = freeName(world, identifier, 'DBClusterSnapshotIdentifier');
  if (Status !== 'available')
    throw new AwsFault(
      'InvalidDBClusterStateFault',
      `Can't create a snapshot because the database cluster ${DBClusterIdentifier} isn't currently in the available state.`,
    );
  usableKey(world, KmsKeyId);
  return keep(world, copyAt(world, cluster, world.now), {
    name,
    tags,
    KmsKeyId,
    span: 'snapshot',
    source: undefined,
  });
}

export function freeName(world: World, identifier: string | undefined, parameter: string): string {
  const name = newIdentifier(identifier, parameter);
  if (findSnapshot(world, name) !== undefined)
    throw new AwsFault(
      'DBClusterSnapshotAlreadyExistsFault',
      `Cannot create the snapshot because a snapshot with the identifier ${name} already exists.`,
    );
  mustHaveRoom(world, 'ManualClusterSnapshots', 'SnapshotQuotaExceededFault', 'manual snapshots');
  return name;
}

interface NewSnapshot {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly KmsKeyId: string;
  readonly span: 'snapshot' | 'snapshotCopy' | 'snapshotCopyFromOtherRegion';
  readonly source: string | undefined;
}

export function keep(
  world: World,
  copy: ClusterCopy,
  { name, tags, KmsKeyId, span, source }: NewSnapshot,
): SnapshotState {
  const state: SnapshotState = {
    snapshot: {
      DBClusterSnapshotIdentifier: name,
      DBClusterSnapshotArn: arnOf(world, 'cluster-snapshot', name),
      DBClusterIdentifier: copy.of.split(':').at(-1) ?? '',
      KmsKeyId,
      TagList: [...tags],
      ...(source !== undefined && { SourceDBClusterSnapshotArn: source }),
    },
    begunAt: world.now,
    availableAt: later(world.now, drawSpan(world, span)),
    copy: { ...copy, kmsKeyId: KmsKeyId },
  };
  world.rds.snapshots.push(state);
  if (source === undefined) {
    say(world, 'db-cluster-snapshot', name, 'backup', 'Creating manual cluster snapshot');
    say(world, 'db-cluster-snapshot', name, 'backup', 'Manual cluster snapshot created', state.availableAt);
  }
  return state;
}
