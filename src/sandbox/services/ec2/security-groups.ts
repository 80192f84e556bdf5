import type { IpPermission } from '@aws-sdk/client-ec2';
import { drawHex } from '../../random.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { chosen } from './describe.ts';
import { filtered } from './filters.ts';
import type { Ec2State } from './state.ts';

type Group = Ec2State['securityGroups'][number];

const notFound = (ids: readonly string[]) =>
  new AwsFault('InvalidGroup.NotFound', `The security group '${ids[0]}' does not exist`);

function groupOf(world: World, { GroupId }: { readonly GroupId?: string | undefined }): Group {
  const found = world.ec2.securityGroups.find((group) => group.GroupId === GroupId);
  if (found === undefined) throw notFound([GroupId ?? '']);
  return found;
}

type Direction = 'IpPermissions' | 'IpPermissionsEgress';

const one = (permission: IpPermission): string =>
  JSON.stringify([
    permission.IpProtocol,
    permission.FromPort,
    permission.ToPort,
    permission.IpRanges?.map(({ CidrIp }) => CidrIp),
    permission.UserIdGroupPairs?.map(({ GroupId }) => GroupId),
  ]);

function authorize(world: World, group: Group, direction: Direction, wanted: readonly IpPermission[]): void {
  const known = group[direction].map(one);
  const twice = wanted.find((permission) => known.includes(one(permission)));
  if (twice !== undefined)
    throw new AwsFault(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${twice.IpRanges?.[0]?.CidrIp ?? twice.UserIdGroupPairs?.[0]?.GroupId}, ${twice.IpProtocol}, from port: ${twice.FromPort}, to port: ${twice.ToPort}, ALLOW" already exists`,
    );
  for (const { UserIdGroupPairs = [] } of wanted) for (const pair of UserIdGroupPairs) groupOf(world, pair);
  group[direction].push(...wanted);
}

function revoke(group: Group, direction: Direction, wanted: readonly IpPermission[]): void {
  const unwanted = wanted.map(one);
  const known = group[direction].map(one);
  if (!unwanted.every((rule) => known.includes(rule)))
    throw new AwsFault(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    );
  group[direction] = group[direction].filter((permission) => !unwanted.includes(one(permission)));
}

/** Whatever stands in the group keeps it from being deleted. */
const isInUse = ({ ec2, rds, efs, loadBalancing }: World, { GroupId }: Group): boolean =>
  Object.values(ec2.nodes).some(
    ({ instance, terminatedAt }) =>
      terminatedAt === undefined && instance.SecurityGroups?.some((group) => group.GroupId === GroupId),
  ) ||
  loadBalancing.loadBalancers.some(({ SecurityGroups }) => SecurityGroups?.includes(GroupId)) ||
  JSON.stringify([rds, efs]).includes(`"${GroupId}"`);

export const securityGroups = {
  DescribeSecurityGroups(world, { GroupIds, GroupNames, Filters, MaxResults, NextToken }) {
    const groups = chosen(world.ec2.securityGroups, GroupIds, ({ GroupId }) => GroupId, notFound).filter(
      ({ GroupName }) => !GroupNames?.length || GroupNames.includes(GroupName),
    );
    const found = filtered(groups, Filters, {
      'group-id': ({ GroupId }) => GroupId,
      'group-name': ({ GroupName }) => GroupName,
      'vpc-id': ({ VpcId }) => VpcId,
      description: ({ Description }) => Description,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { SecurityGroups: page.items, NextToken: page.next };
  },

  CreateSecurityGroup(world, { GroupName = '', Description, VpcId, TagSpecifications = [] }) {
    const vpc = VpcId ?? world.ec2.vpcs.find(({ IsDefault }) => IsDefault)?.VpcId;
    if (vpc === undefined) throw new AwsFault('VPCIdNotSpecified', 'No default VPC for this user');
    if (!world.ec2.vpcs.some((known) => known.VpcId === vpc))
      throw new AwsFault('InvalidVpcID.NotFound', `The vpc ID '${vpc}' does not exist`);
    if (world.ec2.securityGroups.some((group) => group.GroupName === GroupName && group.VpcId === vpc))
      throw new AwsFault(
        'InvalidGroup.Duplicate',
        `The security group '${GroupName}' already exists for VPC '${vpc}'`,
      );
    const Tags = TagSpecifications.flatMap((specification) => specification.Tags ?? []);
    const GroupId = `sg-0${drawHex(world, 16)}`;
    world.ec2.securityGroups.push({
      GroupId,
      GroupName,
      Description,
      VpcId: vpc,
      OwnerId: world.account,
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], UserIdGroupPairs: [] }],
      Tags,
    });
    return { GroupId, Tags };
  },

  DeleteSecurityGroup(world, input) {
    const group = groupOf(world, input);
    if (group.GroupName === 'default')
      throw new AwsFault(
        'CannotDelete',
        `the specified group: "${group.GroupId}" name: "default" cannot be deleted by a user`,
      );
    if (isInUse(world, group))
      throw new AwsFault('DependencyViolation', `resource ${group.GroupId} has a dependent object`);
    world.ec2.securityGroups = world.ec2.securityGroups.filter((other) => other !== group);
    return { Return: true, GroupId: group.GroupId };
  },

  AuthorizeSecurityGroupIngress(world, input) {
    authorize(world, groupOf(world, input), 'IpPermissions', permissionsOf(input));
    return { Return: true };
  },

  RevokeSecurityGroupIngress(world, input) {
    revoke(groupOf(world, input), 'IpPermissions', permissionsOf(input));
    return { Return: true };
  },

  AuthorizeSecurityGroupEgress(world, input) {
    authorize(world, groupOf(world, input), 'IpPermissionsEgress', input.IpPermissions ?? []);
    return { Return: true };
  },

  RevokeSecurityGroupEgress(world, input) {
    revoke(groupOf(world, input), 'IpPermissionsEgress', input.IpPermissions ?? []);
    return { Return: true };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;

/** One rule may be given by members of the request itself. */
function permissionsOf(input: {
  readonly IpPermissions?: IpPermission[] | undefined;
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
}): IpPermission[] {
  const { IpPermissions, IpProtocol, FromPort, ToPort, CidrIp } = input;
  if (IpPermissions !== undefined && IpPermissions.length > 0) return IpPermissions;
  if (IpProtocol === undefined)
    throw new AwsFault('MissingParameter', 'The request must contain the parameter ipPermissions');
  return [
    {
      IpProtocol,
      FromPort,
      ToPort,
      IpRanges: CidrIp === undefined ? [] : [{ CidrIp }],
      UserIdGroupPairs: [],
    },
  ];
}
