import { expect, test } from 'vitest';
import { recovery } from '../../../src/sandbox/morpheus-prod/names.ts';
import { openSandbox } from '../../../src/sandbox/sandbox.ts';
import { begin } from '../../../src/sandbox/scenario.ts';
import { activityOf } from '../../../src/sandbox/services/auto-scaling/activities.ts';
import { isAvailable } from '../../../src/sandbox/services/auto-scaling/fleets.ts';
import { elsewhere, type World } from '../../../src/sandbox/world.ts';
import { scenario } from '../../helpers/scenario.ts';
import {
  aws,
  first,
  fleetIn,
  healthOf,
  memberIn,
  members,
  name,
  pass,
  passUntil,
  prod,
} from '../services/stack.ts';

const group = { AutoScalingGroupName: name };

async function refreshed(named: string, seed = 11): Promise<World> {
  const world = prod(seed);
  await begin(world, scenario(named));
  aws.StartInstanceRefresh(world, {
    ...group,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version: '3' } },
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 133 },
  });
  return world;
}

const refreshIn = (world: World) => first(fleetIn(world).refreshes).shown;
const ended = (world: World) => refreshIn(world).EndTime !== undefined;
const fired = (world: World) =>
  world.cloudWatch.history
    .filter(({ HistorySummary }) => HistorySummary?.endsWith('to ALARM'))
    .map(({ AlarmName }) => AlarmName);

test('calm: a refresh fires no alarm, whatever the seed', async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const world = await refreshed('calm', seed);
    passUntil(world, () => ended(world));
    expect(refreshIn(world).Status).toBe('Successful');
    expect(fired(world)).toEqual([]);
  }
});

test('bad-ami: the new node fails its health checks and an alarm says so', async () => {
  const world = await refreshed('bad-ami');
  passUntil(world, () => fired(world).length > 0, { atMost: 600 });
  expect(fired(world)).toEqual(['morpheus-prod-unhealthy-hosts']);
  expect(healthOf(world, first(members(world).slice(3)).InstanceId)).toBe('unhealthy');
});

test('stop-alarm: one new node works, the second one brings the errors', async () => {
  const world = await refreshed('stop-alarm');
  passUntil(world, () => refreshIn(world).PercentageComplete === 33);
  pass(world, 60);
  expect(fired(world)).toEqual([]);
  passUntil(world, () => fired(world).length > 0);
  expect(fired(world)).toEqual(['morpheus-prod-5xx']);
  expect(
    members(world).filter(({ LaunchTemplate }) => LaunchTemplate.Version === '3').length,
  ).toBeGreaterThanOrEqual(2);
});

test('throttling: reads fail for minutes, writes at their first attempt', async () => {
  const { faults } = await refreshed('throttling');
  expect(faults.every(({ what }) => what === 'throttle')).toBe(true);
  const named = (wanted: string) =>
    faults.filter((fault) => 'operation' in fault && fault.operation === wanted);
  const stretches = named('Describe*').map(({ from, to }) => Number(to) - Number(from));
  expect(stretches).toEqual([60_000, 180_000, 240_000, 240_000]);
  expect(named('StartInstanceRefresh')).toMatchObject([{ calls: expect.arrayContaining([1]) }]);
});

test('no-capacity: the replacement for us-east-1a never comes, and its node is not lost', async () => {
  const world = await refreshed('no-capacity');
  const before = memberIn(world, 'us-east-1a');
  let least = 9;
  passUntil(world, () => {
    least = Math.min(
      least,
      members(world).filter((member) => isAvailable(world, fleetIn(world), member)).length,
    );
    return ended(world);
  });
  expect(refreshIn(world).Status).toBe('Failed');
  expect(least).toBe(3);
  expect(memberIn(world, 'us-east-1a')).toBe(before);
  expect(before.LifecycleState).toBe('InService');
  expect(first(fleetIn(world).activities).StatusMessage).toContain(
    'do not have sufficient m5.xlarge capacity',
  );
});

test('stuck-node: the node of us-east-1b hangs for two hours, or until somebody completes its hook', async () => {
  const world = await refreshed('stuck-node');
  const stuck = memberIn(world, 'us-east-1b');
  passUntil(world, () => stuck.LifecycleState === 'Terminating:Wait');
  pass(world, 7100);
  expect(stuck.LifecycleState).toBe('Terminating:Wait');
  const activity = activityOf(fleetIn(world), fleetIn(world).facts[stuck.InstanceId]?.activity);
  expect(activity?.StatusCode).toBe('MidTerminatingLifecycleAction');
  aws.CompleteLifecycleAction(world, {
    ...group,
    LifecycleHookName: 'drain',
    InstanceId: stuck.InstanceId,
    LifecycleActionResult: 'CONTINUE',
  });
  pass(world, 60);
  expect(members(world)).not.toContain(stuck);
});

test('recovery-capacity: nothing of the usual type is launched in the recovery Region, and another type is', async () => {
  const world = prod();
  await begin(world, scenario('recovery-capacity'));
  const there = elsewhere(world, 'us-west-2');
  const [fleet] = there.autoScaling.fleets;
  const launched = () => fleet?.group.Instances.length;
  aws.SetDesiredCapacity(there, { AutoScalingGroupName: recovery.group, DesiredCapacity: 3 });
  pass(world, 120);
  expect(launched()).toBe(0);
  expect(fleet?.activities.every(({ StatusMessage = '' }) => StatusMessage.includes('m5.xlarge'))).toBe(true);
  const { LaunchTemplateVersion } = aws.CreateLaunchTemplateVersion(there, {
    LaunchTemplateId: recovery.templateId,
    SourceVersion: '1',
    LaunchTemplateData: { InstanceType: 'm5a.xlarge' },
  });
  aws.UpdateAutoScalingGroup(there, {
    AutoScalingGroupName: recovery.group,
    LaunchTemplate: {
      LaunchTemplateId: recovery.templateId,
      Version: String(LaunchTemplateVersion.VersionNumber),
    },
  });
  pass(world, 400);
  expect(launched()).toBe(3);
});

test('recovery-session-expires: every call is refused for a while, in either Region', async () => {
  const sandbox = await openSandbox({ scenario: scenario('recovery-session-expires') });
  const refusedAt = (minutes: number) => {
    sandbox.advanceTo(new Date(Date.parse('2026-03-02T02:10:00Z') + minutes * 60_000));
    return sandbox.faults().some(({ inForce }) => inForce);
  };
  expect([refusedAt(10), refusedAt(30), refusedAt(50)]).toEqual([false, true, false]);
});
