import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { begin } from '../../../../src/sandbox/scenario.ts';
import { isAvailable } from '../../../../src/sandbox/services/auto-scaling/fleets.ts';
import { boundsOf } from '../../../../src/sandbox/services/auto-scaling/refresh.ts';
import type { World } from '../../../../src/sandbox/world.ts';
import { scenario } from '../../../helpers/scenario.ts';
import {
  aws,
  faultOf,
  first,
  fleetIn,
  isSteady,
  memberIn,
  members,
  name,
  pass,
  passUntil,
  prod,
} from '../stack.ts';

const group = { AutoScalingGroupName: name };
const launchFirst: RefreshPreferences = { MinHealthyPercentage: 100, MaxHealthyPercentage: 133 };

const start = (world: World, Preferences: RefreshPreferences = launchFirst, Version = '3') =>
  aws.StartInstanceRefresh(world, {
    ...group,
    Preferences,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version } },
  });

const refreshIn = (world: World) => first(aws.DescribeInstanceRefreshes(world, group).InstanceRefreshes);
const statusIn = (world: World) => refreshIn(world).Status;
const versions = (world: World) => members(world).map(({ LaunchTemplate }) => LaunchTemplate.Version);
const ended = (world: World) => refreshIn(world).EndTime !== undefined;
const available = (world: World) =>
  members(world).filter((member) => isAvailable(world, fleetIn(world), member)).length;
const newNodes = (world: World) => versions(world).filter((version) => version === '3').length;

describe('Auto Scaling: instance refresh', () => {
  test('rule 23: it replaces every node, and only then the group is on the new version', () => {
    const world = prod();
    start(world);
    expect(refreshIn(world)).toMatchObject({
      Status: 'Pending',
      PercentageComplete: 0,
      InstancesToUpdate: 3,
    });
    const seen = new Set<string>();
    passUntil(world, () => {
      seen.add(`${statusIn(world)} ${fleetIn(world).group.LaunchTemplate.Version}`);
      return ended(world);
    });
    expect([...seen]).toEqual(['Pending 2', 'InProgress 2', 'Successful 3']);
    expect(versions(world)).toEqual(['3', '3', '3']);
    expect(refreshIn(world)).toMatchObject({ PercentageComplete: 100, InstancesToUpdate: 0 });
    expect(new Set(members(world).map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(3);
    const causes = fleetIn(world).activities.map(({ Cause }) => Cause.replace(/^At \S+ /, ''));
    expect(new Set(causes)).toEqual(
      new Set([
        'an instance was launched in response to an instance refresh.',
        'an instance was taken out of service in response to an instance refresh.',
      ]),
    );
  });

  test('rule 24: one at a time, and only a running one can be cancelled or rolled back', () => {
    const world = prod();
    expect(faultOf(() => aws.CancelInstanceRefresh(world, group)).code).toBe(
      'ActiveInstanceRefreshNotFoundFault',
    );
    expect(faultOf(() => aws.RollbackInstanceRefresh(world, group)).code).toBe(
      'ActiveInstanceRefreshNotFoundFault',
    );
    start(world);
    expect(faultOf(() => start(world))).toEqual({
      code: 'InstanceRefreshInProgressFault',
      message:
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    });
    passUntil(world, () => ended(world));
    expect(faultOf(() => aws.RollbackInstanceRefresh(world, group)).code).toBe(
      'ActiveInstanceRefreshNotFoundFault',
    );
  });

  test.each<[string, RefreshPreferences]>([
    ['a maximum without a minimum', { MaxHealthyPercentage: 120 }],
    ['a maximum below 100', { MinHealthyPercentage: 50, MaxHealthyPercentage: 90 }],
    ['a range above 100', { MinHealthyPercentage: 50, MaxHealthyPercentage: 160 }],
    ['a minimum above 100', { MinHealthyPercentage: 120 }],
    ['checkpoints out of order', { CheckpointPercentages: [50, 20, 100] }],
    ['a checkpoint delay alone', { CheckpointDelay: 60 }],
    ['a bake time of more than two days', { BakeTime: 172_801 }],
    ['a checkpoint delay without end', { CheckpointPercentages: [50, 100], CheckpointDelay: 1e15 }],
  ])('rule 25: %s is refused', (_what, preferences) => {
    const world = prod();
    expect(faultOf(() => start(world, preferences)).code).toBe('ValidationError');
    expect(aws.DescribeInstanceRefreshes(world, group).InstanceRefreshes).toEqual([]);
  });

  test('rule 25: a version that does not exist is refused', () => {
    expect(faultOf(() => start(prod(), launchFirst, '9')).code).toBe('ValidationError');
  });

  test('rule 26: with a maximum percentage the available nodes never fall below the floor', () => {
    const percentages = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 200 }))
      .filter(([least, most]) => most - least <= 100);
    fc.assert(
      fc.property(
        percentages,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 3, max: 6 }),
        ([least, most], seed, desired) => {
          const world = prod(seed);
          aws.SetDesiredCapacity(world, { ...group, DesiredCapacity: desired });
          passUntil(world, () => isSteady(world));
          start(world, { MinHealthyPercentage: least, MaxHealthyPercentage: most });
          const { floor } = boundsOf(fleetIn(world), first(fleetIn(world).refreshes));
          expect(floor).toBe(Math.ceil((desired * least) / 100));
          passUntil(
            world,
            () => {
              expect(available(world)).toBeGreaterThanOrEqual(floor);
              return ended(world);
            },
            { every: 10 },
          );
          expect(statusIn(world)).toBe('Successful');
          expect(versions(world)).toEqual(Array.from({ length: desired }, () => '3'));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('rule 26: without a maximum percentage one node is missing while its replacement starts', () => {
    const world = prod();
    start(world, { MinHealthyPercentage: 100 });
    let [least, most] = [9, 0];
    passUntil(world, () => {
      least = Math.min(least, available(world));
      most = Math.max(
        most,
        members(world).filter(({ LifecycleState }) => !LifecycleState.startsWith('Term')).length,
      );
      return ended(world);
    });
    expect({ least, most }).toEqual({ least: 2, most: 3 });
  });

  test('rule 27: it pauses at a checkpoint for the delay, and not at the last one', () => {
    const world = prod();
    start(world, { ...launchFirst, CheckpointPercentages: [30, 100], CheckpointDelay: 600 });
    passUntil(world, () => refreshIn(world).StatusReason?.includes('checkpoint of 30') ?? false);
    pass(world, 590);
    expect(versions(world).toSorted()).toEqual(['2', '2', '3']);
    passUntil(world, () => newNodes(world) === 2, { atMost: 60 });
    passUntil(world, () => versions(world).every((version) => version === '3') && isSteady(world));
    passUntil(world, () => ended(world), { atMost: 180 });
  });

  test('rule 27: a last checkpoint below 100 ends the refresh there', () => {
    const world = prod();
    start(world, { ...launchFirst, CheckpointPercentages: [30] });
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe('Successful');
    expect(versions(world).toSorted()).toEqual(['2', '2', '3']);
  });

  test('rule 28: a new node counts once it is healthy and warm', () => {
    const world = prod();
    start(world, { ...launchFirst, InstanceWarmup: 900 });
    passUntil(world, () => available(world) === 4);
    expect(refreshIn(world).PercentageComplete).toBe(0);
    expect(refreshIn(world).StatusReason).toContain('Waiting for remaining instances to be available.');
    pass(world, 600);
    expect(refreshIn(world).PercentageComplete).toBe(0);
    passUntil(world, () => refreshIn(world).PercentageComplete === 33, { atMost: 300 });
  });

  test('rule 29: nodes that match already are left alone', () => {
    const world = prod();
    const ids = members(world).map(({ InstanceId }) => InstanceId);
    start(world, { ...launchFirst, SkipMatching: true }, '2');
    passUntil(world, () => ended(world), { atMost: 60 });
    expect(refreshIn(world)).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect(members(world).map(({ InstanceId }) => InstanceId)).toEqual(ids);
  });

  test('rule 30: a protected node stalls the refresh, which fails after an hour', () => {
    const world = prod();
    const InstanceIds = [memberIn(world, 'us-east-1b').InstanceId];
    aws.SetInstanceProtection(world, { ...group, InstanceIds, ProtectedFromScaleIn: true });
    start(world);
    passUntil(world, () => refreshIn(world).StatusReason?.includes('is protected') ?? false);
    const stalled = world.now.getTime();
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe('Failed');
    expect((world.now.getTime() - stalled) / 60_000).toBeCloseTo(60, -1);
    expect(versions(world).toSorted()).toEqual(['2', '3', '3']);
  });

  test.each([
    ['Ignore', ['2', '3', '3']],
    ['Refresh', ['3', '3', '3']],
  ] as const)('rule 30: protected nodes with %s', (ScaleInProtectedInstances, expected) => {
    const world = prod();
    const InstanceIds = [memberIn(world, 'us-east-1b').InstanceId];
    aws.SetInstanceProtection(world, { ...group, InstanceIds, ProtectedFromScaleIn: true });
    start(world, { ...launchFirst, ScaleInProtectedInstances });
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe('Successful');
    expect(versions(world).toSorted()).toEqual(expected);
  });

  test.each([
    ['Wait', 'Failed', ['2', '3', '3', '3']],
    ['Ignore', 'Successful', ['2', '3', '3', '3']],
    ['Terminate', 'Successful', ['3', '3', '3']],
  ] as const)('rule 30: a standby node with %s', (StandbyInstances, status, expected) => {
    const world = prod();
    const InstanceIds = [memberIn(world, 'us-east-1b').InstanceId];
    aws.EnterStandby(world, { ...group, InstanceIds, ShouldDecrementDesiredCapacity: false });
    passUntil(world, () => members(world).length === 4 && available(world) === 3);
    start(world, { ...launchFirst, StandbyInstances });
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe(status);
    expect(versions(world).toSorted()).toEqual(expected);
  });

  test('rule 31: it bakes before it succeeds', () => {
    const world = prod();
    start(world, { ...launchFirst, BakeTime: 900 });
    passUntil(world, () => statusIn(world) === 'Baking');
    expect(fleetIn(world).group.LaunchTemplate.Version).toBe('2');
    pass(world, 880);
    expect(statusIn(world)).toBe('Baking');
    pass(world, 40);
    expect(statusIn(world)).toBe('Successful');
  });

  test.each([
    [false, 'Failed', '3'],
    [true, 'RollbackSuccessful', '2'],
  ] as const)('rule 32: an alarm with auto rollback %s', (AutoRollback, status, version) => {
    const world = prod();
    start(world, { ...launchFirst, AutoRollback, AlarmSpecification: { Alarms: ['morpheus-prod-5xx'] } });
    passUntil(world, () => refreshIn(world).PercentageComplete === 33);
    aws.SetAlarmState(world, { AlarmName: 'morpheus-prod-5xx', StateValue: 'ALARM', StateReason: 'test' });
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe(status);
    passUntil(world, () => isSteady(world));
    expect(newNodes(world) > 0 ? '3' : '2').toBe(version);
    expect(fleetIn(world).group.LaunchTemplate.Version).toBe('2');
  });

  test('rule 33: a rollback puts the old version back on every node that was replaced', () => {
    const world = prod();
    const untouched = memberIn(world, 'us-east-1c').InstanceId;
    start(world);
    passUntil(world, () => refreshIn(world).PercentageComplete === 33 && newNodes(world) === 2);
    aws.RollbackInstanceRefresh(world, group);
    expect(refreshIn(world)).toMatchObject({
      Status: 'RollbackInProgress',
      RollbackDetails: { PercentageCompleteOnRollback: 33, InstancesToUpdateOnRollback: 2 },
    });
    let least = 9;
    passUntil(world, () => {
      least = Math.min(least, available(world));
      return ended(world);
    });
    expect(least).toBe(3);
    expect(refreshIn(world)).toMatchObject({ Status: 'RollbackSuccessful', PercentageComplete: 0 });
    expect(versions(world)).toEqual(['2', '2', '2']);
    expect(members(world).map(({ InstanceId }) => InstanceId)).toContain(untouched);
    expect(fleetIn(world).group.LaunchTemplate.Version).toBe('2');
  });

  test('rule 33: without numbered versions, AMI ids or a desired configuration there is no way back', () => {
    const changes: readonly ((world: World) => unknown)[] = [
      (world) =>
        aws.UpdateAutoScalingGroup(world, {
          ...group,
          LaunchTemplate: { LaunchTemplateName: name, Version: '$Latest' },
        }),
      (world) =>
        aws.CreateLaunchTemplateVersion(world, {
          LaunchTemplateName: name,
          SourceVersion: '3',
          LaunchTemplateData: { ImageId: 'resolve:ssm:/morpheus/prod/app/ami' },
        }),
    ];
    for (const [index, change] of changes.entries()) {
      const world = prod();
      change(world);
      const version = index === 0 ? '3' : '4';
      expect(faultOf(() => start(world, { ...launchFirst, AutoRollback: true }, version)).code).toBe(
        'ValidationError',
      );
      start(world, launchFirst, version);
      expect(faultOf(() => aws.RollbackInstanceRefresh(world, group)).code).toBe(
        'IrreversibleInstanceRefreshFault',
      );
    }
    const world = prod();
    expect(faultOf(() => start(world, { ...launchFirst, AutoRollback: true }, '$Latest')).code).toBe(
      'ValidationError',
    );
    aws.StartInstanceRefresh(world, group);
    expect(faultOf(() => aws.RollbackInstanceRefresh(world, group)).code).toBe(
      'IrreversibleInstanceRefreshFault',
    );
  });

  test('rule 34: cancelled, it replaces no further node and puts none back', () => {
    const world = prod();
    start(world);
    passUntil(world, () => refreshIn(world).PercentageComplete === 33);
    aws.CancelInstanceRefresh(world, group);
    expect(statusIn(world)).toBe('Cancelling');
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe('Cancelled');
    const replaced = versions(world);
    pass(world, 1200);
    expect(newNodes(world)).toBeGreaterThan(0);
    expect(newNodes(world)).toBeLessThan(3);
    expect(replaced.length).toBeGreaterThanOrEqual(versions(world).length);
    expect(fleetIn(world).group.LaunchTemplate.Version).toBe('2');
  });

  test('rule 35: without progress for an hour it fails', async () => {
    const world = prod();
    await begin(world, scenario('bad-ami'));
    start(world);
    pass(world, 3500);
    expect(statusIn(world)).toBe('InProgress');
    pass(world, 300);
    expect(refreshIn(world)).toMatchObject({ Status: 'Failed', PercentageComplete: 0 });
    expect(refreshIn(world).StatusReason).toContain('No progress for an hour.');
    expect(available(world)).toBe(3);
  });

  test.each(['InstanceRefresh', 'Launch', 'Terminate'])(
    'rule 36: nothing is replaced while %s is suspended',
    (process) => {
      const world = prod();
      const ids = members(world).map(({ InstanceId }) => InstanceId);
      aws.SuspendProcesses(world, { ...group, ScalingProcesses: [process] });
      start(world);
      pass(world, 1800);
      expect(members(world).map(({ InstanceId }) => InstanceId)).toEqual(ids);
      aws.ResumeProcesses(world, group);
      passUntil(world, () => ended(world));
      expect(statusIn(world)).toBe('Successful');
    },
  );

  test('rule 37: a node that hangs holds the refresh up, but not its rollback', async () => {
    const world = prod();
    await begin(world, scenario('stuck-node'));
    const stuck = memberIn(world, 'us-east-1b').InstanceId;
    start(world, { ...launchFirst, AutoRollback: true });
    passUntil(world, () => refreshIn(world).StatusReason?.includes(`${stuck} is Terminating:Wait`) ?? false);
    pass(world, 3300);
    expect(statusIn(world)).toBe('InProgress');
    passUntil(world, () => ended(world));
    expect(statusIn(world)).toBe('RollbackSuccessful');
    const others = members(world).filter(({ InstanceId }) => InstanceId !== stuck);
    expect(others.map(({ LaunchTemplate }) => LaunchTemplate.Version)).toEqual(['2', '2', '2']);
    expect(memberIn(world, 'us-east-1b')).toMatchObject({
      InstanceId: stuck,
      LifecycleState: 'Terminating:Wait',
    });
  });
});
