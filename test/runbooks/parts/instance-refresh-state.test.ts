import { describe, expect, test } from 'vitest';
import type { InstanceRefresh } from '../../../src/aws/auto-scaling.ts';
import {
  canaryPercentage,
  type FleetNow,
  isUnderWay,
  nextUndoTurn,
  refuseUnlessGoingOn,
  type UndoGoal,
} from '../../../src/runbooks/parts/instance-refresh-state.ts';

const goal: UndoGoal = {
  refreshId: 'ours',
  version: '3',
  previousVersion: '2',
  setting: '2',
  canRollBack: true,
};
const now: FleetNow = { launches: '2', nodesAreBack: false };
const back: FleetNow = { launches: '2', nodesAreBack: true };
const refresh = (Status: InstanceRefresh['Status'], id = 'ours', version = '3'): InstanceRefresh => ({
  InstanceRefreshId: id,
  Status,
  PercentageComplete: 40,
  DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: version } },
});

describe('undoing an instance refresh, from what AWS shows now', () => {
  const ours = refresh('Successful');
  const goesBack = (status: InstanceRefresh['Status']) => [refresh(status, 'back', '2'), ours];

  test.each<[string, readonly InstanceRefresh[], FleetNow, object, Partial<UndoGoal>?]>([
    ['ours runs', [refresh('InProgress')], now, { do: 'roll-back' }],
    ['ours has not begun', [refresh('Pending')], back, { do: 'roll-back' }],
    ['ours bakes', [refresh('Baking')], now, { do: 'roll-back' }],
    [
      'ours runs, but AWS cannot roll it back',
      [refresh('InProgress')],
      now,
      { do: 'cancel' },
      { canRollBack: false },
    ],
    [
      'ours is being cancelled',
      [refresh('Cancelling')],
      now,
      { wait: expect.stringContaining('Cancelling') },
    ],
    [
      'ours is being rolled back',
      [refresh('RollbackInProgress')],
      now,
      { wait: expect.stringContaining('40 %') },
    ],
    ['ours was rolled back', [refresh('RollbackSuccessful')], back, { do: 'nothing' }],
    [
      'ours could not be rolled back',
      [refresh('RollbackFailed')],
      now,
      { fail: expect.stringContaining('ours') },
    ],
    ['ours was cancelled half-way', [refresh('Cancelled')], now, { do: 'refresh-back' }],
    ['ours failed before it replaced anything', [refresh('Failed')], back, { do: 'nothing' }],
    ['ours was successful', [ours], { launches: '3', nodesAreBack: false }, { do: 'refresh-back' }],
    ['the one back runs', goesBack('InProgress'), now, { wait: expect.stringContaining('InProgress') }],
    ['the one back was successful', goesBack('Successful'), back, { do: 'nothing' }],
    ['the one back failed', goesBack('Failed'), now, { fail: expect.stringContaining('back') }],
    [
      'the group followed $Latest',
      goesBack('Successful'),
      back,
      { do: 'restore-setting' },
      { setting: '$Latest' },
    ],
    [
      'it follows $Latest again',
      goesBack('Successful'),
      { launches: '$Latest', nodesAreBack: true },
      { do: 'nothing' },
      { setting: '$Latest' },
    ],
    [
      "somebody else's runs",
      [refresh('InProgress', 'theirs', '7'), ours],
      now,
      { fail: expect.stringContaining("not this run's") },
    ],
    [
      'somebody deployed since',
      [refresh('Successful', 'theirs', '4'), ours],
      { launches: '4', nodesAreBack: false },
      { fail: expect.stringContaining('launches version 4') },
    ],
    ['ours is not listed yet', [], back, { wait: expect.stringContaining('not listed') }],
    [
      'only an older one is listed',
      [refresh('Successful', 'older', '2')],
      back,
      { wait: expect.stringContaining('not listed') },
    ],
  ])('%s', (_what, refreshes, fleet, turn, change = {}) => {
    expect(nextUndoTurn(refreshes, { ...goal, ...change }, fleet)).toEqual(turn);
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
