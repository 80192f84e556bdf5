import type {
  Image,
  Instance,
  LaunchTemplate,
  LaunchTemplateVersion,
  SecurityGroup,
  Subnet,
  Volume,
  VolumeAttachment,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { ApplicationOnNode } from '../../application/state.ts';
import type { Known } from '../../known.ts';

export type Node = Known<
  Instance,
  'InstanceId' | 'ImageId' | 'State' | 'SubnetId' | 'LaunchTime' | 'Tags'
> & {
  Placement: { AvailabilityZone: string; Tenancy: 'default' };
};

export interface NodeState {
  instance: Node;
  /** When the application on it begins to answer health checks; absent where it never will. */
  servesFrom?: Date;
  /** The application, once it has started. */
  application?: ApplicationOnNode;
  /** The agent that completes the terminating lifecycle hook hangs. */
  agentHangs?: true;
  terminatedAt?: Date;
  /** File systems that somebody mounted by hand, by where. What the application mounts when it boots follows from its endpoints. */
  mounts?: Mount[];
}

export interface Mount {
  readonly at: string;
  /** The address or name that was given to `mount`. */
  readonly from: string;
}

export type TemplateVersion = Known<
  LaunchTemplateVersion,
  'LaunchTemplateId' | 'LaunchTemplateName' | 'VersionNumber' | 'LaunchTemplateData'
>;

export interface TemplateState {
  template: Known<
    LaunchTemplate,
    'LaunchTemplateId' | 'LaunchTemplateName' | 'DefaultVersionNumber' | 'LatestVersionNumber'
  >;
  versions: TemplateVersion[];
  nextVersion: number;
  /** What each ClientToken asked for, as a fingerprint, and got. */
  tokens: Record<string, { request: string; version: number }>;
}

/** What the software of an image does once it runs: no part of AWS, but of the story. */
export interface Software {
  /** Seconds from launch until it answers, at least and at most; absent where it never does. */
  readonly boots?: readonly [least: number, most: number];
  /** Share of failed requests once this much of the healthy capacity runs it. */
  readonly failsFrom?: { readonly shareOfNodes: number; readonly errorShare: number };
}

/** State and attachments are shown from here. All are encrypted. */
export type VolumeState = Omit<
  Known<Volume, 'VolumeId' | 'Size' | 'AvailabilityZone' | 'CreateTime' | 'KmsKeyId' | 'Tags'>,
  'State' | 'Attachments'
> & {
  /** Absent where it is attached to nothing. */
  attachment?: Known<VolumeAttachment, 'InstanceId' | 'Device' | 'AttachTime' | 'DeleteOnTermination'>;
};

export interface Ec2State {
  images: Known<Image, 'ImageId' | 'State' | 'Name'>[];
  software: Record<string, Software>;
  templates: TemplateState[];
  vpcs: Known<Vpc, 'VpcId' | 'CidrBlock' | 'Tags'>[];
  subnets: Known<Subnet, 'SubnetId' | 'VpcId' | 'AvailabilityZone' | 'CidrBlock' | 'Tags'>[];
  securityGroups: Known<
    SecurityGroup,
    'GroupId' | 'GroupName' | 'VpcId' | 'IpPermissions' | 'IpPermissionsEgress' | 'Tags'
  >[];
  nodes: Record<string, NodeState>;
  volumes: VolumeState[];
  /** The same for RunInstances. */
  launchTokens: Record<string, { request: string; instances: string[] }>;
  /** Zones in which no further instance can be launched. */
  zonesWithoutCapacity: string[];
}

export const emptyEc2 = (): Ec2State => ({
  images: [],
  software: {},
  templates: [],
  vpcs: [],
  subnets: [],
  securityGroups: [],
  launchTokens: {},
  nodes: {},
  volumes: [],
  zonesWithoutCapacity: [],
});

/** An instance gets from a passing state to a lasting one. */
export type Ec2Event = {
  readonly kind: 'node-settles';
  readonly instance: string;
  readonly from: 'pending' | 'stopping' | 'shutting-down';
  readonly to: 'running' | 'stopped' | 'terminated';
};
