import type {
  DBCluster,
  DBClusterParameterGroup,
  DBClusterSnapshot,
  DBInstance,
  DBParameterGroup,
  DBSubnetGroup,
  Event,
  ResourcePendingMaintenanceActions,
} from '@aws-sdk/client-rds';
import type { Known } from '../../known.ts';
import type { Sealed } from '../../sealed.ts';
import { defaultTimings, type Timings } from './timings.ts';

/** What lies in a cluster's volume, as far as anybody can tell from outside. */
export interface ClusterData {
  /** These as of `asOf`; they grow from there while there is a writer. */
  rows: number;
  bytes: number;
  newestRow: Date;
  asOf: Date;
  isGrowing: boolean;
  /** While it grows. */
  rowsPerSecond: number;
  readonly bytesPerRow: number;
  /** Marks that somebody wrote to recognise this data by. */
  beacons: Beacon[];
}

export interface Beacon {
  readonly id: string;
  readonly at: Date;
}

/** Everything that a snapshot holds: data, and the settings that a restore takes over. */
export interface ClusterCopy {
  /** ARN of the cluster. */
  readonly of: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly rows: number;
  readonly newestRow: Date;
  readonly bytesPerRow: number;
  readonly beacons: readonly Beacon[];
  readonly engine: string;
  readonly engineVersion: string;
  readonly kmsKeyId: string;
  readonly port: number;
  readonly masterUsername: string;
  readonly databaseName: string | undefined;
  readonly users: Readonly<Record<string, Sealed>>;
  readonly clusterCreatedAt: Date;
  readonly resourceId: string;
  readonly vpcId: string;
  readonly availabilityZones: readonly string[];
  readonly backupRetentionPeriod: number;
  readonly backupWindow: string;
}

export interface InstanceState {
  /** Role, endpoint's address and tier are shown from here; what the cluster decides is shown from the cluster. */
  instance: Known<
    DBInstance,
    | 'DBInstanceIdentifier'
    | 'DBInstanceArn'
    | 'DBInstanceClass'
    | 'DBInstanceStatus'
    | 'DbiResourceId'
    | 'AvailabilityZone'
    | 'PromotionTier'
    | 'InstanceCreateTime'
    | 'PreferredMaintenanceWindow'
    | 'TagList'
  >;
  /** Its server process does not run: it is being made, restarts, or is stopped. */
  isDown: boolean;
}

export interface Failover {
  from: string | undefined;
  to: string;
  readonly startedAt: Date;
}

export interface ClusterState {
  cluster: Known<
    DBCluster,
    | 'DBClusterIdentifier'
    | 'DBClusterArn'
    | 'DbClusterResourceId'
    | 'Status'
    | 'Engine'
    | 'EngineVersion'
    | 'Port'
    | 'Endpoint'
    | 'ReaderEndpoint'
    | 'MasterUsername'
    | 'DBSubnetGroup'
    | 'DBClusterParameterGroup'
    | 'KmsKeyId'
    | 'BackupRetentionPeriod'
    | 'PreferredBackupWindow'
    | 'PreferredMaintenanceWindow'
    | 'ClusterCreateTime'
    | 'AvailabilityZones'
    | 'TagList'
  >;
  instances: InstanceState[];
  writer: string | undefined;
  /** Where the cluster endpoint's DNS record leads, and where it will from some moment on. */
  endpoint: { leadsTo: string | undefined; next: { leadsTo: string; from: Date } | undefined };
  failover: Failover | undefined;
  /** Passwords by user. */
  users: Record<string, Sealed>;
  data: ClusterData;
  /** From when on there is a continuous backup. */
  backedUpFrom: Date;
  stoppedAt: Date | undefined;
}

/** An instance without a cluster, as DescribeDBInstances shows it, but for its restorable time. */
export type SingleInstance = Known<
  DBInstance,
  | 'DBInstanceIdentifier'
  | 'DBInstanceArn'
  | 'DBInstanceStatus'
  | 'DbiResourceId'
  | 'Engine'
  | 'EngineVersion'
  | 'AllocatedStorage'
  | 'InstanceCreateTime'
  | 'KmsKeyId'
  | 'BackupRetentionPeriod'
  | 'PreferredBackupWindow'
  | 'TagList'
>;

/** What a snapshot of an instance without a cluster holds. */
export interface SingleCopy {
  /** ARN of the instance. */
  readonly of: string;
  readonly takenAt: Date;
  readonly bytes: number;
  readonly kmsKeyId: string;
  readonly engine: string;
  readonly engineVersion: string;
}

export interface SnapshotState {
  snapshot: Known<
    DBClusterSnapshot,
    'DBClusterSnapshotIdentifier' | 'DBClusterSnapshotArn' | 'DBClusterIdentifier' | 'KmsKeyId' | 'TagList'
  >;
  readonly begunAt: Date;
  readonly availableAt: Date;
  readonly copy: ClusterCopy;
}

export interface SubnetGroupState {
  group: Known<DBSubnetGroup, 'DBSubnetGroupName' | 'DBSubnetGroupArn' | 'Subnets' | 'VpcId'>;
  tags: Record<string, string>;
}

export interface ClusterParameterGroupState {
  group: Known<
    DBClusterParameterGroup,
    'DBClusterParameterGroupName' | 'DBClusterParameterGroupArn' | 'DBParameterGroupFamily'
  >;
  /** Parameters that differ from the engine's defaults. */
  parameters: Record<string, string>;
  tags: Record<string, string>;
}

/** What the service holds in one Region. */
export interface RdsState {
  /** The part of every host name that stands for account and Region; drawn with the first cluster. */
  hostId: string | undefined;
  clusters: ClusterState[];
  /** Instances that belong to no cluster. */
  singles: SingleInstance[];
  /** Manual ones. The automated ones follow from the time. */
  snapshots: SnapshotState[];
  subnetGroups: SubnetGroupState[];
  clusterParameterGroups: ClusterParameterGroupState[];
  parameterGroups: Known<DBParameterGroup, 'DBParameterGroupName'>[];
  pendingMaintenance: ResourcePendingMaintenanceActions[];
  /** In the order of their dates; those of a process under way lie in the future and do not show yet. */
  events: Known<Event, 'Date' | 'Message' | 'SourceIdentifier' | 'SourceType'>[];
  timings: Timings;
}

export type RdsEvent =
  | { readonly kind: 'database-failover-begins'; readonly cluster: string }
  | { readonly kind: 'database-writer-promoted'; readonly cluster: string }
  | { readonly kind: 'database-failover-ends'; readonly cluster: string }
  /** `demoted`: it was the writer and comes back as a reader. */
  | { readonly kind: 'database-instance-restarted'; readonly dbInstance: string; readonly demoted: boolean }
  | { readonly kind: 'database-instance-stage'; readonly dbInstance: string; readonly status: string }
  | { readonly kind: 'database-instance-created'; readonly dbInstance: string }
  | { readonly kind: 'database-instance-modified'; readonly dbInstance: string }
  | { readonly kind: 'database-instance-window'; readonly dbInstance: string }
  | { readonly kind: 'database-instance-deleted'; readonly dbInstance: string }
  | { readonly kind: 'database-cluster-created'; readonly cluster: string }
  | { readonly kind: 'database-cluster-window'; readonly cluster: string }
  | { readonly kind: 'database-cluster-upgraded'; readonly cluster: string; readonly version: string }
  | { readonly kind: 'database-credentials-reset'; readonly cluster: string; readonly password: Sealed }
  | { readonly kind: 'database-cluster-stopped'; readonly cluster: string }
  | { readonly kind: 'database-cluster-started'; readonly cluster: string }
  | { readonly kind: 'database-cluster-restarts-by-itself'; readonly cluster: string }
  | { readonly kind: 'database-cluster-deleted'; readonly cluster: string };

export const emptyRds = (): RdsState => ({
  hostId: undefined,
  clusters: [],
  singles: [],
  snapshots: [],
  subnetGroups: [],
  clusterParameterGroups: [],
  parameterGroups: [],
  pendingMaintenance: [],
  events: [],
  timings: defaultTimings(),
});
