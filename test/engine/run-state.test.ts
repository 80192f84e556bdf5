import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../../src/engine/recorder.ts';
import { debtsOf, stateOf } from '../../src/engine/run-state.ts';
import { anyRun, benchOf } from '../helpers/engine-any-runbook.ts';
import { Killed } from '../helpers/engine-harness.ts';
import { succeededRun, Tape } from '../helpers/run-events.ts';

const error = { code: 'NOT_SO', message: 'not so' };
const stateAfter = (...events: readonly NewEvent[]) => stateOf(new Tape().add(...events).events);
const started = (step: string, attempt = 1): NewEvent => ({
  type: 'step-started',
  step,
  kind: 'change',
  title: step,
  attempt,
});
const asked = (step: string): NewEvent => ({ type: 'apply-started', step, idempotencyToken: 'token' });

describe('the state of a run', () => {
  test('follows from every part of every journal that a run writes, and is what the run held', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.integer({ min: 2, max: 60 }), async (plan, atLine) => {
        const it = benchOf(plan);
        it.stopAt({ atLine, how: 'line lost' });
        const end = await it.start().catch((reason: unknown) => {
          if (reason instanceof Killed) return it.resume();
          throw reason;
        });
        const { events } = it.journal;
        expect(stateOf(events)).toEqual(end.state);
        for (let length = 1; length <= events.length; length += 1) stateOf(events.slice(0, length));
      }),
    );
  });

  test('of nothing, or of a journal without its beginning, is a fault', () => {
    const [first, second] = succeededRun().events;
    if (first === undefined || second === undefined) throw new Error('A run has events');
    expect(() => stateOf([])).toThrow(/begins with run-started/);
    expect(() => stateOf([second])).toThrow(/begins with run-started/);
    expect(() => stateOf([first, first])).toThrow(/one run-started/);
  });

  test('knows no step that was never started', () => {
    expect(() => stateAfter({ type: 'step-succeeded', step: 'a' })).toThrow(/never started/);
  });

  test('forgets how it ended once it goes on', () => {
    const ended: NewEvent = { type: 'run-finished', outcome: 'failed-with-changes', error };
    expect(stateAfter(ended)).toMatchObject({ outcome: 'failed-with-changes', error });
    for (const next of [
      { type: 'run-resumed', by: 'bob', toolVersion: '1' },
      { type: 'rollback-started', by: 'bob' },
    ] as const) {
      const state = stateAfter(ended, next);
      expect(state).not.toHaveProperty('outcome');
      expect(state).not.toHaveProperty('error');
    }
  });

  test('goes on with an attempt that was cut off, and begins a new one after a failure', () => {
    const tape = new Tape().add(started('a')).pass(10).add(started('a'));
    expect(stateOf(tape.events).steps.get('a')?.startedAt).toBe('2025-11-21T02:14:09.000Z');
    tape.add({ type: 'step-failed', step: 'a', error }).pass(10).add(started('a', 2));
    const again = stateOf(tape.events).steps.get('a');
    expect(again).toMatchObject({ status: 'started', startedAt: '2025-11-21T02:14:29.000Z' });
    expect(again).not.toHaveProperty('error');
  });
});

describe('the debts of a run', () => {
  const owed = (...events: readonly NewEvent[]) => debtsOf(stateAfter(...events)).map(({ path }) => path);
  const done = (step: string, applied: 'applied' | 'adopted' | 'already-so'): NewEvent => ({
    type: 'step-succeeded',
    step,
    applied,
  });

  test.each<[string, readonly NewEvent[], readonly string[]]>([
    ['a change that was only looked at', [started('a')], []],
    ['a change that AWS may have been asked for', [started('a'), asked('a')], ['a']],
    ['one that was made', [started('a'), asked('a'), done('a', 'applied')], ['a']],
    ['one made by an earlier attempt', [started('a'), asked('a'), started('a'), done('a', 'adopted')], ['a']],
    ['one that was so before', [started('a'), done('a', 'already-so')], []],
    [
      'one that failed and was skipped',
      [
        started('a'),
        asked('a'),
        { type: 'step-failed', step: 'a', error },
        { type: 'step-skipped', step: 'a', by: 'bob', reason: 'fine' },
      ],
      ['a'],
    ],
    [
      'one that failed and was not even asked for the next time',
      [started('a'), asked('a'), { type: 'step-failed', step: 'a', error }, started('a', 2)],
      ['a'],
    ],
    [
      'one that was surely never made',
      [started('a'), asked('a'), { type: 'undone', step: 'a', how: 'was-never-applied' }],
      [],
    ],
    [
      'one that was surely never made, and is asked for again',
      [
        started('a'),
        asked('a'),
        { type: 'undone', step: 'a', how: 'was-never-applied' },
        started('a', 2),
        asked('a'),
      ],
      ['a'],
    ],
    [
      'one that is being undone',
      [started('a'), asked('a'), done('a', 'applied'), { type: 'undo-started', step: 'a', title: 'Undo' }],
      ['a'],
    ],
    [
      'one whose undo failed',
      [started('a'), asked('a'), done('a', 'applied'), { type: 'undo-failed', step: 'a', error }],
      ['a'],
    ],
    [
      'one that was undone',
      [started('a'), asked('a'), done('a', 'applied'), { type: 'undone', step: 'a', how: 'undone' }],
      [],
    ],
    [
      'the latest first',
      ['a', 'b', 'c'].flatMap((step) => [started(step), asked(step), done(step, 'applied')]),
      ['c', 'b', 'a'],
    ],
  ])('%s', (_, events, expected) => {
    expect(owed(...events)).toEqual(expected);
  });
});
