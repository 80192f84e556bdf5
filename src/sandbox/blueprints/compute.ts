import { minutes } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { Ec2State, NodeState, TemplateState, TemplateVersion } from '../services/ec2/state.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

export const image = (
  owner: string,
  {
    id,
    name,
    description,
    built,
    tags,
  }: { id: string; name: string; description: string; built: string; tags: Tags },
): Ec2State['images'][number] => ({
  ImageId: id,
  Name: name,
  Description: description,
  State: 'available',
  Architecture: 'x86_64',
  OwnerId: owner,
  CreationDate: built,
  RootDeviceType: 'ebs',
  RootDeviceName: '/dev/xvda',
  VirtualizationType: 'hvm',
  Tags: [...tags],
});

export interface TemplateBlueprint {
  readonly account: string;
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly instanceType: TemplateVersion['LaunchTemplateData']['InstanceType'];
  readonly securityGroup: string;
  readonly tags: Tags;
  /** What nodes run when they boot. */
  readonly userData?: string;
  /** Name of the instance profile; that of the template without it. */
  readonly profile?: string;
  readonly defaultVersion: number;
  /** Oldest first, numbered from 1. */
  readonly versions: readonly {
    readonly image: string;
    readonly description: string;
    readonly created: string;
  }[];
}

export function launchTemplate(blueprint: TemplateBlueprint): TemplateState {
  const {
    account,
    id,
    name,
    created,
    instanceType,
    securityGroup,
    tags,
    userData,
    profile,
    defaultVersion,
    versions,
  } = blueprint;
  const CreatedBy = `arn:aws:sts::${account}:assumed-role/terraform/apply`;
  return {
    template: {
      LaunchTemplateId: id,
      LaunchTemplateName: name,
      CreateTime: new Date(created),
      CreatedBy,
      DefaultVersionNumber: defaultVersion,
      LatestVersionNumber: versions.length,
      Tags: [...tags],
    },
    versions: versions.map((version, index) => ({
      LaunchTemplateId: id,
      LaunchTemplateName: name,
      VersionNumber: index + 1,
      VersionDescription: version.description,
      CreateTime: new Date(version.created),
      CreatedBy,
      DefaultVersion: index + 1 === defaultVersion,
      LaunchTemplateData: {
        ImageId: version.image,
        InstanceType: instanceType,
        IamInstanceProfile: { Name: profile ?? name },
        SecurityGroupIds: [securityGroup],
        MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
        Monitoring: { Enabled: true },
        ...(userData !== undefined && { UserData: Buffer.from(userData).toString('base64') }),
      },
    })),
    nextVersion: versions.length + 1,
    tokens: {},
  };
}

export const subnet = (
  account: string,
  {
    id,
    vpc,
    zone,
    zoneId,
    cidr,
    name,
    tags,
  }: { id: string; vpc: string; zone: string; zoneId: string; cidr: string; name: string; tags: Tags },
): Ec2State['subnets'][number] => ({
  SubnetId: id,
  VpcId: vpc,
  AvailabilityZone: zone,
  AvailabilityZoneId: zoneId,
  CidrBlock: cidr,
  AvailableIpAddressCount: 231,
  MapPublicIpOnLaunch: false,
  State: 'available',
  OwnerId: account,
  Tags: [{ Key: 'Name', Value: name }, ...tags],
});

/** Every VPC has one, which lets in what comes from itself: https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html */
export function defaultSecurityGroup(account: string, vpc: string): Ec2State['securityGroups'][number] {
  const GroupId = `sg-0${[...vpc].slice(-16).reverse().join('')}`;
  return {
    GroupId,
    GroupName: 'default',
    Description: 'default VPC security group',
    VpcId: vpc,
    OwnerId: account,
    IpPermissions: [{ IpProtocol: '-1', IpRanges: [], UserIdGroupPairs: [{ GroupId, UserId: account }] }],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], UserIdGroupPairs: [] }],
    Tags: [],
  };
}

/** A node that has run since `launched`. */
export const runningNode = (blueprint: {
  id: string;
  image: string;
  instanceType: NodeState['instance']['InstanceType'];
  launched: Date;
  zone: string;
  subnet: string;
  vpc: string;
  address: string;
  securityGroup: string;
  tags: Tags;
}): NodeState => ({
  instance: {
    InstanceId: blueprint.id,
    ImageId: blueprint.image,
    InstanceType: blueprint.instanceType,
    LaunchTime: blueprint.launched,
    Placement: { AvailabilityZone: blueprint.zone, Tenancy: 'default' },
    PrivateIpAddress: blueprint.address,
    SecurityGroups: [{ GroupId: blueprint.securityGroup }],
    State: { Code: 16, Name: 'running' },
    SubnetId: blueprint.subnet,
    VpcId: blueprint.vpc,
    Tags: [...blueprint.tags],
  },
  servesFrom: later(blueprint.launched, minutes(3)),
});
