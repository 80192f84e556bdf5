import type { Tag } from '@aws-sdk/client-rds';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { clusterParameters } from './cluster-parameters.ts';
import { arnOf, knownClusterParameterGroup, knownSubnetGroup } from './find.ts';
import { filtered, paged } from './listing.ts';
import type { SubnetGroupState } from './state.ts';

export const groupOperations = {
  DescribeDBSubnetGroups(world, input) {
    const found =
      input.DBSubnetGroupName === undefined
        ? world.rds.subnetGroups
        : [knownSubnetGroup(world, input.DBSubnetGroupName)];
    const page = paged(filtered(found, input.Filters, {}), input);
    return { DBSubnetGroups: page.items.map(({ group }) => group), Marker: page.next };
  },

  CreateDBSubnetGroup(world, { DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds = [], Tags }) {
    const name = (DBSubnetGroupName ?? '').toLowerCase();
    if (!/^[a-z0-9._ -]{1,255}$/.test(name) || name === 'default')
      throw new AwsFault(
        'InvalidParameterValue',
        `The parameter DBSubnetGroupName is provided with a value that does not match the pattern or is reserved: ${name}`,
      );
    if (world.rds.subnetGroups.some(({ group }) => group.DBSubnetGroupName === name))
      throw new AwsFault('DBSubnetGroupAlreadyExistsFault', `The DB subnet group '${name}' already exists.`);
    const state: SubnetGroupState = {
      group: {
        DBSubnetGroupName: name,
        DBSubnetGroupArn: arnOf(world, 'subgrp', name),
        DBSubnetGroupDescription,
        SubnetGroupStatus: 'Complete',
        SupportedNetworkTypes: ['IPV4'],
        ...placed(world, SubnetIds),
      },
      tags: tagRecord(Tags),
    };
    world.rds.subnetGroups.push(state);
    return { DBSubnetGroup: state.group };
  },

  DeleteDBSubnetGroup(world, { DBSubnetGroupName }) {
    const state = knownSubnetGroup(world, DBSubnetGroupName);
    const name = state.group.DBSubnetGroupName;
    const user = world.rds.clusters.find(({ cluster }) => cluster.DBSubnetGroup === name);
    if (user !== undefined)
      throw new AwsFault(
        'InvalidDBSubnetGroupStateFault',
        `Cannot delete the subnet group '${name}' because at least one database cluster: ${user.cluster.DBClusterIdentifier} is still using it.`,
      );
    world.rds.subnetGroups = world.rds.subnetGroups.filter((other) => other !== state);
    return {};
  },

  DescribeDBClusterParameterGroups(world, input) {
    const found =
      input.DBClusterParameterGroupName === undefined
        ? world.rds.clusterParameterGroups
        : [knownClusterParameterGroup(world, input.DBClusterParameterGroupName)];
    const page = paged(filtered(found, input.Filters, {}), input);
    return { DBClusterParameterGroups: page.items.map(({ group }) => group), Marker: page.next };
  },

  DescribeDBClusterParameters(world, input) {
    const { parameters } = knownClusterParameterGroup(world, input.DBClusterParameterGroupName);
    const all = clusterParameters(parameters).filter(
      ({ Source }) => input.Source === undefined || Source === input.Source,
    );
    const page = paged(all, input);
    return { Parameters: page.items, Marker: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

export const tagRecord = (tags: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Codes: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html; texts: observed. */
function placed(world: World, subnetIds: readonly string[]) {
  const subnets = subnetIds.map((id) => world.ec2.subnets.find(({ SubnetId }) => SubnetId === id));
  const known = subnets.filter((subnet) => subnet !== undefined);
  const VpcId = known[0]?.VpcId ?? '';
  if (known.length < subnets.length || known.some((subnet) => subnet.VpcId !== VpcId))
    throw new AwsFault('InvalidSubnet', `Some input subnets in :[${subnetIds.join(', ')}] are invalid.`);
  const zones = [...new Set(known.map(({ AvailabilityZone }) => AvailabilityZone))];
  if (zones.length < 2)
    throw new AwsFault(
      'DBSubnetGroupDoesNotCoverEnoughAZs',
      `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${zones.join(', ')}. Add subnets to cover at least 2 AZs.`,
    );
  return {
    VpcId,
    Subnets: known.map(({ SubnetId, AvailabilityZone }) => groupSubnet(SubnetId, AvailabilityZone)),
  };
}

export const groupSubnet = (SubnetIdentifier: string, zone: string) => ({
  SubnetIdentifier,
  SubnetAvailabilityZone: { Name: zone },
  SubnetOutpost: {},
  SubnetStatus: 'Active',
});
