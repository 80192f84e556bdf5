import { expect, test } from 'vitest';
import { earlierRuns, timeLeft } from '../../src/command-line/time-left.ts';
import { stateOf } from '../../src/engine/run-state.ts';
import { check } from '../../src/engine/step.ts';
import type { RunKind, RunStore } from '../../src/journal/run-directory.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { rolledBackRun, runId, succeededRun, Tape } from '../helpers/run-events.ts';

const steps = [check<void>({ id: 'account', title: 'A', run: async () => {} })];
const clock = fakeClock();
const lately = [succeededRun().events];

test('is told while a run goes on', () => {
  const left = timeLeft(steps, lately, clock);
  expect(left(stateOf(new Tape().events))).toBe('less than 1m left, from 1 run');
  expect(left(stateOf(succeededRun().events))).toBeUndefined();
  const undoing = rolledBackRun().events.slice(0, -1);
  expect(stateOf(undoing).phase).toBe('rolling-back');
  expect(left(stateOf(undoing))).toBeUndefined();
});

test('is not told where no run was timed before', () => {
  expect(timeLeft(steps, [], clock)(stateOf(new Tape().events))).toBeUndefined();
  expect(timeLeft(steps, [new Tape().events], clock)(stateOf(new Tape().events))).toBeUndefined();
});

const kind: RunKind = { runbook: 'rolling-update', environment: 'morpheus-prod', mode: 'live' };
const store = (asked: RunKind[]): RunStore => ({
  create: () => fails(),
  find: () => fails(),
  list: () => fails(),
  ended(like) {
    asked.push(like);
    return [succeededRun().events, new Tape({ runId: 'another' }).events];
  },
});
const fails = (): never => {
  throw new Error('Nobody asks for that');
};

test('is read from other runs of the kind, and not from the run that goes on', () => {
  const asked: RunKind[] = [];
  expect(earlierRuns(store(asked), kind, runId)).toEqual([new Tape({ runId: 'another' }).events]);
  expect(asked).toEqual([kind]);
});

test('of a rehearsal is not looked for', () => {
  expect(earlierRuns(store([]), { ...kind, mode: 'rehearsal' }, runId)).toEqual([]);
});
