import type { Ec2State } from '../services/ec2/state.ts';
import { account, tag } from './names.ts';

/** A VPC and the security groups in it, one for each part of the stack. */
export const network = (of: {
  vpc: string;
  cidr: string;
  name: string;
  securityGroups: Readonly<Record<string, string>>;
}): Pick<Ec2State, 'vpcs' | 'securityGroups'> => ({
  vpcs: [
    {
      VpcId: of.vpc,
      CidrBlock: of.cidr,
      State: 'available',
      IsDefault: false,
      OwnerId: account,
      InstanceTenancy: 'default',
      Tags: [tag('Name', of.name), tag('Project', 'morpheus')],
    },
  ],
  securityGroups: Object.entries(of.securityGroups).map(([part, GroupId]) => ({
    GroupId,
    GroupName: `${of.name}-${part}`,
    Description: `${part} of ${of.name}`,
    VpcId: of.vpc,
    OwnerId: account,
    IpPermissions: permissionsFor(part, of.securityGroups),
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], UserIdGroupPairs: [] }],
    Tags: [tag('Name', `${of.name}-${part}`), tag('Project', 'morpheus')],
  })),
});

/** By part: the port, and who may reach it. */
const reachable: Readonly<Record<string, readonly [port: number, from: string]>> = {
  app: [8080, 'loadBalancer'],
  loadBalancer: [443, '0.0.0.0/0'],
  database: [3306, 'app'],
  files: [2049, 'app'],
  queue: [5671, 'app'],
  search: [443, 'app'],
  restoreTest: [3306, 'app'],
  restoreTestFiles: [2049, 'app'],
};

function permissionsFor(part: string, groups: Readonly<Record<string, string>>) {
  const [port, from] = reachable[part] ?? [];
  if (port === undefined || from === undefined) return [];
  const GroupId = groups[from];
  return [
    {
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      IpRanges: GroupId === undefined ? [{ CidrIp: from }] : [],
      UserIdGroupPairs: GroupId === undefined ? [] : [{ GroupId, UserId: account }],
    },
  ];
}
