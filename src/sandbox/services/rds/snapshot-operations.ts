import { AwsFault } from '../../service.ts';
import { elsewhere, type World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { earliestRestorableTime, latestRestorableTime } from './automated-backups.ts';
import { beginRestore } from './cluster-copies.ts';
import { shownCluster } from './cluster-view.ts';
import { copyAt } from './copy-at.ts';
import { knownCluster } from './find.ts';
import { usableKey, usableSourceKey } from './keys.ts';
import { freeName, keep, knownSnapshot, mustBeAvailable, newSnapshot, shownSnapshot } from './snapshots.ts';
import type { ClusterState } from './state.ts';

export const snapshotOperations = {
  CreateDBClusterSnapshot(world, { DBClusterIdentifier, DBClusterSnapshotIdentifier, Tags }) {
    const cluster = knownCluster(world, DBClusterIdentifier);
    const inherited = cluster.cluster.CopyTagsToSnapshot ? cluster.cluster.TagList : [];
    const state = newSnapshot(world, cluster, DBClusterSnapshotIdentifier, Tags ?? inherited);
    return { DBClusterSnapshot: shownSnapshot(world, state) };
  },

  /** The source is named by ARN when it lies in another Region; then a key of this Region must be given. */
  CopyDBClusterSnapshot(world, input) {
    const { SourceDBClusterSnapshotIdentifier: source = '' } = input;
    const from = source.startsWith('arn:') ? (source.split(':')[3] ?? world.region) : world.region;
    const there = from === world.region ? world : elsewhere(world, from);
    const original = mustBeAvailable(there, knownSnapshot(there, source));
    const name = freeName(
      world,
      input.TargetDBClusterSnapshotIdentifier,
      'TargetDBClusterSnapshotIdentifier',
    );
    if (there !== world && input.KmsKeyId === undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'You must specify a KMS key identifier of the destination Region to copy an encrypted snapshot across Regions.',
      );
    usableSourceKey(there, original.snapshot.KmsKeyId);
    const state = keep(world, original.copy, {
      name,
      tags: input.CopyTags ? original.snapshot.TagList : (input.Tags ?? []),
      KmsKeyId: usableKey(world, input.KmsKeyId ?? original.snapshot.KmsKeyId),
      span: there === world ? 'snapshotCopy' : 'snapshotCopyFromOtherRegion',
      source: original.snapshot.DBClusterSnapshotArn,
    });
    return { DBClusterSnapshot: shownSnapshot(world, state) };
  },

  DeleteDBClusterSnapshot(world, { DBClusterSnapshotIdentifier }) {
    const state = mustBeAvailable(world, knownSnapshot(world, DBClusterSnapshotIdentifier));
    if (!world.rds.snapshots.includes(state))
      throw new AwsFault('InvalidDBClusterSnapshotStateFault', 'Only manual snapshots may be deleted.');
    world.rds.snapshots = world.rds.snapshots.filter((other) => other !== state);
    return { DBClusterSnapshot: { ...shownSnapshot(world, state), Status: 'deleted' } };
  },

  RestoreDBClusterFromSnapshot(world, input) {
    const state = mustBeAvailable(world, knownSnapshot(world, input.SnapshotIdentifier));
    usableSourceKey(world, state.snapshot.KmsKeyId);
    const restored = beginRestore(
      world,
      state.copy,
      { ...input, DBClusterIdentifier: input.DBClusterIdentifier ?? '' },
      'restore',
    );
    return { DBCluster: shownCluster(world, restored) };
  },

  RestoreDBClusterToPointInTime(world, input) {
    const source = knownCluster(world, input.SourceDBClusterIdentifier);
    const at = restoreTime(world, source, input.RestoreToTime, input.UseLatestRestorableTime ?? false);
    usableSourceKey(world, source.cluster.KmsKeyId);
    const restored = beginRestore(
      world,
      copyAt(world, source, at),
      { ...input, DBClusterIdentifier: input.DBClusterIdentifier ?? '' },
      'pointInTimeRestore',
    );
    return { DBCluster: shownCluster(world, restored) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

/** Codes: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterToPointInTime.html; texts: choice. */
function restoreTime(world: World, source: ClusterState, at: Date | undefined, useLatest: boolean): Date {
  const latest = latestRestorableTime(world, source);
  if (useLatest && at !== undefined)
    throw new AwsFault(
      'InvalidParameterCombination',
      'RestoreToTime and UseLatestRestorableTime cannot be specified together.',
    );
  if (useLatest) return latest;
  if (at === undefined)
    throw new AwsFault(
      'InvalidParameterCombination',
      'Either RestoreToTime or UseLatestRestorableTime must be specified.',
    );
  const earliest = earliestRestorableTime(world, source);
  if (source.cluster.Status === 'creating' || at < earliest || at > latest)
    throw new AwsFault(
      'InvalidRestoreFault',
      `The DB cluster ${source.cluster.DBClusterIdentifier} can be restored to times from ${earliest.toISOString()} to ${latest.toISOString()}, not to ${at.toISOString()}.`,
    );
  return at;
}
