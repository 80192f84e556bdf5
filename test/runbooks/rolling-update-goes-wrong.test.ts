import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { rollingUpdate } from '../../src/runbooks/rolling-update.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { isAvailable, isPresent } from '../../src/sandbox/services/auto-scaling/fleets.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
} from '../helpers/sandbox-run.ts';
import { worldAsLeft } from '../helpers/world-as-left.ts';

const setting = (parameters: Record<string, unknown>, more: Partial<RunSetting> = {}): RunSetting => ({
  runbook: rollingUpdate,
  parameters: { bakeTime: '1m', ...parameters },
  ...more,
});

const update = (parameters: Record<string, unknown>, more: Partial<RunSetting> = {}): Promise<SandboxRun> =>
  runIn(setting(parameters, more));

const failureOf = ({ events }: SandboxRun) =>
  events.find((event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed');

function fleetOf({ world }: Sandbox) {
  const [fleet] = world.autoScaling.fleets;
  if (fleet === undefined) throw new Error('The sandbox has no group');
  return fleet;
}

function memberOf(sandbox: Sandbox) {
  const [member] = fleetOf(sandbox).group.Instances;
  if (member === undefined) throw new Error('The group has no instance');
  return member;
}

describe('what stands in the way is found before anything is changed', () => {
  test.each<
    [
      what: string,
      step: string,
      code: string,
      says: RegExp,
      prepare: (sandbox: Sandbox) => void,
      parameters?: object,
    ]
  >([
    [
      'the group is gone',
      'fleet',
      'GROUP_MISSING',
      /morpheus-prod-app does not exist/,
      ({ world }) => {
        world.autoScaling.fleets = [];
      },
    ],
    [
      'one zone only',
      'fleet',
      'ONE_ZONE',
      /one zone \(us-east-1a\)/,
      (sandbox) => {
        fleetOf(sandbox).group.AvailabilityZones = ['us-east-1a'];
      },
    ],
    [
      'another target group is attached',
      'fleet',
      'TARGET_GROUP_NOT_ATTACHED',
      /not attached/,
      (sandbox) => {
        fleetOf(sandbox).group.TargetGroupARNs = [];
      },
    ],
    [
      'a node is unhealthy',
      'fleet-steady',
      'FLEET_NOT_STEADY',
      /2 of 3 serve/,
      (sandbox) => {
        memberOf(sandbox).HealthStatus = 'Unhealthy';
      },
    ],
    [
      'a process is suspended',
      'nothing-under-way',
      'PROCESS_SUSPENDED',
      /Launch \(User suspended at 2026-03-01T09:00:00Z\)/,
      (sandbox) => {
        fleetOf(sandbox).group.SuspendedProcesses = [
          { ProcessName: 'Launch', SuspensionReason: 'User suspended at 2026-03-01T09:00:00Z' },
        ];
      },
    ],
    [
      'a node is protected',
      'replaceable',
      'NODES_NOT_REPLACEABLE',
      /protected from scale-in: i-/,
      (sandbox) => {
        memberOf(sandbox).ProtectedFromScaleIn = true;
      },
    ],
    [
      'new nodes would be protected',
      'replaceable',
      'NODES_NOT_REPLACEABLE',
      /protects every node/,
      (sandbox) => {
        fleetOf(sandbox).group.NewInstancesProtectedFromScaleIn = true;
      },
    ],
    [
      'a node is in standby',
      'replaceable',
      'NODES_NOT_REPLACEABLE',
      /in standby, where somebody works on them: i-/,
      (sandbox) => {
        memberOf(sandbox).LifecycleState = 'Standby';
      },
    ],
    [
      'there is no node',
      'fleet-steady',
      'NO_NODES',
      /desired capacity of 0/,
      (sandbox) => {
        Object.assign(fleetOf(sandbox).group, { MinSize: 0, DesiredCapacity: 0, Instances: [] });
      },
    ],
    [
      'Auto Scaling does not ask the load balancer',
      'health-checks',
      'HEALTH_CHECKS_TOO_WEAK',
      /of type EC2/,
      (sandbox) => {
        fleetOf(sandbox).group.HealthCheckType = 'EC2';
      },
    ],
    [
      'a node would be waited for less long than it may drain',
      'drain-time',
      'DRAIN_TIME_TOO_SHORT',
      /gives a node 1m to drain/,
      () => {},
      { strategy: 'node-by-node', drainTime: '30s' },
    ],
    [
      'the canary is larger than the fleet',
      'capacity',
      'CANARY_TOO_LARGE',
      /canary of 4/,
      () => {},
      { canary: '4' },
    ],
    [
      'the image is not there',
      'new-version',
      'IMAGE_NOT_AVAILABLE',
      /ami-00000000000000000 does not exist/,
      () => {},
      { ami: 'ami-00000000000000000' },
    ],
    [
      'the version is not there',
      'new-version',
      'VERSION_MISSING',
      /no version 99/,
      () => {},
      { launchTemplateVersion: '99' },
    ],
    [
      'every node runs it already',
      'new-version',
      'NOTHING_TO_UPDATE',
      /nothing to update/,
      () => {},
      { launchTemplateVersion: '2' },
    ],
    ['an alarm fires', 'blocking-alarms', 'ALARMS_NOT_OK', /morpheus-prod-5xx is ALARM/, alarmIs('ALARM')],
    [
      'an alarm has no data',
      'blocking-alarms',
      'ALARMS_NOT_OK',
      /morpheus-prod-5xx is INSUFFICIENT_DATA/,
      alarmIs('INSUFFICIENT_DATA'),
    ],
    [
      'an alarm is not there',
      'blocking-alarms',
      'ALARMS_NOT_OK',
      /morpheus-prod-5xx is missing/,
      ({ world }) => {
        world.cloudWatch.alarms = world.cloudWatch.alarms.filter(
          ({ AlarmName }) => AlarmName !== 'morpheus-prod-5xx',
        );
      },
    ],
    [
      'there is no room and nobody allowed less',
      'capacity',
      'CAPACITY_TOO_LOW',
      /--min-healthy|fall to 2 healthy/,
      (sandbox) => {
        fleetOf(sandbox).group.MaxSize = 3;
      },
    ],
  ])('%s', async (_what, step, code, says, prepare, parameters = {}) => {
    const run = await update({ ...parameters }, { prepare });
    expect(failureOf(run)).toMatchObject({
      step,
      error: { code, message: expect.stringMatching(says), hint: expect.any(String) },
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });

  test('an instance refresh under way is named, with how far it is', async () => {
    const run = await update(
      {},
      { prepare: (sandbox) => fleetOf(sandbox).refreshes.unshift(bakingRefresh(sandbox)) },
    );
    expect(failureOf(run)).toMatchObject({
      step: 'nothing-under-way',
      error: {
        code: 'REFRESH_UNDER_WAY',
        message: expect.stringMatching(
          /refresh-of-another of morpheus-prod-app is Baking since .* \(100 %\)/,
        ),
      },
    });
    expect(run.writes).toEqual([]);
  });

  test('the operator says no: declined, nothing written', async () => {
    const operator = {
      ...leaving,
      approve: async () => ({ approved: false, by: 'tester', because: 'answered no' }) as const,
    };
    const run = await update({}, { operator });
    expect(run.end.outcome).toBe('declined');
    expect(run.writes).toEqual([]);
  });
});

/** Somebody else's, at its end, when the fleet looks steady. */
function bakingRefresh({ world }: Sandbox) {
  const later = new Date(world.now.getTime() + 3_600_000);
  return {
    shown: {
      InstanceRefreshId: 'refresh-of-another',
      AutoScalingGroupName: 'morpheus-prod-app',
      Status: 'Baking' as const,
      StartTime: world.now,
      PercentageComplete: 100,
      Preferences: {},
    },
    before: {},
    remaining: [],
    leaving: [],
    total: 3,
    startedAt: world.now,
    progressAt: world.now,
    checkpoint: 0,
    bakeUntil: later,
  };
}

describe.each(['instance-refresh', 'node-by-node'] as const)('%s: what goes wrong on the way', (strategy) => {
  test('an image that never gets healthy: the canary fails, every node is back, the world is as before', async () => {
    const wrong = setting({ strategy }, { scenario: 'bad-ami' });
    const before = await worldAsLeft((await runIn(wrong, true)).world);
    const run = await runIn(wrong);
    expect(run.end.outcome).toBe('rolled-back');
    expect(failureOf(run)?.error.message).toMatch(/unhealthy-hosts|unhealthy/);
    expect(await worldAsLeft(run.world)).toEqual(before);
  });

  test('a stop alarm half-way: stopped, named, undone', async () => {
    const run = await update({ strategy }, { scenario: 'stop-alarm' });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'STOP_ALARM',
      message: expect.stringContaining('morpheus-prod-5xx'),
    });
    expect(run.end.outcome).toBe('rolled-back');
  });

  test('throttling: ridden out, and seen in the record', async () => {
    const run = await update({ strategy }, { scenario: 'throttling' });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.events.some((event) => event.type === 'aws-called' && event.attempts > 1)).toBe(true);
  });

  test('the session expires half-way: the run pauses, and goes on to its end once somebody has logged in again', async () => {
    const wrong = setting({ strategy }, { scenario: 'expired-session' });
    const paused = await runIn(wrong);
    expect(paused.end.outcome).toBe('interrupted');
    expect(failureOf(paused)).toBeUndefined();
    expect(paused.end.state.error?.hint).toMatch(/^Log in again, then: runbook resume /);
    const later = new Date(paused.sandbox.world.now.getTime() + 20 * 60_000);
    const resumed = await resumeFrom(paused, { ...wrong, wake: later });
    expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
  });

  test('AWS shows writes late: waited for, and each is made once', async () => {
    const run = await update({ strategy }, { scenario: 'late-reads' });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes.filter((write) => /Refresh|Suspend|Resume|Update/.test(write))).toEqual(
      strategy === 'instance-refresh'
        ? ['StartInstanceRefresh']
        : ['SuspendProcesses', 'UpdateAutoScalingGroup', 'ResumeProcesses'],
    );
  });

  test('no capacity in a zone: says what Auto Scaling says, after the time a node may take', async () => {
    const run = await update({ strategy }, { scenario: 'no-capacity', operator: leaving });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'WAIT_TIMED_OUT',
      message: expect.stringContaining('sufficient m5.xlarge capacity'),
    });
    expect(run.end.outcome).toBe('failed-with-changes');
  });

  test('a node that hangs names its lifecycle state and its hook, and is not waited for when undoing', async () => {
    const run = await update({ strategy }, { scenario: 'stuck-node' });
    const message = failureOf(run)?.error.message;
    expect(message).toMatch(/i-\w+ is Terminating:Wait: lifecycle hook drain is not completed/);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('rolled-back');
  });

  test('the answer to a write is lost: it is found in place, not made twice', async () => {
    const operations =
      strategy === 'instance-refresh'
        ? ['StartInstanceRefresh']
        : ['SetDesiredCapacity', 'TerminateInstanceInAutoScalingGroup'];
    for (const operation of operations) {
      const run = await update(
        { strategy },
        {
          prepare: ({ world }) =>
            world.faults.push({ service: 'auto-scaling', operation, calls: [1], what: 'answer-lost' }),
        },
      );
      expect(run.end.outcome, `${operation}: ${JSON.stringify(run.end.state.error)}`).toBe('succeeded');
    }
  });

  test('a group that follows $Latest: what undoing goes back to is said before the approval, and done', async () => {
    const latest = setting(
      { strategy, launchTemplateVersion: '2' },
      { prepare: followLatest, operator: leaving },
    );
    const run = await runIn(latest);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const asked = run.events.find((event) => event.type === 'approval-asked');
    const wayBack = asked?.evidence.find(({ label }) => label === 'Way back')?.value;
    expect(wayBack).toMatch(/to version 3 .*pointed to \$Latest again/);
    const undone = await rollBackFrom(run, latest);
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    const versions = fleetOf(undone.sandbox)
      .group.Instances.filter(isPresent)
      .map(({ LaunchTemplate }) => LaunchTemplate?.Version);
    expect(new Set(versions)).toEqual(new Set(['3']));
    expect(fleetOf(undone.sandbox).group.LaunchTemplate.Version).toBe('$Latest');
  });

  test.each(['$Latest', '3'])(
    'a group that launches the new version (%s) before its nodes run it: they go back to what they ran',
    async (launched) => {
      const prepare = (sandbox: Sandbox): void => {
        fleetOf(sandbox).group.LaunchTemplate.Version = launched;
      };
      const early = setting({ strategy, launchTemplateVersion: '3' }, { scenario: 'stop-alarm', prepare });
      const before = await worldAsLeft((await runIn(early, true)).world);
      const run = await runIn(early);
      const asked = run.events.find((event) => event.type === 'approval-asked');
      expect(asked?.evidence.find(({ label }) => label === 'Now')?.value).toContain('version 2');
      expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('rolled-back');
      expect(versionsOf(run)).toEqual(['2', '2', '2']);
      expect(await worldAsLeft(run.world)).toEqual(before);
    },
  );

  test('somebody deployed since: their update is not undone with ours', async () => {
    const done = setting({ strategy }, { operator: leaving });
    const run = await runIn(done);
    const theirs: RunSetting = { ...done, parameters: { ...done.parameters, launchTemplateVersion: '1' } };
    const later = await runIn(theirs, false, run.world);
    expect(later.end.outcome, JSON.stringify(later.end.state.error)).toBe('succeeded');
    const undone = await rollBackFrom({ ...run, world: later.world }, done);
    expect(undone.end.outcome).toBe('rollback-failed');
    expect(undone.end.state.error?.message).toMatch(/launches version 1 now/);
    expect(versionsOf(undone)).toEqual(['1', '1', '1']);
  });

  test('a scaling policy acts while the approval waits: nothing is changed', async () => {
    let sandbox: Sandbox | undefined;
    const run = await update(
      { strategy },
      {
        prepare: (opened) => {
          sandbox = opened;
        },
        operator: {
          ...leaving,
          async approve() {
            if (sandbox !== undefined) fleetOf(sandbox).group.DesiredCapacity = 5;
            return { approved: true, by: 'tester' };
          },
        },
      },
    );
    expect(failureOf(run)?.error).toMatchObject({
      code: 'FLEET_CHANGED',
      message: expect.stringContaining('5 instead of 3'),
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });

  test('a fleet of one node is updated too', async () => {
    const run = await update({ strategy }, { prepare: (sandbox) => sizedTo(sandbox, 1, 3) });
    expect(run.end.outcome, JSON.stringify(failureOf(run))).toBe('succeeded');
  });
});

const versionsOf = ({ sandbox }: SandboxRun): readonly (string | undefined)[] =>
  fleetOf(sandbox)
    .group.Instances.filter(isPresent)
    .map(({ LaunchTemplate }) => LaunchTemplate?.Version);

describe.each([20, 60])('reads that lag by %i s: nothing is made twice, nothing false is reported', (lag) => {
  const late = ({ world }: Sandbox): void => {
    world.faults.push({ what: 'stale-read', by: lag * 1000, from: world.now });
  };
  const interruptedAt = async (step: string, begun: RunSetting): Promise<SandboxRun> => {
    const stop = new AbortController();
    const observe = (event: RunEvent): void => {
      if (event.type === 'step-started' && event.step === step) stop.abort();
    };
    const run = await runIn({ ...begun, signal: stop.signal, observe });
    expect(run.end.outcome).toBe('interrupted');
    return run;
  };
  const isBack = (run: SandboxRun): void => {
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('rolled-back');
    expect(versionsOf(run)).toEqual(['2', '2', '2']);
    expect(fleetOf(run.sandbox).group.DesiredCapacity).toBe(3);
  };
  const byRefresh = setting({}, { prepare: late });
  const byNode = setting({ strategy: 'node-by-node' }, { prepare: late });

  test('by instance refresh, and back by a second one', async () => {
    const run = await runIn(byRefresh);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes).toEqual(['StartInstanceRefresh']);
    const undone = await rollBackFrom(run, byRefresh);
    isBack(undone);
    expect(undone.writes).toEqual(['StartInstanceRefresh', 'StartInstanceRefresh']);
  });

  test.each(['canary-replaced', 'refresh-successful'])(
    'a refresh is rolled back once, at %s',
    async (step) => {
      const undone = await rollBackFrom(await interruptedAt(step, byRefresh), byRefresh);
      isBack(undone);
      expect(undone.writes).toEqual(['StartInstanceRefresh', 'RollbackInstanceRefresh']);
    },
  );

  test.each(['canary-replaced', 'refresh-successful'])(
    'a refresh that AWS cannot roll back is cancelled once, at %s',
    async (step) => {
      const prepare = (sandbox: Sandbox): void => {
        followLatest(sandbox);
        late(sandbox);
      };
      const latest = setting({ launchTemplateVersion: '2' }, { prepare });
      const undone = await rollBackFrom(await interruptedAt(step, latest), latest);
      expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
      expect(new Set(versionsOf(undone))).toEqual(new Set(['3']));
      expect(undone.writes).toEqual([
        'StartInstanceRefresh',
        'CancelInstanceRefresh',
        'StartInstanceRefresh',
        'UpdateAutoScalingGroup',
      ]);
    },
  );

  test('node by node, and back', async () => {
    const run = await runIn(byNode);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.end.state.steps.get('fleet-updated')?.summary).toMatch(/^3 nodes;/);
    const forwards = [
      'SuspendProcesses',
      'UpdateAutoScalingGroup',
      'SetDesiredCapacity',
      ...Array(3).fill(['DeregisterTargets', 'TerminateInstanceInAutoScalingGroup']).flat(),
      'SetDesiredCapacity',
      'ResumeProcesses',
    ];
    expect(run.writes).toEqual(forwards);
    const undone = await rollBackFrom(run, byNode);
    isBack(undone);
    expect(undone.writes.slice(forwards.length)).toEqual([
      'SuspendProcesses',
      'UpdateAutoScalingGroup',
      'SetDesiredCapacity',
      ...Array(3).fill('TerminateInstanceInAutoScalingGroup'),
      'SetDesiredCapacity',
      'ResumeProcesses',
    ]);
  });

  test.each([
    ['add-nodes', ['UpdateAutoScalingGroup', 'ResumeProcesses']],
    [
      'batches/canary/replaced',
      [
        'UpdateAutoScalingGroup',
        'TerminateInstanceInAutoScalingGroup',
        'SetDesiredCapacity',
        'ResumeProcesses',
      ],
    ],
  ] as const)('node by node, undone at once after a write: at %s', async (step, backwards) => {
    const run = await interruptedAt(step, byNode);
    const undone = await rollBackFrom(run, byNode);
    isBack(undone);
    expect(fleetOf(undone.sandbox).group.LaunchTemplate.Version).toBe('2');
    expect(undone.writes.slice(run.writes.length)).toEqual(backwards);
  });
});

describe('alarms are looked at before the approval', () => {
  const onlyStop = { alarms: { blocking: [], stop: ['morpheus-prod-5xx'], success: [] } };

  test('a stop alarm that fires already: refused', async () => {
    const run = await update({}, { environment: onlyStop, prepare: alarmIs('ALARM') });
    expect(run.end.outcome).toBe('refused');
    expect(failureOf(run)?.error.code).toBe('STOP_ALARM');
    expect(run.writes).toEqual([]);
  });

  test.each(['stop', 'success'] as const)('a %s alarm that does not exist', async (role) => {
    const alarms = { blocking: [], stop: [], success: [], [role]: ['misspelt'] };
    const run = await update({}, { environment: { alarms } });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'ALARMS_MISSING',
      message: expect.stringContaining('misspelt'),
    });
    expect(run.writes).toEqual([]);
  });
});

function followLatest(sandbox: Sandbox): void {
  const { group } = fleetOf(sandbox);
  group.LaunchTemplate = { ...group.LaunchTemplate, Version: '$Latest' };
  for (const member of group.Instances) member.LaunchTemplate = { ...member.LaunchTemplate, Version: '3' };
}

test('a refresh that AWS rolled back while nobody looked is found so, and nothing more is done', async () => {
  const stop = new AbortController();
  const run = await update(
    {},
    {
      scenario: 'stop-alarm',
      signal: stop.signal,
      observe: (event) => {
        if (event.type === 'step-started' && event.step === 'refresh-successful') stop.abort();
      },
    },
  );
  expect(run.end.outcome).toBe('interrupted');
  const hours = new Date(run.sandbox.world.now.getTime() + 2 * 3_600_000);
  const undone = await rollBackFrom(run, setting({}, { wake: hours }));
  expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
  expect(undone.writes).toEqual(['StartInstanceRefresh']);
});

test('AZRebalance that somebody had suspended stays suspended', async () => {
  const process = { ProcessName: 'AZRebalance', SuspensionReason: 'User suspended at 2026-03-01T09:00:00Z' };
  const run = await update(
    { strategy: 'node-by-node' },
    {
      prepare: (sandbox) => {
        fleetOf(sandbox).group.SuspendedProcesses = [process];
      },
    },
  );
  expect(run.end.outcome).toBe('succeeded');
  expect(run.writes).not.toContain('SuspendProcesses');
  expect(run.writes).not.toContain('ResumeProcesses');
  expect(fleetOf(run.sandbox).group.SuspendedProcesses).toEqual([process]);
});

describe('the floor that the capacity check predicts', () => {
  test.each(['instance-refresh', 'node-by-node'] as const)(
    '%s never falls below it, whatever the numbers',
    async (strategy) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 5 }),
          fc.integer({ min: 0, max: 2 }),
          fc.integer({ min: 1, max: 3 }),
          async (desired, room, batch) => {
            let lowest = desired;
            const run = await update(
              { strategy, batch: String(batch), canary: '1', minHealthy: '0', bakeTime: '0s' },
              {
                prepare: (sandbox) => sizedTo(sandbox, desired, desired + room),
                observe: (_event, sandbox) => {
                  lowest = Math.min(lowest, healthyNow(sandbox));
                },
              },
            );
            expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
            const plan = run.end.state.steps.get('capacity')?.output as { lowest: number };
            expect(lowest).toBeGreaterThanOrEqual(plan.lowest);
          },
        ),
        { numRuns: 8, seed: 7 },
      );
    },
  );
});

function sizedTo(sandbox: Sandbox, desired: number, maxSize: number): void {
  const { group } = fleetOf(sandbox);
  Object.assign(group, { MinSize: 1, DesiredCapacity: desired, MaxSize: maxSize });
  // What is looked at here is capacity alone: one node can carry the traffic, and no alarm stops the update.
  Object.assign(sandbox.world.applications[0] ?? {}, { usualNodes: 1 });
  for (const alarm of sandbox.world.cloudWatch.alarms) alarm.Threshold = 1e9;
  sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 30 * 60_000));
}

/** The world's own truth, not what the run believes. */
const healthyNow = (sandbox: Sandbox): number =>
  fleetOf(sandbox).group.Instances.filter((member) => isAvailable(sandbox.world, fleetOf(sandbox), member))
    .length;

function alarmIs(state: 'ALARM' | 'INSUFFICIENT_DATA') {
  return ({ world }: Sandbox): void => {
    const alarm = world.cloudWatch.alarms.find(({ AlarmName }) => AlarmName === 'morpheus-prod-5xx');
    if (alarm !== undefined) alarm.StateValue = state;
  };
}
