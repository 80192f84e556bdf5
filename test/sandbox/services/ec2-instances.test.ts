import { expect, test } from 'vitest';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { describing } from '../../../src/sandbox/services/ec2/describe.ts';
import { instances } from '../../../src/sandbox/services/ec2/instances.ts';
import { networks } from '../../../src/sandbox/services/ec2/networks.ts';
import { securityGroups } from '../../../src/sandbox/services/ec2/security-groups.ts';
import { tagging } from '../../../src/sandbox/services/ec2/tags.ts';
import { accountOf, restore, seenFrom, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, isSteady, memberIn, pass, passUntil, prod } from './stack.ts';

const dev = (): World => newWorld({ seed: 3, environments: ['dev'] });

const jump = 'i-0f90a1b2c3d4e5f6a';
const stateOf = (world: World, id: string) => world.ec2.nodes[id]?.instance.State.Name;

test('rule 11: an instance is launched once for a token, from a template, into its subnet', () => {
  const world = dev();
  const request = {
    LaunchTemplate: { LaunchTemplateName: 'cso-dev-backend' },
    SubnetId: 'subnet-0b82c3d4e5f6a7b81',
    MinCount: 1,
    MaxCount: 2,
    ClientToken: 'once',
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: 'by hand' }] }],
  };
  const { Instances = [] } = instances.RunInstances(world, request);
  expect(Instances).toHaveLength(2);
  expect(first(Instances)).toMatchObject({
    State: { Name: 'pending' },
    InstanceType: 'm5.large',
    Placement: { AvailabilityZone: 'eu-west-1b' },
    Tags: [{ Key: 'Name', Value: 'by hand' }],
  });
  expect(instances.RunInstances(world, request).Instances).toEqual(Instances);
  expect(faultOf(() => instances.RunInstances(world, { ...request, MaxCount: 1 })).code).toBe(
    'IdempotentParameterMismatch',
  );
  pass(world, 60);
  expect(stateOf(world, first(Instances).InstanceId)).toBe('running');
  world.ec2.zonesWithoutCapacity = ['eu-west-1b'];
  expect(faultOf(() => instances.RunInstances(world, { ...request, ClientToken: 'twice' })).code).toBe(
    'InsufficientInstanceCapacity',
  );
});

test('rule 11: where a network interface is described, subnet and groups stand there and nowhere else', () => {
  const world = prod();
  const [template] = world.ec2.templates;
  const data = template?.versions[1]?.LaunchTemplateData;
  if (data === undefined) throw new Error('no template');
  delete data.SecurityGroupIds;
  data.NetworkInterfaces = [{ DeviceIndex: 0, Groups: ['sg-0e5a7b9c1d2f3e468'] }];
  const request = {
    LaunchTemplate: { LaunchTemplateId: template?.template.LaunchTemplateId },
    MinCount: 1,
    MaxCount: 1,
  };
  const SubnetId = 'subnet-0b21d4e3f5a6b7c82';
  expect(faultOf(() => instances.RunInstances(world, { ...request, SubnetId })).code).toBe(
    'InvalidParameterCombination',
  );
  const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId, Groups: ['sg-0e5a7b9c1d2f3e468'] }];
  expect(first(instances.RunInstances(world, { ...request, NetworkInterfaces }).Instances)).toMatchObject({
    SubnetId,
    SecurityGroups: [{ GroupId: 'sg-0e5a7b9c1d2f3e468' }],
  });
});

test('rule 11: counts are whole and in order, and a Region has 20 instances', () => {
  const world = dev();
  const run = (MinCount: number, MaxCount: number) =>
    instances.RunInstances(world, {
      LaunchTemplate: { LaunchTemplateName: 'cso-dev-backend' },
      MinCount,
      MaxCount,
    }).Instances;
  const before = Object.keys(world.ec2.nodes).length;
  const codeOf = (...counts: [number, number]) => faultOf(() => run(...counts)).code;
  for (const wrong of [0, -1, 1.5, 1e308, Number.POSITIVE_INFINITY]) {
    expect(codeOf(wrong, 2)).toMatch(/^InvalidParameter/);
    expect(codeOf(1, wrong === 1e308 ? 0 : wrong)).toBe('InvalidParameterValue');
  }
  expect(codeOf(2, 1)).toBe('InvalidParameterCombination');
  expect(faultOf(() => run(21, 100))).toEqual({
    code: 'InstanceLimitExceeded',
    message: `You have requested more instances (${before + 21}) than your current instance limit of 20 allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  });
  expect(Object.keys(world.ec2.nodes)).toHaveLength(before);
  expect(run(1, 1e9)).toHaveLength(20 - before);
  expect(codeOf(1, 1)).toBe('InstanceLimitExceeded');
});

test.each(['constructor', '__proto__'])('rule 11: %s is a client token like any other', (ClientToken) => {
  const world = dev();
  const run = (MaxCount: number) =>
    instances.RunInstances(world, {
      LaunchTemplate: { LaunchTemplateName: 'cso-dev-backend' },
      MinCount: 1,
      MaxCount,
      ClientToken,
      UserData: 'a canary',
    }).Instances;
  const made = run(1);
  expect(run(1)).toEqual(made);
  expect(faultOf(() => run(2)).code).toBe('IdempotentParameterMismatch');
  const stored = snapshot(accountOf(world));
  expect(stored).not.toContain('a canary');
  const reopened = seenFrom(restore(stored), world.region);
  expect(
    instances.RunInstances(reopened, {
      LaunchTemplate: { LaunchTemplateName: 'cso-dev-backend' },
      MinCount: 1,
      MaxCount: 1,
      ClientToken,
      UserData: 'a canary',
    }).Instances,
  ).toEqual(made);
});

test('rule 12: states are passed through, and a wrong one refuses the whole request', () => {
  const world = dev();
  const ids = { InstanceIds: [jump] };
  expect(instances.StopInstances(world, ids).StoppingInstances).toMatchObject([
    { PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping', Code: 64 } },
  ]);
  expect(faultOf(() => instances.StartInstances(world, ids)).code).toBe('IncorrectInstanceState');
  pass(world, 90);
  expect(stateOf(world, jump)).toBe('stopped');
  const other = 'i-0d7e8f90a1b2c3d4e';
  instances.TerminateInstances(world, { InstanceIds: [other] });
  expect(faultOf(() => instances.StopInstances(world, { InstanceIds: [jump, other] })).code).toBe(
    'IncorrectInstanceState',
  );
  pass(world, 90);
  expect(stateOf(world, other)).toBe('terminated');
  expect(faultOf(() => instances.StopInstances(world, { InstanceIds: ['i-00000000000000000'] })).code).toBe(
    'InvalidInstanceID.NotFound',
  );
});

test('rule 13: an instance that is started or rebooted serves again once it has booted', () => {
  const world = dev();
  const ids = { InstanceIds: [jump] };
  const node = world.ec2.nodes[jump];
  instances.StopInstances(world, ids);
  pass(world, 90);
  instances.StartInstances(world, ids);
  expect(Number(node?.servesFrom)).toBeGreaterThan(Number(world.now));
  pass(world, 200);
  expect(stateOf(world, jump)).toBe('running');
  const before = node?.servesFrom;
  instances.RebootInstances(world, ids);
  expect(Number(node?.servesFrom)).toBeGreaterThan(Number(before));
  instances.StopInstances(world, ids);
  const stopping = structuredClone(node);
  expect(faultOf(() => instances.RebootInstances(world, ids)).code).toBe('IncorrectInstanceState');
  expect(node).toEqual(stopping);
});

test('a node of a fleet that is terminated by hand is replaced by its group', () => {
  const world = prod();
  const { InstanceId } = memberIn(world, 'us-east-1b');
  instances.TerminateInstances(world, { InstanceIds: [InstanceId] });
  passUntil(world, () => memberIn(world, 'us-east-1a') && !isSteady(world));
  passUntil(world, () => isSteady(world));
  expect(memberIn(world, 'us-east-1b').InstanceId).not.toBe(InstanceId);
});

test('rule 14: security groups keep names apart, rules single, and stay while they are used', () => {
  const world = prod();
  const vpc = world.ec2.vpcs[0]?.VpcId;
  const wanted = { GroupName: 'restore-test', Description: 'a restore test', VpcId: vpc };
  const { GroupId } = securityGroups.CreateSecurityGroup(world, wanted);
  expect(faultOf(() => securityGroups.CreateSecurityGroup(world, wanted)).code).toBe(
    'InvalidGroup.Duplicate',
  );
  const rule = { GroupId, IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, CidrIp: '10.20.0.0/16' };
  securityGroups.AuthorizeSecurityGroupIngress(world, rule);
  expect(faultOf(() => securityGroups.AuthorizeSecurityGroupIngress(world, rule)).code).toBe(
    'InvalidPermission.Duplicate',
  );
  securityGroups.RevokeSecurityGroupIngress(world, rule);
  expect(faultOf(() => securityGroups.RevokeSecurityGroupIngress(world, rule)).code).toBe(
    'InvalidPermission.NotFound',
  );
  securityGroups.DeleteSecurityGroup(world, { GroupId });
  expect(faultOf(() => securityGroups.DeleteSecurityGroup(world, { GroupId })).code).toBe(
    'InvalidGroup.NotFound',
  );
  const given = world.ec2.securityGroups.find(({ GroupName }) => GroupName === 'default');
  expect(given?.VpcId).toBe(vpc);
  expect(faultOf(() => securityGroups.DeleteSecurityGroup(world, { GroupId: given?.GroupId })).code).toBe(
    'CannotDelete',
  );
  const used = world.ec2.securityGroups.find(({ GroupName }) => GroupName.endsWith('-app'));
  expect(faultOf(() => securityGroups.DeleteSecurityGroup(world, { GroupId: used?.GroupId })).code).toBe(
    'DependencyViolation',
  );
});

test('rule 15: tags are set, replaced by key, removed, and found', () => {
  const world = dev();
  const Resources = [jump];
  tagging.CreateTags(world, { Resources, Tags: [{ Key: 'Owner', Value: 'a' }] });
  tagging.CreateTags(world, { Resources, Tags: [{ Key: 'Owner', Value: 'b' }] });
  const owners = () => tagging.DescribeTags(world, { Filters: [{ Name: 'key', Values: ['Owner'] }] }).Tags;
  expect(owners()).toEqual([{ Key: 'Owner', Value: 'b', ResourceId: jump, ResourceType: 'instance' }]);
  tagging.DeleteTags(world, { Resources, Tags: [{ Key: 'Owner', Value: 'a' }] });
  expect(owners()).toHaveLength(1);
  tagging.DeleteTags(world, { Resources, Tags: [{ Key: 'Owner' }] });
  expect(owners()).toEqual([]);
  const reserved = { Resources, Tags: [{ Key: 'aws:x', Value: '' }] };
  expect(faultOf(() => tagging.CreateTags(world, reserved)).code).toBe('InvalidParameterValue');
  expect(faultOf(() => tagging.CreateTags(world, { Resources: ['x-1'], Tags: [] })).code).toBe('InvalidID');
});

test('rule 16: VPCs, zones and instance types are listed', () => {
  const world = prod();
  expect(networks.DescribeVpcs(world, {}).Vpcs).toHaveLength(1);
  const { AvailabilityZones } = networks.DescribeAvailabilityZones(world, {});
  expect(AvailabilityZones.map(({ ZoneId }) => ZoneId)).toEqual(['use1-az1', 'use1-az2', 'use1-az3']);
  expect(faultOf(() => networks.DescribeAvailabilityZones(world, { ZoneNames: ['us-east-1x'] })).code).toBe(
    'InvalidParameterValue',
  );
  const { InstanceTypeOfferings } = networks.DescribeInstanceTypeOfferings(world, {
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['m5.xlarge'] }],
  });
  expect(InstanceTypeOfferings).toHaveLength(3);
  const { InstanceTypes } = networks.DescribeInstanceTypes(world, { InstanceTypes: ['m5.xlarge'] });
  expect(InstanceTypes.map(({ VCpuInfo }) => VCpuInfo.DefaultVCpus)).toEqual([4]);
  expect(faultOf(() => networks.DescribeInstanceTypes(world, { InstanceTypes: ['x2iezn.metal'] })).code).toBe(
    'InvalidInstanceType',
  );
});

test('the development stack is whole, and only its own Region holds it', () => {
  const world = dev();
  const { Reservations } = describing.DescribeInstances(world, {});
  expect(Reservations).toHaveLength(9);
  expect(world.autoScaling.fleets.map(({ group }) => group.AutoScalingGroupName)).toEqual([
    'cso-dev-frontend',
    'cso-dev-backend',
  ]);
  const dependencies = Object.values(world.ec2.nodes).map(({ instance: { Tags } }) =>
    ['Component', 'DependsOn'].map((key) => Tags.find(({ Key }) => Key === key)?.Value).join(' after '),
  );
  expect([...new Set(dependencies)].sort()).toEqual([
    'backend after keystone',
    'frontend after keystone',
    'jump after ',
    'keystone after jump',
    'rabbitmq after frontend backend',
  ]);
  pass(world, 3600);
  expect(world.autoScaling.fleets.flatMap(({ activities }) => activities)).toEqual([]);
});
