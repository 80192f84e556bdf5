import { hours } from '../../duration.ts';
import { later } from '../schedule.ts';
import { type Sealed, seal } from '../sealed.ts';
import { defaultVersion, parameterGroupFamily } from '../services/rds/engine-versions.ts';
import { groupSubnet } from '../services/rds/groups.ts';
import {
  type ClusterParameterGroupState,
  type ClusterState,
  emptyRds,
  type InstanceState,
  type RdsState,
  type SubnetGroupState,
} from '../services/rds/state.ts';
import { secretUnder } from '../services/secrets-manager/current-secret.ts';
import type { World } from '../world.ts';
import {
  account,
  keys,
  database as names,
  recovery,
  recoveryRegion,
  region,
  secrets,
  securityGroups,
  subnetIds,
  tag,
  vpc,
  zones,
} from './names.ts';

const created = new Date('2025-06-11T09:12:37.481Z');
const tags = [tag('Project', 'morpheus'), tag('Environment', 'prod'), tag('Component', 'database')];
const tagRecord = { Project: 'morpheus', Environment: 'prod', Component: 'database' };

const arn = (type: string, name: string, where: string = region) =>
  `arn:aws:rds:${where}:${account}:${type}:${name}`;

const gibibytes = (count: number) => count * 1024 ** 3;

/** The Aurora cluster with its writer and its reader. */
export function database(world: World): RdsState {
  return {
    ...emptyRds(),
    hostId: names.hostSuffix.split('.')[0],
    clusters: [cluster(world)],
    subnetGroups: [subnetGroup(names.subnetGroup, region, vpc, subnetIds, zones)],
    ...parameterGroups(region),
    pendingMaintenance: [
      {
        ResourceIdentifier: names.clusterArn,
        PendingMaintenanceActionDetails: [
          { Action: 'system-update', Description: 'New Operating System update is available' },
        ],
      },
    ],
  };
}

/** What a restore in the recovery Region needs: where its instances go, and with which parameters. */
export const recoveryDatabase = (_world: World): RdsState => ({
  ...emptyRds(),
  hostId: 'c4hd8m2x7v5t',
  subnetGroups: [
    subnetGroup(recovery.subnetGroup, recoveryRegion, recovery.vpc, recovery.subnetIds, recovery.zones),
  ],
  ...parameterGroups(recoveryRegion),
});

function cluster(world: World): ClusterState {
  return {
    cluster: {
      DBClusterIdentifier: names.cluster,
      DBClusterArn: names.clusterArn,
      DbClusterResourceId: names.resourceId,
      Status: 'available',
      Engine: 'aurora-mysql',
      EngineVersion: defaultVersion,
      EngineMode: 'provisioned',
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      DatabaseName: 'morpheus',
      Port: 3306,
      Endpoint: names.host,
      ReaderEndpoint: names.readerHost,
      HostedZoneId: 'Z2R2ITUGPM61AM',
      MasterUsername: names.masterUser,
      DBSubnetGroup: names.subnetGroup,
      DBClusterParameterGroup: names.parameterGroup,
      VpcSecurityGroups: [{ VpcSecurityGroupId: securityGroups.database, Status: 'active' }],
      AvailabilityZones: [...zones],
      StorageEncrypted: true,
      StorageEncryptionType: 'sse-kms',
      KmsKeyId: keys.database,
      AllocatedStorage: 1,
      BackupRetentionPeriod: 7,
      PreferredBackupWindow: '03:00-04:00',
      PreferredMaintenanceWindow: 'sun:04:30-sun:05:30',
      ClusterCreateTime: created,
      IAMDatabaseAuthenticationEnabled: false,
      DeletionProtection: true,
      CopyTagsToSnapshot: true,
      EnabledCloudwatchLogsExports: ['audit', 'error', 'slowquery'],
      TagList: [tag('Name', names.cluster), ...tags],
    },
    instances: names.instances.map((name, index) => instance(name, index)),
    writer: names.instances[0],
    endpoint: { leadsTo: names.instances[0], next: undefined },
    failover: undefined,
    users: users(world),
    data: {
      rows: 184_220_417,
      bytes: gibibytes(212),
      newestRow: world.now,
      asOf: world.now,
      isGrowing: true,
      rowsPerSecond: 6,
      bytesPerRow: 420,
      beacons: [],
    },
    // Longer ago than anything that is kept.
    backedUpFrom: later(created, hours(1)),
    stoppedAt: undefined,
  };
}

const instanceIds = ['db-Q7ZB4XK2M5NTC3PHYJ6WLGAVRE', 'db-T3VN6YKD2RHX5QMPBZ7CJWLGAE'];

const instance = (name: string, index: number): InstanceState => ({
  instance: {
    DBInstanceIdentifier: name,
    DBInstanceArn: arn('db', name),
    DbiResourceId: instanceIds[index] ?? '',
    DBInstanceClass: 'db.r5.xlarge',
    DBInstanceStatus: 'available',
    InstanceCreateTime: later(created, (index + 1) * 412_000),
    AvailabilityZone: zones[index] ?? '',
    Endpoint: {
      Address: `${name}.${names.hostSuffix}.rds.amazonaws.com`,
      Port: 3306,
      HostedZoneId: 'Z2R2ITUGPM61AM',
    },
    PromotionTier: index + 1,
    PreferredMaintenanceWindow: `sun:0${5 + index}:30-sun:0${6 + index}:00`,
    DBParameterGroups: [{ DBParameterGroupName: names.parameterGroup, ParameterApplyStatus: 'in-sync' }],
    PendingModifiedValues: {},
    AutoMinorVersionUpgrade: false,
    PubliclyAccessible: false,
    CopyTagsToSnapshot: true,
    MonitoringInterval: 60,
    MonitoringRoleArn: `arn:aws:iam::${account}:role/morpheus-prod-rds-monitoring`,
    PerformanceInsightsEnabled: true,
    PerformanceInsightsKMSKeyId: keys.database,
    PerformanceInsightsRetentionPeriod: 7,
    DatabaseInsightsMode: 'standard',
    EnabledCloudwatchLogsExports: ['audit', 'error', 'slowquery'],
    TagList: [tag('Name', name), ...tags],
  },
  isDown: false,
});

/** The logins that the secrets hold. */
const users = (world: World): Record<string, Sealed> => ({
  [names.masterUser]: passwordIn(world, secrets.databaseMaster.name),
  [names.applicationUser]: passwordIn(world, secrets.database.name),
});

function passwordIn(world: World, secret: string): Sealed {
  const { password } = JSON.parse(secretUnder(world, secret)?.text ?? '{}') as { password?: string };
  if (password === undefined) throw new TypeError(`The secret ${secret} has no password yet`);
  return seal(world, password);
}

const subnetGroup = (
  name: string,
  where: string,
  VpcId: string,
  ids: readonly string[],
  zonesOfIds: readonly string[],
): SubnetGroupState => ({
  group: {
    DBSubnetGroupName: name,
    DBSubnetGroupArn: arn('subgrp', name, where),
    DBSubnetGroupDescription: 'Private subnets of the Morpheus database',
    VpcId,
    SubnetGroupStatus: 'Complete',
    Subnets: ids.map((id, index) => groupSubnet(id, zonesOfIds[index] ?? '')),
    SupportedNetworkTypes: ['IPV4'],
  },
  tags: tagRecord,
});

const parameterGroups = (where: string): Pick<RdsState, 'clusterParameterGroups' | 'parameterGroups'> => ({
  clusterParameterGroups: [
    clusterParameterGroup(
      where,
      `default.${parameterGroupFamily}`,
      'Default cluster parameter group for aurora-mysql8.0',
      {},
    ),
    clusterParameterGroup(where, names.parameterGroup, 'Cluster parameters of Morpheus', {
      character_set_server: 'utf8mb4',
      require_secure_transport: 'ON',
      server_audit_logging: '1',
    }),
  ],
  parameterGroups: [
    {
      DBParameterGroupName: names.parameterGroup,
      DBParameterGroupFamily: parameterGroupFamily,
      Description: 'Instance parameters of Morpheus',
      DBParameterGroupArn: arn('pg', names.parameterGroup, where),
    },
  ],
});

const clusterParameterGroup = (
  where: string,
  name: string,
  Description: string,
  parameters: Record<string, string>,
): ClusterParameterGroupState => ({
  group: {
    DBClusterParameterGroupName: name,
    DBClusterParameterGroupArn: arn('cluster-pg', name, where),
    DBParameterGroupFamily: parameterGroupFamily,
    Description,
  },
  parameters,
  tags: name.startsWith('default.') ? {} : tagRecord,
});
