import type { DescribeDomainHealthResponse, DomainHealth } from '@aws-sdk/client-opensearch';
import { hours } from '../../../duration.ts';
import { beginOf, inForce } from '../../faults/fault.ts';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { isDoubled, isUnderWay } from './changes.ts';
import { knownDomain } from './known-domain.ts';
import type { Domain } from './state.ts';

const outageOf = (world: World, zone: string) =>
  inForce(world, 'zone-outage').find((fault) => fault.zone === zone);

const isLost = (world: World, zone: string): boolean => outageOf(world, zone) !== undefined;

const hasLeader = ({ nodes }: Domain, isGone: (zone: string) => boolean): boolean =>
  nodes.filter(({ zone }) => !isGone(zone)).length > nodes.length / 2;

/** All data nodes may lead; a leader needs most of them. */
export const hasQuorum = (world: World, domain: Domain): boolean =>
  hasLeader(domain, (zone) => isLost(world, zone));

const snapshotsMissedFor = hours(36);

/** A red domain makes no automated snapshots, and after 36 hours its metric says so. */
export const isWithoutSnapshots = (world: World, domain: Domain): boolean =>
  !hasLeader(domain, (zone) => {
    const outage = outageOf(world, zone);
    const begin = outage && beginOf(world, outage);
    return begin !== undefined && later(begin, snapshotsMissedFor) <= world.now;
  });

const zonesOf = ({ nodes }: Domain): string[] => [...new Set(nodes.map(({ zone }) => zone))];

/** Every index has replicas in other zones: one lost zone leaves replicas unassigned, two leave no leader. */
function healthOf(world: World, domain: Domain): DomainHealth {
  if (!hasQuorum(world, domain)) return 'Red';
  return zonesOf(domain).some((zone) => isLost(world, zone)) ? 'Yellow' : 'Green';
}

/** Shards that stood on nodes of a lost zone. */
function unassignedIn(world: World, { nodes, shards }: Domain, zone: string): number {
  const there = nodes.filter((node) => node.zone === zone).length;
  return isLost(world, zone) ? Math.round((shards * there) / nodes.length) : 0;
}

function health(world: World, domain: Domain): DescribeDomainHealthResponse {
  const { nodes, shards, described } = domain;
  const zones = zonesOf(domain);
  const times = isDoubled(world, domain) ? 2 : 1;
  const cluster = described.ClusterConfig;
  const lost = zones.filter((zone) => isLost(world, zone));
  const unassigned = zones.reduce((sum, zone) => sum + unassignedIn(world, domain, zone), 0);
  return {
    DomainState: isUnderWay(world, domain) ? 'Processing' : 'Active',
    AvailabilityZoneCount: String(zones.length),
    ActiveAvailabilityZoneCount: String(zones.length - lost.length),
    StandByAvailabilityZoneCount: '0',
    DataNodeCount: String(nodes.length * times),
    DedicatedMaster: cluster.DedicatedMasterEnabled ?? false,
    MasterEligibleNodeCount: String(
      cluster.DedicatedMasterEnabled ? cluster.DedicatedMasterCount : nodes.length,
    ),
    WarmNodeCount: String(cluster.WarmEnabled ? (cluster.WarmCount ?? 0) : 0),
    MasterNode: hasQuorum(world, domain) ? 'Available' : 'UnAvailable',
    ClusterHealth: healthOf(world, domain),
    TotalShards: String(shards),
    TotalUnAssignedShards: String(unassigned),
    EnvironmentInformation: [
      {
        AvailabilityZoneInformation: zones.map((zone) => {
          const there = nodes.filter((node) => node.zone === zone).length;
          const gone = isLost(world, zone);
          return {
            AvailabilityZoneName: zone,
            ZoneStatus: gone ? 'NotAvailable' : 'Active',
            ConfiguredDataNodeCount: String(there),
            AvailableDataNodeCount: String(gone ? 0 : there),
            TotalShards: String(Math.round((shards * there) / nodes.length)),
            TotalUnAssignedShards: String(unassignedIn(world, domain, zone)),
          };
        }),
      },
    ],
  };
}

const none: DescribeDomainHealthResponse = {
  DomainState: 'NotAvailable',
  ClusterHealth: 'NotAvailable',
  MasterNode: 'UnAvailable',
};

export const healthOperations = {
  DescribeDomainHealth(world, { DomainName }) {
    const domain = knownDomain(world, DomainName);
    return domain.change?.does === 'create' && isUnderWay(world, domain) ? none : health(world, domain);
  },

  DescribeDomainNodes(world, { DomainName }) {
    const { nodes, described } = knownDomain(world, DomainName);
    const { InstanceType } = described.ClusterConfig;
    const { VolumeType, VolumeSize } = described.EBSOptions;
    return {
      DomainNodesStatusList: nodes.map(({ id, zone }) => ({
        NodeId: id,
        NodeType: 'Data' as const,
        AvailabilityZone: zone,
        InstanceType,
        NodeStatus: isLost(world, zone) ? ('NotAvailable' as const) : ('Active' as const),
        StorageType: 'EBS',
        StorageVolumeType: VolumeType,
        StorageSize: `${VolumeSize}`,
      })),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
