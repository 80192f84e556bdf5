import { describe, expect, test } from 'vitest';
import { addFault } from '../../../../src/sandbox/faults/effects.ts';
import { activityOf } from '../../../../src/sandbox/services/auto-scaling/activities.ts';
import { isAvailable } from '../../../../src/sandbox/services/auto-scaling/fleets.ts';
import type { Member } from '../../../../src/sandbox/services/auto-scaling/state.ts';
import type { World } from '../../../../src/sandbox/world.ts';
import { aws, first, fleetIn, healthOf, isSteady, members, name, pass, passUntil, prod } from '../stack.ts';

const grow = (world: World, DesiredCapacity = 4) =>
  aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity });

function launched(world: World): Member {
  const old = new Set(members(world).map(({ InstanceId }) => InstanceId));
  passUntil(world, () => members(world).some(({ InstanceId }) => !old.has(InstanceId)));
  return first(members(world).filter(({ InstanceId }) => !old.has(InstanceId)));
}

describe('Auto Scaling: launching', () => {
  test('rule 6: a new instance is in service before its application answers', () => {
    const world = prod();
    grow(world);
    const member = launched(world);
    const fleet = fleetIn(world);
    const activity = activityOf(fleet, fleet.facts[member.InstanceId]?.activity);
    expect(member.LifecycleState).toBe('Pending');
    expect(activity).toMatchObject({
      StatusCode: 'PreInService',
      Description: `Launching a new EC2 instance: ${member.InstanceId}`,
    });
    expect(activity?.Cause).toMatch(
      /^At \S+Z a user request explicitly set group desired capacity changing the desired capacity from 3 to 4\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 3 to 4\.$/,
    );
    passUntil(world, () => member.LifecycleState === 'InService', { atMost: 60 });
    expect(activity).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
    expect(healthOf(world, member.InstanceId)).toBe('initial');
    passUntil(world, () => healthOf(world, member.InstanceId) === 'unhealthy', { atMost: 60 });
    expect(member.HealthStatus).toBe('Healthy');
    passUntil(world, () => healthOf(world, member.InstanceId) === 'healthy', { atMost: 240 });
    expect(world.now.getTime() - Number(activity?.StartTime)).toBeGreaterThan(120_000);
    expect(members(world)).toContain(member);
  });

  test('rule 7: launches go to the emptiest zone, from the version that the group names', () => {
    const world = prod();
    aws.UpdateAutoScalingGroup(world, {
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: '$Latest' },
    });
    grow(world, 6);
    passUntil(world, () => isSteady(world));
    const zones = members(world).map(({ AvailabilityZone }) => AvailabilityZone);
    expect(new Set(zones.slice(3)).size).toBe(3);
    expect(members(world).map(({ LaunchTemplate }) => LaunchTemplate.Version)).toEqual([
      '2',
      '2',
      '2',
      '3',
      '3',
      '3',
    ]);
  });

  test('rule 8: without capacity in a zone the launch fails and another zone is tried', () => {
    const world = prod();
    world.ec2.zonesWithoutCapacity = ['us-east-1a'];
    grow(world);
    expect(launched(world).AvailabilityZone).toBe('us-east-1b');
    const failed = first(fleetIn(world).activities.filter(({ StatusCode }) => StatusCode === 'Failed'));
    expect(failed.StatusMessage).toBe(
      'We currently do not have sufficient m5.xlarge capacity in the Availability Zone you requested (us-east-1a). Our system will be working on provisioning additional capacity. You can currently get m5.xlarge capacity by not specifying an Availability Zone in your request or choosing us-east-1b, us-east-1c. Launching EC2 instance failed.',
    );
    expect(failed.Description).toBe(`Launching a new EC2 instance.  Status Reason: ${failed.StatusMessage}`);
  });

  test('rule 8: where an instance type alone is short, another one is launched there', () => {
    const world = prod();
    const fault = (zone: string) =>
      addFault(world, { what: 'zone-without-capacity', zone, instanceType: 'm5.xlarge' });
    for (const zone of ['us-east-1a', 'us-east-1b', 'us-east-1c']) fault(zone);
    grow(world);
    passUntil(world, () => fleetIn(world).activities.length >= 3);
    expect(members(world)).toHaveLength(3);
    expect(first(fleetIn(world).activities).StatusMessage).toBe(
      'We currently do not have sufficient m5.xlarge capacity in the Availability Zone you requested (us-east-1c). Our system will be working on provisioning additional capacity. Launching EC2 instance failed.',
    );
    const { VersionNumber } = aws.CreateLaunchTemplateVersion(world, {
      LaunchTemplateName: name,
      SourceVersion: '2',
      LaunchTemplateData: { InstanceType: 'm5a.xlarge' },
    }).LaunchTemplateVersion;
    aws.UpdateAutoScalingGroup(world, {
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: String(VersionNumber) },
    });
    expect(launched(world).InstanceType).toBe('m5a.xlarge');
  });

  test('rule 8: a group that insists on balance waits for the zone and tries it less and less often', () => {
    const world = prod();
    world.ec2.zonesWithoutCapacity = ['us-east-1a'];
    fleetIn(world).group.AvailabilityZoneDistribution = { CapacityDistributionStrategy: 'balanced-only' };
    aws.TerminateInstanceInAutoScalingGroup(world, {
      InstanceId: first(members(world)).InstanceId,
      ShouldDecrementDesiredCapacity: false,
    });
    pass(world, 3600);
    expect(members(world).map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
      'us-east-1b',
      'us-east-1c',
    ]);
    const failures = fleetIn(world).activities.filter(({ StatusCode }) => StatusCode === 'Failed').length;
    expect(failures).toBeGreaterThan(10);
    expect(failures).toBeLessThan(20);
    world.ec2.zonesWithoutCapacity = [];
    passUntil(world, () => isSteady(world), { atMost: 900 });
  });

  test('rule 8: above the limit of instances launches fail', () => {
    const world = prod();
    aws.UpdateAutoScalingGroup(world, {
      AutoScalingGroupName: name,
      MaxSize: 100_000,
      DesiredCapacity: 100_000,
    });
    pass(world, 1200);
    const running = Object.values(world.ec2.nodes).filter(
      ({ instance: { State } }) => State.Name === 'running',
    );
    expect(running).toHaveLength(20);
    const failed = first(fleetIn(world).activities.filter(({ StatusCode }) => StatusCode === 'Failed'));
    expect(failed.StatusMessage).toBe(
      'You have requested more instances (21) than your current instance limit of 20 allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. Launching EC2 instance failed.',
    );
  });

  test('rule 9: an image that does not exist fails the launch', () => {
    const world = prod();
    world.ec2.images = [];
    grow(world);
    pass(world, 15);
    expect(members(world)).toHaveLength(3);
    expect(first(fleetIn(world).activities)).toMatchObject({
      StatusCode: 'Failed',
      StatusMessage: "The image id '[ami-0a1d2f3b4c5e60711]' does not exist. Launching EC2 instance failed.",
    });
  });

  test('rule 10: nothing is launched while Launch is suspended', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['Launch'] });
    grow(world);
    pass(world, 600);
    expect(members(world)).toHaveLength(3);
    aws.ResumeProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['Launch'] });
    pass(world, 15);
    expect(members(world)).toHaveLength(4);
  });

  test('rule 11: nothing is registered while AddToLoadBalancer is suspended', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['AddToLoadBalancer'] });
    grow(world);
    const member = launched(world);
    pass(world, 3600);
    expect(healthOf(world, member.InstanceId)).toBe('unused');
    expect(member).toMatchObject({ LifecycleState: 'InService', HealthStatus: 'Healthy' });
  });

  test('rule 21: a group out of balance is rebalanced, launching first', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['AZRebalance'] });
    for (const member of members(world)) member.AvailabilityZone = 'us-east-1a';
    pass(world, 600);
    expect(members(world)).toHaveLength(3);
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    let least = 9;
    passUntil(world, () => {
      const serving = members(world).filter((member) => isAvailable(world, fleetIn(world), member));
      least = Math.min(least, serving.length);
      return (
        new Set(members(world).map(({ AvailabilityZone }) => AvailabilityZone)).size === 3 && isSteady(world)
      );
    });
    expect(least).toBe(3);
    expect(
      fleetIn(world).activities.some(({ Cause }) => Cause.includes('instances were launched to balance')),
    ).toBe(true);
  });
});
