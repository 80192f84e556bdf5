import type { DBClusterEndpoint } from '@aws-sdk/client-rds';
import { minutes } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { automatedBackup } from './automated-backups.ts';
import { shownCluster, shownInstance } from './cluster-view.ts';
import { engine, engineVersions } from './engine-versions.ts';
import { eventOf, keptFor } from './event-log.ts';
import { knownCluster, knownInstance, type Membership } from './find.ts';
import { instanceClasses } from './instance-classes.ts';
import { filtered, paged } from './listing.ts';
import { findSingle, shownSingle, singleFilters } from './single-instances.ts';
import { allSnapshots, knownSnapshot, shownSnapshot } from './snapshots.ts';
import type { ClusterState, SnapshotState } from './state.ts';

export const describing = {
  DescribeDBClusters(world, input) {
    const { clusters } = world.rds;
    const asked = input.DBClusterIdentifier;
    const found = asked === undefined ? clusters : [knownCluster(world, asked)];
    const page = paged(filtered(found, input.Filters, clusterFilters), input);
    return { DBClusters: page.items.map((state) => shownCluster(world, state)), Marker: page.next };
  },

  DescribeDBInstances(world, input) {
    const asked = input.DBInstanceIdentifier;
    const single = asked === undefined ? undefined : findSingle(world, asked);
    const members =
      asked === undefined ? allInstances(world) : single === undefined ? [knownInstance(world, asked)] : [];
    const singles = asked === undefined ? world.rds.singles : single === undefined ? [] : [single];
    const shown = [
      ...filtered(members, input.Filters, instanceFilters).map(({ cluster, member }) =>
        shownInstance(world, cluster, member),
      ),
      ...filtered(singles, input.Filters, singleFilters).map((instance) => shownSingle(world, instance)),
    ];
    const page = paged(shown, input);
    return { DBInstances: page.items, Marker: page.next };
  },

  DescribeDBClusterEndpoints(world, input) {
    const asked = input.DBClusterIdentifier;
    const clusters = asked === undefined ? world.rds.clusters : [knownCluster(world, asked)];
    const page = paged(filtered(clusters.flatMap(endpointsOf), input.Filters, endpointFilters), input);
    return { DBClusterEndpoints: page.items, Marker: page.next };
  },

  /** An hour back, unless it is told otherwise; two weeks at most. */
  DescribeEvents(world, input) {
    if (input.SourceIdentifier !== undefined && input.SourceType === undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'The parameter SourceType must be provided if the parameter SourceIdentifier is provided.',
      );
    const end = input.EndTime ?? world.now;
    const begin = input.StartTime ?? later(end, -minutes(input.Duration ?? 60));
    const oldest = later(world.now, -keptFor);
    const found = [...world.rds.events, ...automatedBackupEvents(world)]
      .filter(
        (event) =>
          event.Date <= world.now &&
          event.Date >= oldest &&
          event.Date >= begin &&
          event.Date <= end &&
          (input.SourceType === undefined || event.SourceType === input.SourceType) &&
          (input.SourceIdentifier === undefined ||
            event.SourceIdentifier === input.SourceIdentifier.toLowerCase()) &&
          (input.EventCategories === undefined ||
            input.EventCategories.length === 0 ||
            (event.EventCategories ?? []).some((category) => input.EventCategories?.includes(category))),
      )
      .toSorted((one, other) => one.Date.getTime() - other.Date.getTime());
    const page = paged(found, input);
    return { Events: page.items, Marker: page.next };
  },

  DescribePendingMaintenanceActions(world, input) {
    const all = world.rds.pendingMaintenance.filter(
      ({ ResourceIdentifier }) =>
        input.ResourceIdentifier === undefined || ResourceIdentifier === input.ResourceIdentifier,
    );
    const page = paged(filtered(all, input.Filters, maintenanceFilters), input);
    return { PendingMaintenanceActions: page.items, Marker: page.next };
  },

  DescribeDBClusterSnapshots(world, input) {
    const { DBClusterSnapshotIdentifier: name, DBClusterIdentifier, SnapshotType } = input;
    const all = name === undefined ? allSnapshots(world) : [knownSnapshot(world, name)];
    const found = all.filter(
      ({ snapshot }) =>
        (DBClusterIdentifier === undefined ||
          snapshot.DBClusterIdentifier === DBClusterIdentifier.toLowerCase() ||
          DBClusterIdentifier.endsWith(`:cluster:${snapshot.DBClusterIdentifier}`)) &&
        (SnapshotType === undefined || typeOf(snapshot) === SnapshotType),
    );
    const page = paged(filtered(found, input.Filters, snapshotFilters), input);
    return { DBClusterSnapshots: page.items.map((state) => shownSnapshot(world, state)), Marker: page.next };
  },

  DescribeDBClusterSnapshotAttributes(world, { DBClusterSnapshotIdentifier }) {
    const { snapshot } = knownSnapshot(world, DBClusterSnapshotIdentifier);
    return {
      DBClusterSnapshotAttributesResult: {
        DBClusterSnapshotIdentifier: snapshot.DBClusterSnapshotIdentifier,
        DBClusterSnapshotAttributes: [{ AttributeName: 'restore', AttributeValues: [] }],
      },
    };
  },

  DescribeDBClusterAutomatedBackups(world, input) {
    const all = world.rds.clusters.filter(
      ({ cluster }) =>
        cluster.Status !== 'creating' &&
        (input.DBClusterIdentifier === undefined ||
          cluster.DBClusterIdentifier === input.DBClusterIdentifier.toLowerCase()) &&
        (input.DbClusterResourceId === undefined ||
          cluster.DbClusterResourceId === input.DbClusterResourceId),
    );
    const page = paged(filtered(all, input.Filters, clusterFilters), input);
    return {
      DBClusterAutomatedBackups: page.items.map((state) => automatedBackup(world, state)),
      Marker: page.next,
    };
  },

  DescribeDBEngineVersions(_world, input) {
    const found = engineVersions.filter(
      (version) =>
        (input.Engine ?? engine) === engine &&
        (input.EngineVersion === undefined || version.EngineVersion === input.EngineVersion) &&
        (input.DBParameterGroupFamily === undefined ||
          version.DBParameterGroupFamily === input.DBParameterGroupFamily),
    );
    const page = paged(input.DefaultOnly ? found.slice(-1) : found, input);
    return { DBEngineVersions: page.items, Marker: page.next };
  },

  DescribeOrderableDBInstanceOptions(world, input) {
    const zones = [...new Set(world.ec2.subnets.map(({ AvailabilityZone }) => AvailabilityZone))];
    const versions = engineVersions.filter(
      ({ EngineVersion }) => input.EngineVersion === undefined || EngineVersion === input.EngineVersion,
    );
    const options = (input.Engine === engine ? versions : []).flatMap(({ EngineVersion }) =>
      instanceClasses
        .filter(({ name }) => input.DBInstanceClass === undefined || name === input.DBInstanceClass)
        .map(({ name }) => ({
          Engine: engine,
          EngineVersion,
          DBInstanceClass: name,
          LicenseModel: 'general-public-license',
          AvailabilityZones: zones.map((Name) => ({ Name })),
          MultiAZCapable: false,
          ReadReplicaCapable: false,
          Vpc: true,
          SupportsStorageEncryption: true,
          StorageType: 'aurora',
          SupportsIops: false,
          SupportsEnhancedMonitoring: true,
          SupportsIAMDatabaseAuthentication: true,
          SupportsPerformanceInsights: true,
          SupportedEngineModes: ['provisioned'],
          SupportsGlobalDatabases: true,
          SupportsClusters: true,
          SupportedNetworkTypes: ['IPV4'],
        })),
    );
    const page = paged(options, input);
    return { OrderableDBInstanceOptions: page.items, Marker: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

const allInstances = (world: World): Membership[] =>
  world.rds.clusters.flatMap((cluster) => cluster.instances.map((member) => ({ cluster, member })));

const clusterFilters = {
  'db-cluster-id': ({ cluster }: ClusterState) => [cluster.DBClusterIdentifier, cluster.DBClusterArn],
  'db-cluster-resource-id': ({ cluster }: ClusterState) => [cluster.DbClusterResourceId],
  engine: ({ cluster }: ClusterState) => [cluster.Engine],
};

const instanceFilters = {
  'db-cluster-id': ({ cluster }: Membership) => clusterFilters['db-cluster-id'](cluster),
  'db-instance-id': ({ member: { instance } }: Membership) => [
    instance.DBInstanceIdentifier,
    instance.DBInstanceArn,
  ],
  'dbi-resource-id': ({ member }: Membership) => [member.instance.DbiResourceId],
  engine: ({ cluster }: Membership) => [cluster.cluster.Engine],
};

const endpointFilters = {
  'db-cluster-endpoint-type': ({ EndpointType = '' }: DBClusterEndpoint) => [EndpointType.toLowerCase()],
  'db-cluster-endpoint-status': ({ Status = '' }: DBClusterEndpoint) => [Status],
};

const maintenanceFilters = {
  'db-cluster-id': ({ ResourceIdentifier = '' }) => namesIn(ResourceIdentifier, ':cluster:'),
  'db-instance-id': ({ ResourceIdentifier = '' }) => namesIn(ResourceIdentifier, ':db:'),
};

const namesIn = (arn: string, type: string): string[] =>
  arn.includes(type) ? [arn, arn.split(type)[1] ?? ''] : [];

const typeOf = ({ SnapshotType = 'manual' }: SnapshotState['snapshot']): string => SnapshotType;

const snapshotFilters = {
  'db-cluster-id': ({ snapshot, copy }: SnapshotState) => [snapshot.DBClusterIdentifier, copy.of],
  'db-cluster-snapshot-id': ({ snapshot }: SnapshotState) => [snapshot.DBClusterSnapshotIdentifier],
  'snapshot-type': ({ snapshot }: SnapshotState) => [typeOf(snapshot)],
  engine: ({ copy }: SnapshotState) => [copy.engine],
};

const endpointsOf = ({ cluster }: ClusterState): DBClusterEndpoint[] => [
  {
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    Endpoint: cluster.Endpoint,
    Status: cluster.Status === 'creating' ? 'creating' : 'available',
    EndpointType: 'WRITER',
  },
  {
    DBClusterIdentifier: cluster.DBClusterIdentifier,
    Endpoint: cluster.ReaderEndpoint,
    Status: cluster.Status === 'creating' ? 'creating' : 'available',
    EndpointType: 'READER',
  },
];

const automatedBackupEvents = (world: World) =>
  allSnapshots(world)
    .filter(({ snapshot }) => typeOf(snapshot) === 'automated')
    .flatMap(({ snapshot, begunAt, availableAt }) => {
      const name = snapshot.DBClusterSnapshotIdentifier;
      const source = 'db-cluster-snapshot';
      return [
        eventOf(world, source, name, 'backup', 'Creating automated cluster snapshot', begunAt),
        eventOf(world, source, name, 'backup', 'Automated cluster snapshot created', availableAt),
      ];
    });
