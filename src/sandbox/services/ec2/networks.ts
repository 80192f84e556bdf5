import { AwsFault } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { chosen, missing } from './describe.ts';
import { filtered } from './filters.ts';

/** Instance types that the stacks are made of, and those that stand in for them. Real zones offer hundreds more. */
const offered = [
  't3.small',
  't3.medium',
  'm5.large',
  'm5.xlarge',
  'm5a.xlarge',
  'm6i.xlarge',
  'r5.xlarge',
] as const;

/** https://aws.amazon.com/ec2/instance-types */
const vCpus = (type: string): number => (type.endsWith('.xlarge') ? 4 : 2);

export const networks = {
  DescribeVpcs(world, { VpcIds, Filters, MaxResults, NextToken }) {
    const vpcs = chosen(
      world.ec2.vpcs,
      VpcIds,
      ({ VpcId }) => VpcId,
      (unknown) => missing('InvalidVpcID.NotFound', 'vpc', unknown),
    );
    const found = filtered(vpcs, Filters, {
      'vpc-id': ({ VpcId }) => VpcId,
      cidr: ({ CidrBlock }) => CidrBlock,
      'is-default': ({ IsDefault }) => String(IsDefault ?? false),
      state: ({ State }) => State,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { Vpcs: page.items, NextToken: page.next };
  },

  DescribeAvailabilityZones(world, { ZoneNames }) {
    const all = 'abc'.split('').map((letter) => `${world.region}${letter}`);
    const unknown = ZoneNames?.find((name) => !all.includes(name));
    if (unknown !== undefined)
      throw new AwsFault('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
    return {
      AvailabilityZones: all
        .filter((name) => !ZoneNames?.length || ZoneNames.includes(name))
        .map((ZoneName, index) => ({
          ZoneName,
          ZoneId: `${world.region.replace(/^([a-z]{2})-([a-z])[a-z]*-(\d)$/, '$1$2$3')}-az${index + 1}`,
          RegionName: world.region,
          State: 'available' as const,
          ZoneType: 'availability-zone',
          OptInStatus: 'opt-in-not-required' as const,
          GroupName: world.region,
          NetworkBorderGroup: world.region,
          Messages: [],
        })),
    };
  },

  DescribeInstanceTypeOfferings(world, { LocationType = 'region', Filters, MaxResults, NextToken }) {
    const places =
      LocationType === 'availability-zone'
        ? 'abc'.split('').map((letter) => `${world.region}${letter}`)
        : [world.region];
    const all = offered.flatMap((InstanceType) =>
      places.map((Location) => ({ InstanceType, LocationType, Location })),
    );
    const found = filtered(all, Filters, {
      'instance-type': ({ InstanceType }) => InstanceType,
      location: ({ Location }) => Location,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { InstanceTypeOfferings: page.items, NextToken: page.next };
  },

  DescribeInstanceTypes(_world, { InstanceTypes, Filters, MaxResults, NextToken }) {
    const unknown = InstanceTypes?.filter((type) => !offered.some((known) => known === type)) ?? [];
    if (unknown.length > 0)
      throw new AwsFault(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    const asked = offered
      .filter((type) => !InstanceTypes?.length || InstanceTypes.includes(type))
      .map((InstanceType) => ({ InstanceType }));
    const found = filtered(asked, Filters, { 'instance-type': ({ InstanceType }) => InstanceType });
    const page = pageOf(found, MaxResults ?? 100, NextToken, 'InvalidNextToken');
    return {
      InstanceTypes: page.items.map(({ InstanceType }) => ({
        InstanceType,
        CurrentGeneration: true,
        VCpuInfo: {
          DefaultVCpus: vCpus(InstanceType),
          DefaultCores: vCpus(InstanceType) / 2,
          DefaultThreadsPerCore: 2,
        },
      })),
      NextToken: page.next,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;
