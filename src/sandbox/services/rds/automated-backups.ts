import type { DBClusterAutomatedBackup } from '@aws-sdk/client-rds';
import { hours, minutes } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { copyAt } from './copy-at.ts';
import { arnOf } from './find.ts';
import type { ClusterState, SnapshotState } from './state.ts';
import { backupWindowOn } from './windows.ts';

const days = (count: number) => hours(24 * count);

/** Until then a stopped cluster's backup goes. */
const backedUpUntil = (world: World, { stoppedAt }: ClusterState): Date => stoppedAt ?? world.now;

/** "You can restore to any point within the retention period": https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html */
export function earliestRestorableTime(world: World, state: ClusterState): Date {
  const kept = later(world.now, -days(state.cluster.BackupRetentionPeriod));
  return kept > state.backedUpFrom ? kept : state.backedUpFrom;
}

/** One to five minutes behind, moving on every four: "typically within the last 5 minutes", on the same page. */
export function latestRestorableTime(world: World, state: ClusterState): Date {
  const step = minutes(4);
  const until = backedUpUntil(world, state).getTime() - minutes(1);
  const latest = new Date(Math.floor(until / step) * step);
  return latest > state.backedUpFrom ? latest : state.backedUpFrom;
}

const takes = 100_000;

/** Minutes into the window, the same every day for one cluster. */
const offset = ({ cluster }: ClusterState): number =>
  minutes([...cluster.DbClusterResourceId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 20) +
  11_000;

/** The automated snapshots follow from window, retention and time. */
export function automatedSnapshots(world: World, state: ClusterState): SnapshotState[] {
  const { cluster } = state;
  const earliest = earliestRestorableTime(world, state);
  const until = backedUpUntil(world, state);
  const found: SnapshotState[] = [];
  for (let back = cluster.BackupRetentionPeriod; back >= 0; back -= 1) {
    const begunAt = later(
      backupWindowOn(cluster.PreferredBackupWindow, later(world.now, -days(back))),
      offset(state),
    );
    if (begunAt < earliest || begunAt > until) continue;
    found.push(automatedSnapshot(world, state, begunAt));
  }
  return found;
}

function automatedSnapshot(world: World, state: ClusterState, begunAt: Date): SnapshotState {
  const { cluster } = state;
  const stamp = begunAt.toISOString().slice(0, 16).replace(/[T:]/g, '-');
  const name = `rds:${cluster.DBClusterIdentifier}-${stamp}`;
  return {
    snapshot: {
      DBClusterSnapshotIdentifier: name,
      DBClusterSnapshotArn: arnOf(world, 'cluster-snapshot', name),
      DBClusterIdentifier: cluster.DBClusterIdentifier,
      SnapshotType: 'automated',
      KmsKeyId: cluster.KmsKeyId,
      TagList: [],
    },
    begunAt,
    availableAt: later(begunAt, takes),
    copy: copyAt(world, state, begunAt),
  };
}

export function automatedBackup(world: World, state: ClusterState): DBClusterAutomatedBackup {
  const { cluster } = state;
  return {
    Engine: cluster.Engine,
    EngineVersion: cluster.EngineVersion,
    EngineMode: 'provisioned',
    LicenseModel: 'general-public-license',
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    DBClusterArn: cluster.DBClusterArn,
    DbClusterResourceId: cluster.DbClusterResourceId,
    DBClusterAutomatedBackupsArn: `arn:aws:rds:${world.region}:${world.account}:cluster-auto-backup:ab-${cluster.DbClusterResourceId.slice(8).toLowerCase()}`,
    Region: world.region,
    Status: 'active',
    RestoreWindow: {
      EarliestTime: earliestRestorableTime(world, state),
      LatestTime: latestRestorableTime(world, state),
    },
    MasterUsername: cluster.MasterUsername,
    ClusterCreateTime: cluster.ClusterCreateTime,
    StorageEncrypted: true,
    KmsKeyId: cluster.KmsKeyId,
    AllocatedStorage: 1,
    BackupRetentionPeriod: cluster.BackupRetentionPeriod,
    PreferredBackupWindow: cluster.PreferredBackupWindow,
    AvailabilityZones: cluster.AvailabilityZones,
    Port: cluster.Port,
    IAMDatabaseAuthenticationEnabled: cluster.IAMDatabaseAuthenticationEnabled ?? false,
    StorageType: 'aurora',
  };
}
