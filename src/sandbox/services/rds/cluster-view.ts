import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { World } from '../../world.ts';
import { earliestRestorableTime, latestRestorableTime } from './automated-backups.ts';
import type { ClusterState, InstanceState } from './state.ts';

/** As DescribeDBClusters shows it: members, restorable times and whatever else follows from the rest. */
export function shownCluster(world: World, state: ClusterState): DBCluster {
  const { cluster, instances, writer } = state;
  return {
    ...cluster,
    MultiAZ: new Set(instances.map(({ instance }) => instance.AvailabilityZone)).size > 1,
    DBClusterMembers: instances.map(({ instance }) => ({
      DBInstanceIdentifier: instance.DBInstanceIdentifier,
      IsClusterWriter: instance.DBInstanceIdentifier === writer,
      DBClusterParameterGroupStatus: 'in-sync',
      PromotionTier: instance.PromotionTier,
    })),
    ...(cluster.Status !== 'creating' && {
      EarliestRestorableTime: earliestRestorableTime(world, state),
      LatestRestorableTime: latestRestorableTime(world, state),
    }),
    ReadReplicaIdentifiers: [],
    AssociatedRoles: [],
    DomainMemberships: [],
    CrossAccountClone: false,
    HttpEndpointEnabled: false,
    ActivityStreamStatus: 'stopped',
    NetworkType: 'IPV4',
    AutoMinorVersionUpgrade: false,
    DatabaseInsightsMode: 'standard',
    LocalWriteForwardingStatus: 'disabled',
  };
}

/** As DescribeDBInstances shows it. Everything that belongs to the cluster is read from there. */
export function shownInstance(world: World, { cluster }: ClusterState, member: InstanceState): DBInstance {
  const { instance } = member;
  const group = world.rds.subnetGroups.find(
    (candidate) => candidate.group.DBSubnetGroupName === cluster.DBSubnetGroup,
  );
  return {
    ...instance,
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    Engine: cluster.Engine,
    EngineVersion: cluster.EngineVersion,
    LicenseModel: 'general-public-license',
    MasterUsername: cluster.MasterUsername,
    ...(cluster.DatabaseName !== undefined && { DBName: cluster.DatabaseName }),
    AllocatedStorage: 1,
    StorageType: 'aurora',
    StorageEncrypted: true,
    StorageEncryptionType: 'sse-kms',
    KmsKeyId: cluster.KmsKeyId,
    BackupRetentionPeriod: cluster.BackupRetentionPeriod,
    PreferredBackupWindow: cluster.PreferredBackupWindow,
    DBSecurityGroups: [],
    VpcSecurityGroups: cluster.VpcSecurityGroups ?? [],
    ...(group !== undefined && { DBSubnetGroup: group.group }),
    DbInstancePort: 0,
    MultiAZ: false,
    ReadReplicaDBInstanceIdentifiers: [],
    OptionGroupMemberships: [{ OptionGroupName: 'default:aurora-mysql-8-0', Status: 'in-sync' }],
    DomainMemberships: [],
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    IAMDatabaseAuthenticationEnabled: cluster.IAMDatabaseAuthenticationEnabled ?? false,
    DeletionProtection: false,
    AssociatedRoles: [],
    CustomerOwnedIpEnabled: false,
    BackupTarget: 'region',
    NetworkType: 'IPV4',
  };
}
