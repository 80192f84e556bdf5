import { minutes } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { Ec2State, NodeState, TemplateVersion } from '../services/ec2/state.ts';
import { account, images, name, nodeIds, subnetIds, tag, tags, templateId, vpc, zones } from './names.ts';

const image = (ImageId: string, release: string, built: string) => ({
  ImageId,
  Name: `morpheus-app-${release}`,
  Description: `Morpheus application ${release}`,
  State: 'available' as const,
  Architecture: 'x86_64' as const,
  OwnerId: account,
  CreationDate: built,
  RootDeviceType: 'ebs' as const,
  VirtualizationType: 'hvm' as const,
  Tags: [tag('Project', 'morpheus'), tag('Release', release)],
});

const templateVersion = (
  VersionNumber: number,
  ImageId: string,
  VersionDescription: string,
  created: string,
): TemplateVersion => ({
  LaunchTemplateId: templateId,
  LaunchTemplateName: name,
  VersionNumber,
  VersionDescription,
  CreateTime: new Date(created),
  CreatedBy: `arn:aws:sts::${account}:assumed-role/terraform/apply`,
  DefaultVersion: VersionNumber === 2,
  LaunchTemplateData: {
    ImageId,
    InstanceType: 'm5.xlarge',
    IamInstanceProfile: { Name: name },
    SecurityGroupIds: ['sg-0e5a7b9c1d2f3e468'],
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    Monitoring: { Enabled: true },
  },
});

const node = (index: number, launched: Date): NodeState => ({
  instance: {
    InstanceId: nodeIds[index] ?? '',
    ImageId: images.inUse,
    InstanceType: 'm5.xlarge',
    LaunchTime: launched,
    Placement: { AvailabilityZone: zones[index] ?? '', Tenancy: 'default' },
    PrivateIpAddress: `10.20.${index + 1}.${41 + index}`,
    State: { Code: 16, Name: 'running' },
    SubnetId: subnetIds[index] ?? '',
    VpcId: vpc,
    Tags: [
      tag('aws:autoscaling:groupName', name),
      tag('aws:ec2launchtemplate:id', templateId),
      tag('aws:ec2launchtemplate:version', '2'),
      tag('Name', name),
    ],
  },
  servesFrom: later(launched, minutes(3)),
});

/** Images, launch template, subnets and the three running nodes. */
export const compute = (launched: Date): Ec2State => ({
  images: [
    image(images.inUse, '2026.01.19', '2026-01-19T16:40:12.000Z'),
    image(images.newer, '2026.02.23', '2026-02-23T16:38:55.000Z'),
    image(images.broken, '2026.02.25-rc1', '2026-02-25T10:02:31.000Z'),
  ],
  software: {
    [images.inUse]: { boots: [120, 180] },
    [images.newer]: { boots: [120, 180] },
    [images.broken]: {},
  },
  templates: [
    {
      template: {
        LaunchTemplateId: templateId,
        LaunchTemplateName: name,
        CreateTime: new Date('2025-06-11T08:01:44Z'),
        CreatedBy: `arn:aws:sts::${account}:assumed-role/terraform/apply`,
        DefaultVersionNumber: 2,
        LatestVersionNumber: 3,
        Tags: tags,
      },
      versions: [
        templateVersion(1, images.inUse, 'first', '2025-06-11T08:01:44Z'),
        templateVersion(2, images.inUse, 'release 2026.01.19', '2026-01-20T09:12:30Z'),
        templateVersion(3, images.newer, 'release 2026.02.23', '2026-02-24T08:55:03Z'),
      ],
      nextVersion: 4,
      tokens: {},
    },
  ],
  subnets: subnetIds.map((SubnetId, index) => ({
    SubnetId,
    VpcId: vpc,
    AvailabilityZone: zones[index] ?? '',
    AvailabilityZoneId: `use1-az${index + 1}`,
    CidrBlock: `10.20.${index + 1}.0/24`,
    AvailableIpAddressCount: 231,
    MapPublicIpOnLaunch: false,
    State: 'available' as const,
    OwnerId: account,
    Tags: [tag('Name', `morpheus-prod-private-${'abc'[index]}`), tag('Project', 'morpheus')],
  })),
  nodes: Object.fromEntries(nodeIds.map((id, index) => [id, node(index, launched)])),
  zonesWithoutCapacity: [],
});
