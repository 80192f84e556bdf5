import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from 'vitest';
import { aws, faultOf, fleetIn, members, name, pass, prod } from '../stack.ts';

describe('Auto Scaling: groups', () => {
  test('rule 1: describes leave unknown names out, come in pages and refuse foreign tokens', () => {
    const world = prod();
    expect(
      aws.DescribeAutoScalingGroups(world, { AutoScalingGroupNames: ['nobody'] }).AutoScalingGroups,
    ).toEqual([]);
    expect(aws.DescribeAutoScalingInstances(world, { InstanceIds: ['i-0'] }).AutoScalingInstances).toEqual(
      [],
    );
    const one = aws.DescribeAutoScalingInstances(world, { MaxRecords: 2 });
    const two = aws.DescribeAutoScalingInstances(world, { MaxRecords: 2, NextToken: one.NextToken });
    expect(
      [...one.AutoScalingInstances, ...two.AutoScalingInstances].map(({ InstanceId }) => InstanceId),
    ).toEqual(members(world).map(({ InstanceId }) => InstanceId));
    expect(two.NextToken).toBeUndefined();
    expect(faultOf(() => aws.DescribeAutoScalingGroups(world, { NextToken: 'x' })).code).toBe(
      'InvalidNextToken',
    );
  });

  test('rule 2: an unknown group is refused', () => {
    const world = prod();
    const unknown = { AutoScalingGroupName: 'nobody' };
    for (const call of [
      () => aws.SuspendProcesses(world, unknown),
      () => aws.StartInstanceRefresh(world, unknown),
      () => aws.DescribeLifecycleHooks(world, unknown),
      () => aws.SetDesiredCapacity(world, { ...unknown, DesiredCapacity: 3 }),
    ])
      expect(faultOf(call).code).toBe('ValidationError');
  });

  test('rule 3: a desired capacity outside the bounds, or during an activity where asked to wait, is refused', () => {
    const world = prod();
    const set = (DesiredCapacity: number, HonorCooldown = false) =>
      aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity, HonorCooldown });
    expect(faultOf(() => set(7))).toEqual({
      code: 'ValidationError',
      message: 'New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup.',
    });
    expect(faultOf(() => set(2)).message).toContain('below min value 3');
    set(4);
    pass(world, 15);
    expect(faultOf(() => set(5, true)).code).toBe('ScalingActivityInProgressFault');
    set(5);
    expect(fleetIn(world).group.DesiredCapacity).toBe(5);
  });

  test('rule 4: new bounds move the desired capacity', () => {
    const world = prod();
    aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, MinSize: 4 });
    expect(fleetIn(world).group).toMatchObject({ MinSize: 4, DesiredCapacity: 4, MaxSize: 6 });
    aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, MinSize: 1, MaxSize: 2 });
    expect(fleetIn(world).group).toMatchObject({ MinSize: 1, DesiredCapacity: 2, MaxSize: 2 });
    expect(
      faultOf(() => aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, MinSize: 3 })).code,
    ).toBe('ValidationError');
  });

  test('rule 4: bounds and capacity are whole', () => {
    const world = prod();
    const before = structuredClone(fleetIn(world).group);
    for (const wrong of [1.5, -1, Number.POSITIVE_INFINITY]) {
      expect(
        faultOf(() => aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: wrong }))
          .code,
      ).toBe('ValidationError');
      for (const bound of ['MinSize', 'MaxSize', 'DesiredCapacity'])
        expect(
          faultOf(() => aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, [bound]: wrong }))
            .code,
        ).toBe('ValidationError');
    }
    expect(fleetIn(world).group).toEqual(before);
  });

  test('rule 4: a launch template is named by id or by name, and exists', () => {
    const world = prod();
    const use = (LaunchTemplate: LaunchTemplateSpecification) =>
      aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, LaunchTemplate });
    expect(faultOf(() => use(fleetIn(world).group.LaunchTemplate))).toEqual({
      code: 'ValidationError',
      message: 'Valid requests must contain either launchTemplateId or LaunchTemplateName',
    });
    expect(faultOf(() => use({ LaunchTemplateName: name, Version: '9' })).code).toBe('ValidationError');
    use({ LaunchTemplateName: name, Version: '3' });
    expect(fleetIn(world).group.LaunchTemplate).toEqual({
      LaunchTemplateId: 'lt-0f3b9d2c7e1a48650',
      LaunchTemplateName: name,
      Version: '3',
    });
  });

  test('rule 5: processes are suspended and resumed by name, or all of them', () => {
    const world = prod();
    const suspended = () => fleetIn(world).group.SuspendedProcesses.map(({ ProcessName }) => ProcessName);
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['AZRebalance'] });
    const reason = fleetIn(world).group.SuspendedProcesses[0]?.SuspensionReason;
    expect(reason).toBe('User suspended at 2026-03-02T02:10:00Z');
    pass(world, 60);
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    expect(suspended()).toHaveLength(9);
    expect(fleetIn(world).group.SuspendedProcesses[0]?.SuspensionReason).toBe(reason);
    aws.ResumeProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['Launch', 'AZRebalance'] });
    expect(suspended()).toHaveLength(7);
    expect(suspended()).not.toContain('Launch');
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    expect(suspended()).toEqual([]);
    expect(
      faultOf(() => aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['Lunch'] }))
        .code,
    ).toBe('ValidationError');
  });

  test('rule 22: the policy of an alarm raises the desired capacity', () => {
    const world = prod();
    const fire = () =>
      aws.SetAlarmState(world, {
        AlarmName: 'morpheus-prod-app-cpu',
        StateValue: 'ALARM',
        StateReason: 'test',
      });
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['AlarmNotification'] });
    fire();
    expect(fleetIn(world).group.DesiredCapacity).toBe(3);
    pass(world, 61);
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    for (let times = 0; times < 5; times += 1) {
      fire();
      pass(world, 61);
    }
    expect(fleetIn(world).group.DesiredCapacity).toBe(6);
  });
});
