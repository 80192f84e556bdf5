import { describe, expect, test } from 'vitest';
import type { InstanceRefresh } from '../../../src/aws/auto-scaling.ts';
import {
  canaryPercentage,
  isUnderWay,
  nextUndoTurn,
  refuseUnlessGoingOn,
  type UndoGoal,
} from '../../../src/runbooks/parts/instance-refresh-state.ts';

const goal: UndoGoal = { refreshId: 'ours', previousVersion: '2', canRollBack: true, isBack: false };
const refresh = (Status: InstanceRefresh['Status'], id = 'ours', version = '3'): InstanceRefresh => ({
  InstanceRefreshId: id,
  Status,
  PercentageComplete: 40,
  DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: version } },
});

describe('undoing an instance refresh, from what AWS shows now', () => {
  test.each<[string, InstanceRefresh | undefined, Partial<UndoGoal>, object]>([
    ['ours runs', refresh('InProgress'), {}, { do: 'roll-back' }],
    ['ours has not begun', refresh('Pending'), {}, { do: 'roll-back' }],
    ['ours bakes', refresh('Baking'), {}, { do: 'roll-back' }],
    [
      'ours runs, but AWS cannot roll it back',
      refresh('InProgress'),
      { canRollBack: false },
      { do: 'cancel' },
    ],
    ['ours is being cancelled', refresh('Cancelling'), {}, { wait: expect.stringContaining('Cancelling') }],
    [
      'ours is being rolled back',
      refresh('RollbackInProgress'),
      {},
      { wait: expect.stringContaining('40 %') },
    ],
    ['ours was rolled back', refresh('RollbackSuccessful'), { isBack: true }, { do: 'nothing' }],
    [
      'ours could not be rolled back',
      refresh('RollbackFailed'),
      {},
      { fail: expect.stringContaining('ours') },
    ],
    ['ours was cancelled half-way', refresh('Cancelled'), {}, { do: 'refresh-back' }],
    ['ours failed before it replaced anything', refresh('Failed'), { isBack: true }, { do: 'nothing' }],
    ['ours was successful', refresh('Successful'), {}, { do: 'refresh-back' }],
    [
      'the one back runs',
      refresh('InProgress', 'back', '2'),
      {},
      { wait: expect.stringContaining('InProgress') },
    ],
    ['the one back was successful', refresh('Successful', 'back', '2'), { isBack: true }, { do: 'nothing' }],
    ['the one back failed', refresh('Failed', 'back', '2'), {}, { fail: expect.stringContaining('back') }],
    [
      "somebody else's runs",
      refresh('InProgress', 'theirs', '7'),
      {},
      { fail: expect.stringContaining("not this run's") },
    ],
    ['there is none', undefined, { isBack: true }, { do: 'nothing' }],
  ])('%s', (_what, newest, change, turn) => {
    expect(nextUndoTurn(newest, { ...goal, ...change })).toEqual(turn);
  });
});

test('a refresh that no longer goes forward is an error that says why', () => {
  for (const status of ['Pending', 'InProgress', 'Baking', 'Successful'] as const) {
    expect(() => refuseUnlessGoingOn(refresh(status))).not.toThrow();
  }
  for (const status of [
    'Cancelling',
    'Cancelled',
    'Failed',
    'RollbackInProgress',
    'RollbackSuccessful',
  ] as const) {
    expect(() => refuseUnlessGoingOn({ ...refresh(status), StatusReason: 'an alarm' })).toThrow(/an alarm/);
  }
});

test('settled refreshes are over, all others are under way', () => {
  expect(isUnderWay(refresh('Baking'))).toBe(true);
  expect(isUnderWay(refresh('RollbackInProgress'))).toBe(true);
  expect(isUnderWay(refresh('Successful'))).toBe(false);
});

test.each([
  [1, 3, 33],
  [1, 1, 100],
  [2, 3, 66],
  [1, 200, 1],
])('a canary of %i in %i pauses at %i %%', (canary, desired, percentage) => {
  expect(canaryPercentage(canary, desired)).toBe(percentage);
});
