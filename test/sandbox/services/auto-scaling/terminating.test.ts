import { describe, expect, test } from 'vitest';
import { activityOf } from '../../../../src/sandbox/services/auto-scaling/activities.ts';
import type { World } from '../../../../src/sandbox/world.ts';
import {
  aws,
  faultOf,
  first,
  fleetIn,
  healthOf,
  isSteady,
  memberIn,
  members,
  name,
  pass,
  passUntil,
  prod,
} from '../stack.ts';

const terminate = (world: World, InstanceId: string, ShouldDecrementDesiredCapacity = false) =>
  aws.TerminateInstanceInAutoScalingGroup(world, { InstanceId, ShouldDecrementDesiredCapacity });

const activityIn = (world: World, id: string) =>
  activityOf(fleetIn(world), fleetIn(world).facts[id]?.activity);

const has = (world: World, id: string) => members(world).some(({ InstanceId }) => InstanceId === id);

describe('Auto Scaling: terminating', () => {
  test('rule 12: with decrement the group shrinks, but not below its minimum', () => {
    const world = prod();
    const id = memberIn(world, 'us-east-1b').InstanceId;
    expect(faultOf(() => terminate(world, id, true))).toEqual({
      code: 'ValidationError',
      message:
        "Currently, desiredSize equals minSize (3). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    });
    aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, MinSize: 2 });
    const { Activity } = terminate(world, id, true);
    expect(Activity).toMatchObject({
      StatusCode: 'InProgress',
      Description: `Terminating EC2 instance: ${id}`,
    });
    expect(Activity?.Cause).toMatch(
      /^At \S+Z instance i-0b5d2f8ea1c4036a2 was taken out of service in response to a user request, shrinking the capacity from 3 to 2\.$/,
    );
    passUntil(world, () => !has(world, id));
    pass(world, 600);
    expect(members(world)).toHaveLength(2);
  });

  test('rule 12: an instance has to be named', () => {
    const world = prod();
    expect(
      faultOf(() =>
        aws.TerminateInstanceInAutoScalingGroup(world, {
          InstanceId: undefined,
          ShouldDecrementDesiredCapacity: false,
        }),
      ),
    ).toMatchObject({ code: 'ValidationError', message: expect.stringContaining("null at 'instanceId'") });
    expect(
      faultOf(() =>
        aws.CompleteLifecycleAction(world, {
          AutoScalingGroupName: name,
          LifecycleHookName: 'drain',
          LifecycleActionResult: 'CONTINUE',
        }),
      ).message,
    ).toBe('Either InstanceId or LifecycleActionToken must be specified.');
  });

  test('rule 12: without decrement the instance is replaced in its zone', () => {
    const world = prod();
    const id = memberIn(world, 'us-east-1b').InstanceId;
    terminate(world, id);
    passUntil(world, () => !has(world, id) && isSteady(world));
    expect(memberIn(world, 'us-east-1b').InstanceId).not.toBe(id);
  });

  test('rule 13: it is drained, waits for its hook and is shut down', () => {
    const world = prod();
    const member = memberIn(world, 'us-east-1a');
    const id = member.InstanceId;
    terminate(world, id);
    const seen: string[] = [];
    const activity = activityIn(world, id);
    passUntil(
      world,
      () => {
        const now = `${member.LifecycleState} ${activity?.StatusCode} ${world.ec2.nodes[id]?.instance.State.Name}`;
        if (seen.at(-1) !== now) seen.push(now);
        return !has(world, id);
      },
      { every: 1 },
    );
    expect(seen).toEqual([
      'Terminating WaitingForELBConnectionDraining running',
      'Terminating:Wait MidTerminatingLifecycleAction running',
      'Terminating:Proceed MidTerminatingLifecycleAction shutting-down',
      'Terminating:Proceed Successful terminated',
    ]);
    expect(activity).toMatchObject({ Description: `Terminating EC2 instance: ${id}`, Progress: 100 });
  });

  test('rule 14: a hook that nobody completes ends at its timeout', () => {
    const world = prod();
    const { InstanceId } = memberIn(world, 'us-east-1a');
    const node = world.ec2.nodes[InstanceId];
    if (node !== undefined) node.agentHangs = true;
    terminate(world, InstanceId);
    pass(world, 60 + 290);
    expect(memberIn(world, 'us-east-1a').LifecycleState).toBe('Terminating:Wait');
    pass(world, 20);
    expect(memberIn(world, 'us-east-1a').LifecycleState).toBe('Terminating:Proceed');
  });

  test('rule 14: a caller can complete the hook, once', () => {
    const world = prod();
    const { InstanceId } = memberIn(world, 'us-east-1a');
    const complete = () =>
      aws.CompleteLifecycleAction(world, {
        AutoScalingGroupName: name,
        LifecycleHookName: 'drain',
        InstanceId,
        LifecycleActionResult: 'CONTINUE',
      });
    const refused = {
      code: 'ValidationError',
      message: `No active Lifecycle Action found with instance ID ${InstanceId}`,
    };
    expect(faultOf(complete)).toEqual(refused);
    terminate(world, InstanceId);
    pass(world, 61);
    complete();
    expect(memberIn(world, 'us-east-1a').LifecycleState).toBe('Terminating:Proceed');
    expect(faultOf(complete)).toEqual(refused);
  });

  test('rule 15: terminating twice, and terminating a stranger, are refused', () => {
    const world = prod();
    const { InstanceId } = memberIn(world, 'us-east-1a');
    terminate(world, InstanceId);
    expect(faultOf(() => terminate(world, InstanceId)).code).toBe('ScalingActivityInProgressFault');
    expect(faultOf(() => terminate(world, 'i-0123456789abcdef0'))).toEqual({
      code: 'ValidationError',
      message: 'Instance Id not found - No managed instance found for instance ID: i-0123456789abcdef0',
    });
  });

  test('rule 16: scale-in prefers the fullest zone and outdated nodes, and spares protected ones', () => {
    const world = prod();
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 4 });
    passUntil(world, () => members(world).length === 4 && isSteady(world));
    const old = memberIn(world, 'us-east-1a');
    const young = first(members(world).slice(3));
    aws.SetInstanceProtection(world, {
      AutoScalingGroupName: name,
      InstanceIds: [old.InstanceId],
      ProtectedFromScaleIn: true,
    });
    aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: ['Terminate'] });
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 3 });
    pass(world, 300);
    expect(members(world)).toHaveLength(4);
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    pass(world, 15);
    expect(young.LifecycleState).toBe('Terminating');
    expect(old.LifecycleState).toBe('InService');
    expect(activityIn(world, young.InstanceId)?.Cause).toContain('shrinking the capacity from 4 to 3.');
  });

  test('rule 16: among the nodes of one zone the outdated one goes', () => {
    const world = prod();
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 4 });
    passUntil(world, () => members(world).length === 4 && isSteady(world));
    const old = memberIn(world, 'us-east-1a');
    old.LaunchTemplate.Version = '1';
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 3 });
    pass(world, 15);
    expect(old.LifecycleState).toBe('Terminating');
  });

  test('rule 19: standby takes an instance out of the count and back', () => {
    const world = prod();
    const { InstanceId } = memberIn(world, 'us-east-1c');
    const ids = { AutoScalingGroupName: name, InstanceIds: [InstanceId] };
    expect(
      faultOf(() => aws.EnterStandby(world, { ...ids, ShouldDecrementDesiredCapacity: true })).message,
    ).toBe(
      `AutoScalingGroup ${name} has min-size=3, max-size=6, and desired-size=3. To place into standby 1 instance, please update the AutoScalingGroup sizes appropriately.`,
    );
    aws.UpdateAutoScalingGroup(world, { AutoScalingGroupName: name, MinSize: 2 });
    aws.EnterStandby(world, { ...ids, ShouldDecrementDesiredCapacity: true });
    pass(world, 70);
    expect(memberIn(world, 'us-east-1c').LifecycleState).toBe('Standby');
    expect(healthOf(world, InstanceId)).toBe('unused');
    pass(world, 600);
    expect(members(world)).toHaveLength(3);
    aws.ExitStandby(world, ids);
    expect(fleetIn(world).group.DesiredCapacity).toBe(3);
    passUntil(world, () => isSteady(world), { atMost: 120 });
    expect(members(world)).toHaveLength(3);
  });

  test('rule 20: protection is set on instances in service', () => {
    const world = prod();
    const { InstanceId } = memberIn(world, 'us-east-1c');
    const protect = () =>
      aws.SetInstanceProtection(world, {
        AutoScalingGroupName: name,
        InstanceIds: [InstanceId],
        ProtectedFromScaleIn: true,
      });
    protect();
    expect(memberIn(world, 'us-east-1c').ProtectedFromScaleIn).toBe(true);
    terminate(world, InstanceId);
    expect(faultOf(protect).code).toBe('ValidationError');
  });
});
