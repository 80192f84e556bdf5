import { describe, expect, test } from 'vitest';
import { images } from '../../../src/sandbox/morpheus-prod.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { instances } from '../../../src/sandbox/services/ec2/instances.ts';
import { aws, faultOf, first, fleetIn, memberIn, members, name, pass, passUntil, prod } from './stack.ts';

const template = { LaunchTemplateName: name };

describe('EC2', () => {
  test('rule 1: unknown and malformed ids are refused', () => {
    const world = prod();
    expect(faultOf(() => aws.DescribeInstances(world, { InstanceIds: ['i-0123456789abcdef0'] }))).toEqual({
      code: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    expect(faultOf(() => aws.DescribeImages(world, { ImageIds: ['ami-0123456789abcdef0'] }))).toEqual({
      code: 'InvalidAMIID.NotFound',
      message: "The image id '[ami-0123456789abcdef0]' does not exist",
    });
    for (const malformed of ['i-0000', 'morpheus', 'i-0123456789ABCDEF0'])
      for (const call of [
        () => aws.DescribeInstances(world, { InstanceIds: [malformed] }),
        () => aws.DescribeInstanceStatus(world, { InstanceIds: [malformed] }),
        () => instances.StopInstances(world, { InstanceIds: [malformed] }),
      ])
        expect(faultOf(call)).toEqual({
          code: 'InvalidInstanceID.Malformed',
          message: `Invalid id: "${malformed}"`,
        });
    expect(faultOf(() => aws.DescribeImages(world, { ImageIds: ['latest'] })).code).toBe(
      'InvalidAMIID.Malformed',
    );
    expect(faultOf(() => aws.DescribeSubnets(world, { SubnetIds: ['subnet-1'] })).code).toBe(
      'InvalidSubnetID.NotFound',
    );
  });

  test('rule 2: filters are joined by AND, their values by OR', () => {
    const world = prod();
    const found = (...Filters: { Name: string; Values: string[] }[]) =>
      (aws.DescribeInstances(world, { Filters }).Reservations ?? []).length;
    const ofGroup = { Name: 'tag:aws:autoscaling:groupName', Values: [name] };
    expect(found(ofGroup)).toBe(3);
    expect(found(ofGroup, { Name: 'availability-zone', Values: ['us-east-1a', 'us-east-1b'] })).toBe(2);
    expect(found(ofGroup, { Name: 'instance-state-name', Values: ['stopped'] })).toBe(0);
    expect(
      aws.DescribeImages(world, { Filters: [{ Name: 'name', Values: ['morpheus-app-2026.02.*'] }] }).Images,
    ).toHaveLength(2);
    expect(faultOf(() => found({ Name: 'colour', Values: ['red'] })).code).toBe('InvalidParameterValue');
  });

  test('rule 3: checks initialise for a minute, and only running instances are shown unless all are asked for', () => {
    const world = prod();
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 4 });
    pass(world, 15);
    const all = () => aws.DescribeInstanceStatus(world, { IncludeAllInstances: true }).InstanceStatuses ?? [];
    expect(aws.DescribeInstanceStatus(world, {}).InstanceStatuses).toHaveLength(3);
    expect(all().at(-1)?.InstanceStatus?.Status).toBe('not-applicable');
    passUntil(world, () => all().at(-1)?.InstanceStatus?.Status === 'initializing', { atMost: 60 });
    passUntil(world, () => all().at(-1)?.InstanceStatus?.Status === 'ok', { atMost: 60 });
  });

  test('rule 2: wildcards stand for any text and any character, however many there are', () => {
    const world = prod();
    const { InstanceId } = first(members(world));
    const node = world.ec2.nodes[InstanceId];
    node?.instance.Tags.push({ Key: 'Long', Value: 'a'.repeat(250) });
    const found = (Name: string, ...Values: string[]) =>
      (aws.DescribeInstances(world, { Filters: [{ Name, Values }] }).Reservations ?? []).length;
    expect(found('tag:Long', 'a*a')).toBe(1);
    expect(found('tag:Long', '?'.repeat(250))).toBe(1);
    expect(found('tag:Long', '?'.repeat(249), 'A*', 'a.*')).toBe(0);
    expect(found('tag:Long', `${'*a'.repeat(100)}*b`)).toBe(0);
    for (const Name of ['constructor', '__proto__', 'toString'])
      expect(faultOf(() => found(Name, '*')).code).toBe('InvalidParameterValue');
  });

  test('rule 3: the checks of a node in a lost zone fail as long as it is lost', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    const { InstanceId } = memberIn(world, 'us-east-1c');
    const from = world.now;
    world.faults.push({ what: 'zone-outage', zone: 'us-east-1c', from, to: later(from, 120_000) });
    pass(world, 10);
    const statuses = () =>
      (aws.DescribeInstanceStatus(world, {}).InstanceStatuses ?? []).map((shown) => [
        shown.InstanceId === InstanceId,
        shown.InstanceStatus?.Status,
        shown.SystemStatus?.Status,
      ]);
    expect(statuses().toSorted()).toEqual([
      [false, 'ok', 'ok'],
      [false, 'ok', 'ok'],
      [true, 'impaired', 'impaired'],
    ]);
    const [shown] = aws.DescribeInstanceStatus(world, { InstanceIds: [InstanceId] }).InstanceStatuses ?? [];
    expect(shown?.InstanceState?.Name).toBe('running');
    expect(shown?.SystemStatus?.Details).toEqual([
      { Name: 'reachability', Status: 'failed', ImpairedSince: from },
    ]);
    pass(world, 110);
    expect(statuses()).toContainEqual([true, 'ok', 'ok']);
  });

  test('rule 4: unknown launch templates and versions are refused', () => {
    const world = prod();
    expect(faultOf(() => aws.DescribeLaunchTemplates(world, { LaunchTemplateNames: ['x'] })).code).toBe(
      'InvalidLaunchTemplateName.NotFoundException',
    );
    expect(faultOf(() => aws.DescribeLaunchTemplates(world, { LaunchTemplateIds: ['lt-0'] })).code).toBe(
      'InvalidLaunchTemplateId.NotFound',
    );
    expect(
      faultOf(() => aws.DescribeLaunchTemplateVersions(world, { ...template, Versions: ['9'] })).code,
    ).toBe('InvalidLaunchTemplateId.VersionNotFound');
    for (const call of [aws.DescribeLaunchTemplateVersions, aws.ModifyLaunchTemplate])
      expect(faultOf(() => call(world, {}))).toEqual({
        code: 'MissingParameter',
        message: 'The request must contain the parameter launch template ID or launch template name',
      });
    for (const call of [
      () => aws.DescribeLaunchTemplateVersions(world, { ...template, Versions: ['abc'] }),
      () => aws.DescribeLaunchTemplateVersions(world, { ...template, MinVersion: '1.5' }),
      () => aws.DeleteLaunchTemplateVersions(world, { ...template, Versions: ['1', 'abc'] }),
    ])
      expect(faultOf(call)).toEqual({
        code: 'InvalidParameterValue',
        message:
          "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.",
      });
    expect(world.ec2.templates[0]?.versions).toHaveLength(3);
  });

  test('rule 5: versions go by number, $Latest and $Default, newest first', () => {
    const world = prod();
    const numbers = (Versions?: string[]) =>
      aws
        .DescribeLaunchTemplateVersions(world, { ...template, Versions })
        .LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber);
    expect(numbers()).toEqual([3, 2, 1]);
    expect(numbers(['$Latest'])).toEqual([3]);
    expect(numbers(['$Default'])).toEqual([2]);
    expect(numbers(['1', '3'])).toEqual([3, 1]);
  });

  test.each(['run-1', 'constructor', '__proto__'])(
    'rule 6: a new version starts from its source, and the client token %s makes it once',
    (ClientToken) => {
      const world = prod();
      const request = {
        ...template,
        SourceVersion: '2',
        ClientToken,
        LaunchTemplateData: { ImageId: images.newer },
      };
      const created = aws.CreateLaunchTemplateVersion(world, request).LaunchTemplateVersion;
      expect(created).toMatchObject({ VersionNumber: 4, DefaultVersion: false });
      expect(created?.LaunchTemplateData).toMatchObject({ ImageId: images.newer, InstanceType: 'm5.xlarge' });
      expect(aws.CreateLaunchTemplateVersion(world, request).LaunchTemplateVersion).toEqual(created);
      expect(world.ec2.templates[0]?.versions).toHaveLength(4);
      expect(
        faultOf(() => aws.CreateLaunchTemplateVersion(world, { ...request, SourceVersion: '1' })).code,
      ).toBe('IdempotentParameterMismatch');
    },
  );

  test('rule 7: numbers are never used again', () => {
    const world = prod();
    const create = () =>
      aws.CreateLaunchTemplateVersion(world, { ...template, SourceVersion: '2', LaunchTemplateData: {} })
        .LaunchTemplateVersion?.VersionNumber;
    const latest = () => aws.DescribeLaunchTemplates(world, {}).LaunchTemplates?.[0]?.LatestVersionNumber;
    expect(create()).toBe(4);
    aws.DeleteLaunchTemplateVersions(world, { ...template, Versions: ['4'] });
    expect(latest()).toBe(3);
    expect(create()).toBe(5);
    expect(latest()).toBe(5);
  });

  test('rule 8: deleting answers per version and spares the default one', () => {
    const world = prod();
    const answer = aws.DeleteLaunchTemplateVersions(world, { ...template, Versions: ['1', '2', '9'] });
    expect(
      answer.SuccessfullyDeletedLaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber),
    ).toEqual([1]);
    expect(
      answer.UnsuccessfullyDeletedLaunchTemplateVersions?.map(({ ResponseError }) => ResponseError?.Code),
    ).toEqual(['unexpectedError', 'launchTemplateVersionDoesNotExist']);
    expect(world.ec2.templates[0]?.versions.map(({ VersionNumber }) => VersionNumber)).toEqual([2, 3]);
  });

  test('rule 9: the default version is set to one that exists', () => {
    const world = prod();
    aws.ModifyLaunchTemplate(world, { ...template, DefaultVersion: '3' });
    expect(aws.DescribeLaunchTemplates(world, {}).LaunchTemplates?.[0]?.DefaultVersionNumber).toBe(3);
    expect(faultOf(() => aws.ModifyLaunchTemplate(world, { ...template, DefaultVersion: '8' })).code).toBe(
      'InvalidLaunchTemplateId.VersionNotFound',
    );
  });

  test('rule 10: an image can be a parameter', () => {
    const world = prod();
    aws.CreateLaunchTemplateVersion(world, {
      ...template,
      SourceVersion: '3',
      LaunchTemplateData: { ImageId: 'resolve:ssm:/morpheus/prod/app/ami' },
    });
    aws.UpdateAutoScalingGroup(world, {
      AutoScalingGroupName: name,
      DesiredCapacity: 4,
      LaunchTemplate: { LaunchTemplateName: name, Version: '4' },
    });
    pass(world, 15);
    const { InstanceId, LaunchTemplate } = members(world)[3] ?? memberIn(world, 'us-east-1a');
    expect(LaunchTemplate.Version).toBe('4');
    expect(world.ec2.nodes[InstanceId]?.instance.ImageId).toBe(images.inUse);
    expect(fleetIn(world).group.LaunchTemplate.Version).toBe('4');
  });
});
