import type { Tag } from '@aws-sdk/client-rds';
import { drawBetween, drawHex } from '../../random.ts';
import type { Sealed } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { parameterGroupFamily } from './engine-versions.ts';
import { arnOf, findCluster, knownClusterParameterGroup, knownSubnetGroup, newIdentifier } from './find.ts';
import type { ClusterData, ClusterState } from './state.ts';

export interface NewClusterSettings {
  readonly DBClusterIdentifier: string;
  readonly EngineVersion: string;
  readonly Port: number;
  readonly KmsKeyId: string;
  readonly MasterUsername: string;
  readonly DatabaseName: string | undefined;
  readonly BackupRetentionPeriod: number;
  readonly PreferredBackupWindow: string;
  readonly PreferredMaintenanceWindow?: string | undefined;
  readonly DBSubnetGroupName?: string | undefined;
  readonly VpcSecurityGroupIds?: readonly string[] | undefined;
  readonly DBClusterParameterGroupName?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly DeletionProtection?: boolean | undefined;
  readonly CopyTagsToSnapshot?: boolean | undefined;
}

type NewData = Pick<ClusterData, 'rows' | 'bytes' | 'newestRow' | 'bytesPerRow' | 'beacons'>;

/** A cluster that is `creating`. Who calls this schedules when it is done. */
export function newCluster(
  world: World,
  settings: NewClusterSettings,
  data: NewData,
  users: Record<string, Sealed>,
): ClusterState {
  const name = newIdentifier(settings.DBClusterIdentifier, 'DBClusterIdentifier');
  if (findCluster(world, name) !== undefined)
    throw new AwsFault('DBClusterAlreadyExistsFault', 'DB Cluster already exists');
  const { group } = knownSubnetGroup(world, settings.DBSubnetGroupName);
  const parameterGroup = settings.DBClusterParameterGroupName ?? `default.${parameterGroupFamily}`;
  if (!parameterGroup.startsWith('default.')) knownClusterParameterGroup(world, parameterGroup);
  const host = hostSuffix(world);
  const state: ClusterState = {
    cluster: {
      DBClusterIdentifier: name,
      DBClusterArn: arnOf(world, 'cluster', name),
      DbClusterResourceId: `cluster-${resourceId(world)}`,
      Status: 'creating',
      Engine: 'aurora-mysql',
      EngineVersion: settings.EngineVersion,
      EngineMode: 'provisioned',
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      Port: settings.Port,
      Endpoint: `${name}.cluster-${host}`,
      ReaderEndpoint: `${name}.cluster-ro-${host}`,
      HostedZoneId: 'Z2R2ITUGPM61AM',
      MasterUsername: settings.MasterUsername,
      ...(settings.DatabaseName !== undefined && { DatabaseName: settings.DatabaseName }),
      DBSubnetGroup: group.DBSubnetGroupName,
      DBClusterParameterGroup: parameterGroup.toLowerCase(),
      VpcSecurityGroups: (settings.VpcSecurityGroupIds ?? []).map((id) => ({
        VpcSecurityGroupId: id,
        Status: 'active',
      })),
      AvailabilityZones: [
        ...new Set(group.Subnets.map(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name ?? '')),
      ].slice(0, 3),
      StorageEncrypted: true,
      StorageEncryptionType: 'sse-kms',
      KmsKeyId: settings.KmsKeyId,
      AllocatedStorage: 1,
      BackupRetentionPeriod: settings.BackupRetentionPeriod,
      PreferredBackupWindow: settings.PreferredBackupWindow,
      PreferredMaintenanceWindow: settings.PreferredMaintenanceWindow ?? 'sun:06:30-sun:07:00',
      ClusterCreateTime: world.now,
      IAMDatabaseAuthenticationEnabled: false,
      DeletionProtection: settings.DeletionProtection ?? false,
      CopyTagsToSnapshot: settings.CopyTagsToSnapshot ?? false,
      TagList: [...(settings.Tags ?? [])],
    },
    instances: [],
    writer: undefined,
    endpoint: { leadsTo: undefined, next: undefined },
    failover: undefined,
    users,
    data: { ...data, asOf: world.now, isGrowing: false, rowsPerSecond: 0 },
    backedUpFrom: world.now,
    stoppedAt: undefined,
  };
  world.rds.clusters.push(state);
  return state;
}

/** All host names of an account end alike in a Region. */
export function hostSuffix(world: World): string {
  world.rds.hostId ??= `c${drawHex(world, 11)}`;
  return `${world.rds.hostId}.${world.region}.rds.amazonaws.com`;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 26 letters and digits, as in `cluster-ABCD...` and `db-ABCD...`. */
export const resourceId = (world: World): string =>
  Array.from({ length: 26 }, () => letters[drawBetween(world, 0, letters.length - 1)]).join('');
