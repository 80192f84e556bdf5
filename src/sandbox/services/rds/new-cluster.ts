import type { Tag } from '@aws-sdk/client-rds';
import { drawBetween, drawHex } from '../../random.ts';
import type { Sealed } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { parameterGroupFamily } from './engine-versions.ts';
import { arnOf, findCluster, knownClusterParameterGroup, knownSubnetGroup, newIdentifier } from './find.ts';
import { mustHaveRoom } from './quotas.ts';
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
  mustHaveRoom(world, 'DBClusters', 'DBClusterQuotaExceededFault', 'DB clusters');
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
      ...hostedZone(world),
      MasterUsername: settings.MasterUsername,
      ...(settings.DatabaseName !== undefined && { DatabaseName: settings.DatabaseName }),
      DBSubnetGroup: group.DBSubnetGroupName,
      DBClusterParameterGroup: parameterGroup.toLowerCase(),
      VpcSecurityGroups: securityGroups(world, group.VpcId, settings.VpcSecurityGroupIds).map((id) => ({
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

/** Without a word about groups it is the VPC's default one: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-restore-snapshot.html */
const securityGroups = ({ ec2 }: World, vpc: string, given: readonly string[] = []): readonly string[] =>
  given.length > 0
    ? given
    : ec2.securityGroups
        .filter(({ GroupName, VpcId }) => GroupName === 'default' && VpcId === vpc)
        .map(({ GroupId }) => GroupId);

/** The zones of Route 53 that hold the endpoints: observed in what DescribeDBInstances shows in these Regions. */
const hostedZones: Readonly<Record<string, string>> = {
  'eu-central-1': 'Z1RLNUO7B9Q6NB',
  'eu-west-1': 'Z29XKXDKYMONMX',
  'us-east-1': 'Z2R2ITUGPM61AM',
  'us-east-2': 'Z2XHWR1WZ565X2',
  'us-west-2': 'Z1PVIF0B656C1W',
};

export function hostedZone({ region }: World): { HostedZoneId?: string } {
  const HostedZoneId = hostedZones[region];
  return HostedZoneId === undefined ? {} : { HostedZoneId };
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
