import type { World } from '../../world.ts';
import { bytesAt, newestRow, rowsAt } from './data.ts';
import type { ClusterCopy, ClusterState } from './state.ts';

/** The cluster as it was at a time that its backup covers. */
export function copyAt(world: World, state: ClusterState, at: Date): ClusterCopy {
  const { cluster, data } = state;
  return {
    of: cluster.DBClusterArn,
    takenAt: at,
    bytes: bytesAt(world, state, at),
    rows: rowsAt(world, state, at),
    newestRow: newestRow(world, state, at),
    bytesPerRow: data.bytesPerRow,
    beacons: data.beacons.filter((beacon) => beacon.at <= at),
    engine: cluster.Engine,
    engineVersion: cluster.EngineVersion,
    kmsKeyId: cluster.KmsKeyId,
    port: cluster.Port,
    masterUsername: cluster.MasterUsername,
    databaseName: cluster.DatabaseName,
    users: { ...state.users },
    clusterCreatedAt: cluster.ClusterCreateTime,
    resourceId: cluster.DbClusterResourceId,
    vpcId: vpcOf(world, cluster.DBSubnetGroup),
    availabilityZones: [...cluster.AvailabilityZones],
    backupRetentionPeriod: cluster.BackupRetentionPeriod,
    backupWindow: cluster.PreferredBackupWindow,
  };
}

const vpcOf = (world: World, subnetGroup: string): string =>
  world.rds.subnetGroups.find(({ group }) => group.DBSubnetGroupName === subnetGroup)?.group.VpcId ?? '';
