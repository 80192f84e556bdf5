import { seconds } from '../duration.ts';
import { deploy } from './application/on-node.ts';
import { type Application, usualTimings } from './application/state.ts';
import { alarmFrom } from './blueprints/alarm.ts';
import { defaultSecurityGroup, image, launchTemplate, runningNode, subnet } from './blueprints/compute.ts';
import { fleetFrom } from './blueprints/fleet.ts';
import { loadBalancer, targetGroup } from './blueprints/load-balancing.ts';
import { backups } from './cso-dev/backups.ts';
import { account, backupNames, fixedNodes, keystoneDatabase, region, zones } from './cso-dev/names.ts';
import { keys, keystoneInstance, rootDevice, volumes } from './cso-dev/storage.ts';
import { later, schedule } from './schedule.ts';
import type { NodeState } from './services/ec2/state.ts';
import { beginCounting } from './traffic.ts';
import { type Account, seenFrom } from './world.ts';

const vpc = 'vpc-0c5d7e9f1a2b3c4d5';
const subnets = ['subnet-0a91b2c3d4e5f6a70', 'subnet-0b82c3d4e5f6a7b81'];
const ami = 'ami-0e5b6d7f8a9c04155';
const launched = new Date('2026-01-12T07:30:00Z');
const created = '2025-05-06T09:00:00Z';
const loadBalancerArn = `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/cso-dev/8a2f0e3b5c7d9164`;
const host = `cso-dev-1029384756.${region}.elb.amazonaws.com`;

const securityGroup = {
  frontend: 'sg-0a2c4e6f8b1d3f507',
  backend: 'sg-0b3d5f7a9c2e40618',
  keystone: 'sg-0c4e6a8b0d3f51729',
  rabbitmq: 'sg-0d5f7b9c1e406283a',
  jump: 'sg-0e6a8c0d2f517394b',
} as const;

type Part = keyof typeof securityGroup;

/** What must work before a part can: also the order in which they are replaced. Shown as a tag, since AWS has no word for it. */
const dependsOn: Readonly<Record<Part, readonly Part[]>> = {
  jump: [],
  keystone: ['jump'],
  frontend: ['keystone'],
  backend: ['keystone'],
  rabbitmq: ['frontend', 'backend'],
};

const tag = (Key: string, Value: string) => ({ Key, Value });
const tagsOf = (part: Part) => [
  tag('Project', 'cso'),
  tag('Environment', 'dev'),
  tag('Component', part),
  tag('DependsOn', dependsOn[part].join(' ')),
];

/** A group of nodes behind a target group of its own. */
interface Fleet {
  readonly part: 'frontend' | 'backend';
  readonly templateId: string;
  readonly targetGroupArn: string;
  readonly nodes: readonly string[];
}

const targetGroupArn = (part: string, id: string) =>
  `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/cso-dev-${part}/${id}`;

const fleets: readonly Fleet[] = [
  {
    part: 'frontend',
    templateId: 'lt-0b5d1f4e9a3c60872',
    targetGroupArn: targetGroupArn('frontend', '9b3a1f4c6d8e0275'),
    nodes: ['i-0d1e2f3a4b5c6d7e8', 'i-0e2f3a4b5c6d7e8f9'],
  },
  {
    part: 'backend',
    templateId: 'lt-0c6e2a5f0b4d71983',
    targetGroupArn: targetGroupArn('backend', '0c4b2a5d7e9f1386'),
    nodes: ['i-0f3a4b5c6d7e8f90a', 'i-0a4b5c6d7e8f90a1b'],
  },
];

const cpuAlarm = (part: string) => `cso-dev-${part}-cpu`;
const scaleOutArn = (part: string) =>
  `arn:aws:autoscaling:${region}:${account}:scalingPolicy:d4e2f9a3-7c8b-4d60-9e31-2f0a8b6c5d74:autoScalingGroupName/cso-dev-${part}:policyName/cso-dev-${part}-scale-out`;

/** Replaced by hand: Keystone's Fernet keys and RabbitMQ's queues do not come back from a template. */
const fixed: readonly {
  readonly id: string;
  readonly part: Part;
  readonly name: string;
  readonly zone: number;
  readonly type: 't3.medium' | 't3.small';
}[] = [
  { id: fixedNodes.keystone[0], part: 'keystone', name: 'cso-dev-keystone-1', zone: 0, type: 't3.medium' },
  { id: fixedNodes.keystone[1], part: 'keystone', name: 'cso-dev-keystone-2', zone: 1, type: 't3.medium' },
  { id: fixedNodes.rabbitmq[0], part: 'rabbitmq', name: 'cso-dev-rabbitmq-1', zone: 0, type: 't3.medium' },
  { id: fixedNodes.rabbitmq[1], part: 'rabbitmq', name: 'cso-dev-rabbitmq-2', zone: 1, type: 't3.medium' },
  { id: fixedNodes.jump[0], part: 'jump', name: 'cso-dev-jump', zone: 0, type: 't3.small' },
];

function nodeAt(
  id: string,
  {
    part,
    name,
    zone,
    type,
    more = [],
  }: {
    part: Part;
    name: string;
    zone: number;
    type: 't3.small' | 't3.medium' | 'm5.large';
    more?: readonly { Key: string; Value: string }[];
  },
  address: number,
): NodeState {
  return runningNode({
    id,
    image: ami,
    instanceType: type,
    launched,
    zone: zones[zone] ?? '',
    subnet: subnets[zone] ?? '',
    vpc,
    address: `10.40.${zone + 1}.${address}`,
    securityGroup: securityGroup[part],
    tags: [tag('Name', name), ...tagsOf(part), ...more],
  });
}

/** Builds the development stack at rest: two fleets, and five nodes that no group looks after. */
export function csoDev(whole: Account): void {
  const world = seenFrom(whole, region);
  const nameOf = ({ part }: Fleet) => `cso-dev-${part}`;
  world.ec2.vpcs = [
    {
      VpcId: vpc,
      CidrBlock: '10.40.0.0/16',
      State: 'available',
      IsDefault: false,
      OwnerId: account,
      InstanceTenancy: 'default',
      Tags: [tag('Name', 'cso-dev'), tag('Project', 'cso')],
    },
  ];
  world.ec2.subnets = subnets.map((id, index) =>
    subnet(account, {
      id,
      vpc,
      zone: zones[index] ?? '',
      zoneId: `euw1-az${index + 1}`,
      cidr: `10.40.${index + 1}.0/24`,
      name: `cso-dev-private-${'ab'[index]}`,
      tags: [tag('Project', 'cso')],
    }),
  );
  const groups = Object.entries(securityGroup).map(([part, GroupId]) => ({
    GroupId,
    GroupName: `cso-dev-${part}`,
    Description: `${part} of cso-dev`,
    VpcId: vpc,
    OwnerId: account,
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 0,
        ToPort: 65535,
        IpRanges: [{ CidrIp: '10.40.0.0/16' }],
        UserIdGroupPairs: [],
      },
    ],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], UserIdGroupPairs: [] }],
    Tags: [tag('Name', `cso-dev-${part}`), tag('Project', 'cso')],
  }));
  world.ec2.securityGroups = [...groups, defaultSecurityGroup(account, vpc)];
  world.ec2.images = [
    image(account, {
      id: ami,
      name: 'cso-base-2026.01.09',
      description: 'CSO base image 2026.01.09',
      built: '2026-01-09T15:02:44.000Z',
      tags: [tag('Project', 'cso')],
    }),
  ];
  world.ec2.software = { [ami]: { boots: [90, 150] } };
  world.ec2.templates = fleets.map((fleet) =>
    launchTemplate({
      account,
      id: fleet.templateId,
      name: nameOf(fleet),
      created,
      instanceType: 'm5.large',
      securityGroup: securityGroup[fleet.part],
      tags: tagsOf(fleet.part),
      defaultVersion: 1,
      versions: [{ image: ami, description: 'base 2026.01.09', created: '2026-01-12T07:21:10Z' }],
    }),
  );
  const members = fleets.flatMap((fleet, row) =>
    fleet.nodes.map((id, zone) => {
      const more = [
        tag('aws:autoscaling:groupName', nameOf(fleet)),
        tag('aws:ec2launchtemplate:id', fleet.templateId),
        tag('aws:ec2launchtemplate:version', '1'),
      ];
      return nodeAt(id, { part: fleet.part, name: nameOf(fleet), zone, type: 'm5.large', more }, 20 + row);
    }),
  );
  const others = fixed.map(({ id, ...node }, index) => nodeAt(id, node, 50 + index));
  world.ec2.nodes = Object.fromEntries(
    [...members, ...others].map((node) => [node.instance.InstanceId, node]),
  );
  for (const { instance } of others) instance.RootDeviceName = rootDevice;
  world.ec2.volumes = volumes();
  world.kms = keys();
  world.rds.singles = [keystoneInstance(world)];
  backups(world);
  world.autoScaling.fleets = fleets.map((fleet) =>
    fleetFrom({
      account,
      region,
      name: nameOf(fleet),
      arn: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${fleet.part === 'frontend' ? '1a' : '2b'}6f8c3e-5d74-4e0a-9b12-4f7c0d8a6e31:autoScalingGroupName/${nameOf(fleet)}`,
      created,
      template: { id: fleet.templateId, name: nameOf(fleet), version: '1' },
      instanceType: 'm5.large',
      zones,
      subnets,
      size: { least: 2, desired: 2, most: 6 },
      targetGroup: fleet.targetGroupArn,
      tags: [tag('Name', nameOf(fleet)), ...tagsOf(fleet.part)],
      nodes: fleet.nodes,
      launched,
      hooks: [],
      scaleOut: { policyArn: scaleOutArn(fleet.part), alarm: cpuAlarm(fleet.part) },
    }),
  );
  world.loadBalancing = {
    loadBalancers: [
      loadBalancer({
        arn: loadBalancerArn,
        name: 'cso-dev',
        host,
        created,
        vpc,
        scheme: 'internal',
        securityGroup: securityGroup.frontend,
        zones,
        subnets,
      }),
    ],
    listeners: fleets.map(({ targetGroupArn: TargetGroupArn }, index) => ({
      ListenerArn: `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${index}d5e7f9a1b3c5d7e`,
      LoadBalancerArn: loadBalancerArn,
      Port: index === 0 ? 80 : 8080,
      Protocol: 'HTTP' as const,
      Certificates: [],
      DefaultActions: [{ Type: 'forward' as const, TargetGroupArn, Order: 1 }],
    })),
    targetGroups: fleets.map((fleet) =>
      targetGroup({
        arn: fleet.targetGroupArn,
        name: nameOf(fleet),
        vpc,
        loadBalancer: loadBalancerArn,
        nodes: fleet.nodes,
        launched,
      }),
    ),
  };
  world.cloudWatch.alarms = fleets.map((fleet) =>
    alarmFrom(
      { account, region, name: cpuAlarm(fleet.part), since: world.now, topic: 'cso-dev' },
      {
        AlarmDescription: 'The nodes are short of CPU: one more is launched',
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: nameOf(fleet) }],
        Statistic: 'Average',
        Period: 120,
        EvaluationPeriods: 2,
        Threshold: 80,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [scaleOutArn(fleet.part)],
      },
    ),
  );
  for (const fleet of fleets) {
    schedule(world, later(world.now, seconds(10)), { kind: 'group-looked-at', group: nameOf(fleet) });
    deploy(world, applicationOf(fleet, world.now), fleet.nodes);
  }
  beginCounting(world);
}

/** Simple ones: they need nothing but each other. */
const applicationOf = ({ part, targetGroupArn: targetGroup }: Fleet, now: Date): Application => ({
  name: `cso-${part}`,
  group: `cso-dev-${part}`,
  targetGroup,
  host: `${part}.cso-dev.example.com`,
  usualRequests: 90,
  usualNodes: 2,
  needs: {},
  prefix: { usual: '/cso/dev', tag: 'cso:parameters' },
  timings: usualTimings,
  outages: [],
  watchedUntil: now,
});

/** Nothing of a development stack lies in another Region. */
const backupPolicy = {
  ...backupNames,
  rules: [{ schedule: 'cron(0 22 * * ? *)', keepDays: 7, every: '24h' }],
  copied: false,
};

/** How `runbook.yaml` would describe the stack. */
export const csoDevEnvironment = {
  account,
  region,
  protected: false,
  objectives: { rto: '4h', rpo: '24h', errorRate: 1 },
  alarms: {
    blocking: fleets.map(({ part }) => cpuAlarm(part)),
    stop: [],
    success: fleets.map(({ part }) => cpuAlarm(part)),
  },
  components: {
    ...Object.fromEntries(
      fleets.map(({ part }) => [
        part,
        { type: 'auto-scaling-group' as const, group: `cso-dev-${part}`, targetGroup: `cso-dev-${part}` },
      ]),
    ),
    'keystone-volumes': {
      type: 'ebs-volumes' as const,
      attachedTo: { tag: 'Component', value: 'keystone' },
      atLeast: 2,
      backup: backupPolicy,
    },
    'rabbitmq-volumes': {
      type: 'ebs-volumes' as const,
      attachedTo: { tag: 'Component', value: 'rabbitmq' },
      rootVolumes: false,
      atLeast: 2,
      backup: backupPolicy,
    },
    'keystone-database': {
      type: 'rds-instance' as const,
      instance: keystoneDatabase,
      backup: backupPolicy,
    },
  },
};
