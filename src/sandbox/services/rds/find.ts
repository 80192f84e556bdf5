import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type {
  ClusterParameterGroupState,
  ClusterState,
  InstanceState,
  SnapshotState,
  SubnetGroupState,
} from './state.ts';

export type ResourceType = 'cluster' | 'db' | 'cluster-snapshot' | 'subgrp' | 'cluster-pg' | 'pg';

export const arnOf = (world: World, type: ResourceType, name: string): string =>
  `arn:aws:rds:${world.region}:${world.account}:${type}:${name}`;

/** Names are kept in lower case, and an ARN names as well as an identifier does. */
export function nameIn(identifier: string, type: ResourceType): string {
  const start = `:${type}:`;
  const at = identifier.startsWith('arn:') ? identifier.indexOf(start) : -1;
  return (at < 0 ? identifier : identifier.slice(at + start.length)).toLowerCase();
}

export const findCluster = (world: World, identifier: string): ClusterState | undefined =>
  world.rds.clusters.find(({ cluster }) => cluster.DBClusterIdentifier === nameIn(identifier, 'cluster'));

export const clusterByArn = (world: World, arn: string): ClusterState | undefined =>
  world.rds.clusters.find(({ cluster }) => cluster.DBClusterArn === arn);

export function knownCluster(world: World, identifier = ''): ClusterState {
  const found = findCluster(world, identifier);
  if (found === undefined) throw new AwsFault('DBClusterNotFoundFault', `DBCluster ${identifier} not found.`);
  return found;
}

export interface Membership {
  readonly cluster: ClusterState;
  readonly member: InstanceState;
}

export function findInstance(world: World, identifier: string): Membership | undefined {
  const name = nameIn(identifier, 'db');
  for (const cluster of world.rds.clusters) {
    const member = memberOf(cluster, name);
    if (member !== undefined) return { cluster, member };
  }
  return undefined;
}

export function knownInstance(world: World, identifier = ''): Membership {
  const found = findInstance(world, identifier);
  if (found === undefined)
    throw new AwsFault('DBInstanceNotFoundFault', `DBInstance ${identifier} not found.`);
  return found;
}

export const memberOf = ({ instances }: ClusterState, name: string | undefined): InstanceState | undefined =>
  instances.find(({ instance }) => instance.DBInstanceIdentifier === name);

export const findSnapshot = (world: World, identifier: string): SnapshotState | undefined =>
  world.rds.snapshots.find(
    ({ snapshot }) => snapshot.DBClusterSnapshotIdentifier === nameIn(identifier, 'cluster-snapshot'),
  );

export const snapshotNotFound = (identifier: string): AwsFault =>
  new AwsFault('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot not found: ${identifier}`);

export function knownSubnetGroup(world: World, name = 'default'): SubnetGroupState {
  const found = world.rds.subnetGroups.find(
    ({ group }) => group.DBSubnetGroupName === nameIn(name, 'subgrp'),
  );
  if (found === undefined)
    throw new AwsFault('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`);
  return found;
}

export function knownClusterParameterGroup(world: World, name = ''): ClusterParameterGroupState {
  const found = world.rds.clusterParameterGroups.find(
    ({ group }) => group.DBClusterParameterGroupName === nameIn(name, 'cluster-pg'),
  );
  if (found === undefined)
    throw new AwsFault('DBParameterGroupNotFoundFault', `DBClusterParameterGroup not found: ${name}`);
  return found;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html */
export function newIdentifier(text: string | undefined, parameter: string): string {
  const isValid = /^[a-z](?:-?[a-z0-9])*$/i.test(text ?? '') && (text ?? '').length <= 63;
  if (!isValid)
    throw new AwsFault(
      'InvalidParameterValue',
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return (text ?? '').toLowerCase();
}

/** The words are those that Start- and StopDBCluster answer with. */
export function mustBe(cluster: ClusterState, ...statuses: readonly string[]): void {
  const { DBClusterIdentifier, Status } = cluster.cluster;
  if (!statuses.includes(Status))
    throw new AwsFault(
      'InvalidDBClusterStateFault',
      `DbCluster ${DBClusterIdentifier} is in ${Status} state but expected it to be one of ${statuses.join(',')}.`,
    );
}
