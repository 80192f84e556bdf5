import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import { stateOf } from '../../src/engine/run-state.ts';
import { approve, check, forEach, type ListEntry, together } from '../../src/engine/step.ts';
import { type Remaining, remainingText, remainingTime } from '../../src/reports/remaining-time.ts';
import type { StepTimes } from '../../src/reports/step-times.ts';
import { Tape } from '../helpers/run-events.ts';

const step = (id: string) => check<void>({ id, title: id, run: async () => {} });

/** What is usual, in minutes: of steps and, with a `/` at the end, of lists. */
const usually = (table: Readonly<Record<string, number>>): StepTimes => {
  const of = (name: string) => (table[name] === undefined ? undefined : minutes(table[name]));
  return {
    runs: 3,
    step: (path, pattern) => of(path) ?? of(pattern),
    list: (path, pattern) => of(`${path}/`) ?? of(`${pattern}/`),
  };
};

/** What is left of the list by the tape's last event. */
function leftOf(
  list: readonly ListEntry[],
  times: Readonly<Record<string, number>>,
  tape = new Tape(),
): Remaining {
  const state = stateOf(tape.events);
  return remainingTime(list, usually(times))(state, new Date(state.lastAt));
}

const left = (count: number, more: Partial<Remaining> = {}): Remaining => ({
  milliseconds: minutes(count),
  unknown: 0,
  overdue: false,
  ...more,
});

describe('what is left of a run', () => {
  const list = [step('a'), step('b'), step('c')];
  const times = { a: 10, b: 20, c: 30 };

  test('is the sum of what its steps usually take', () => {
    expect(leftOf(list, times)).toEqual(left(60));
  });

  test('is without what is done or passed over, and with what failed', () => {
    const tape = new Tape().check('a', 'A');
    expect(leftOf(list, times, tape)).toEqual(left(50));
    tape
      .start('b', 'check', 'B')
      .add({ type: 'step-failed', step: 'b', error: { code: 'NO', message: 'no' } });
    expect(leftOf(list, times, tape)).toEqual(left(50));
    tape.add({ type: 'step-skipped', step: 'b', by: 'anna', reason: 'fine' });
    expect(leftOf(list, times, tape)).toEqual(left(30));
  });

  test('is less by what the step under way has taken, and never less than nothing for it', () => {
    const looked = { type: 'waiting', step: 'b', because: 'not yet' } as const;
    const tape = new Tape()
      .check('a', 'A')
      .start('b', 'check', 'B')
      .pass(60 * 15)
      .add(looked);
    expect(leftOf(list, times, tape)).toEqual(left(35));
    tape.pass(60 * 15).add(looked);
    expect(leftOf(list, times, tape)).toEqual(left(30, { overdue: true }));
  });

  test('says how many steps were never timed, and counts no approval', () => {
    const asks = approve({ id: 'go', title: 'Go?', ask: () => ({ question: 'Go?', evidence: [] }) });
    expect(leftOf([asks, ...list], { a: 10 })).toEqual(left(10, { unknown: 2 }));
    const tape = new Tape().start('b', 'check', 'B').pass(60);
    expect(leftOf([step('b')], {}, tape)).toEqual(left(0, { unknown: 1 }));
  });

  test('counts branches as the longest of them, as far as each is', () => {
    const both = together({
      id: 'both',
      title: 'Both',
      branches: [
        { id: 'l', title: 'L', steps: [step('a'), step('b')] },
        { id: 'r', title: 'R', steps: [step('c'), step('d')] },
      ],
    });
    const usual = { 'both/l/a': 10, 'both/l/b': 20, 'both/r/c': 25, 'both/r/d': 15, e: 1 };
    expect(leftOf([both, step('e')], usual)).toEqual(left(41));
    const tape = new Tape()
      .start('both/l/a', 'check', 'A')
      .start('both/r/c', 'check', 'C')
      .pass(60 * 20)
      .succeed('both/r/c');
    expect(leftOf([both, step('e')], usual, tape)).toEqual(left(21, { overdue: true }));
    expect(leftOf([both], { 'both/l/a': 10 })).toEqual(left(10, { unknown: 3 }));
  });

  const nodes = forEach({
    id: 'nodes',
    title: 'Nodes',
    item: z.string(),
    items: async () => [],
    key: (item) => item,
    steps: (item) => [step('w'), ...(item === 'big' ? [step('x')] : [])],
    example: 'x',
  });
  const listed = (...keys: readonly string[]) =>
    new Tape().add({
      type: 'items-listed',
      step: 'nodes',
      title: 'Nodes',
      items: keys.map((key) => ({ key, item: key })),
    });

  test('counts a list by its items once they are known, and before by what it took as a whole', () => {
    const usual = { 'nodes/': 50, 'nodes/*/w': 10, 'nodes/big/w': 15, 'nodes/*/x': 2 };
    expect(leftOf([nodes], usual)).toEqual(left(50));
    expect(leftOf([nodes], {})).toEqual(left(0, { unknown: 1 }));
    expect(leftOf([nodes], usual, listed())).toEqual(left(0));
    expect(leftOf([nodes], usual, listed('a', 'b', 'big'))).toEqual(left(37));
    expect(leftOf([nodes], usual, listed('a', 'b').check('nodes/a/w', 'W'))).toEqual(left(10));
  });

  test('is told of a run as it goes on, from lists that were made once', () => {
    let made = 0;
    const counted = forEach({
      ...nodes,
      steps(item) {
        made += 1;
        return nodes.steps(item);
      },
    });
    const of = remainingTime([counted], usually({ 'nodes/': 50, 'nodes/*/w': 10 }));
    const tape = listed('a', 'b');
    const [started] = tape.events;
    const at = new Date(started?.at ?? '');
    expect(of(stateOf(tape.events.slice(0, 1)), at)).toEqual(left(50));
    for (let turn = 0; turn < 3; turn += 1) expect(of(stateOf(tape.events), at)).toEqual(left(20));
    expect(made).toBe(2);
  });
});

describe('in words', () => {
  const { runs, ...rest } = usually({});
  const text = (remaining: Remaining, count = runs) => remainingText(remaining, { ...rest, runs: count });

  test.each([
    [left(34), 'about 34m left, from 3 runs'],
    [{ ...left(0), milliseconds: minutes(33) + 1 }, 'about 34m left, from 3 runs'],
    [left(84), 'about 1h 24m left, from 3 runs'],
    [{ ...left(0), milliseconds: seconds(59) }, 'less than 1m left, from 3 runs'],
    [left(34, { unknown: 2 }), 'at least 34m left, from 3 runs; 2 steps were never timed'],
    [left(34, { unknown: 1 }), 'at least 34m left, from 3 runs; 1 step was never timed'],
    [left(34, { overdue: true }), 'at least 34m left, from 3 runs; a step takes longer than usual'],
    [left(0, { unknown: 2 }), 'no telling how long it still takes, from 3 runs: 2 steps were never timed'],
    [
      left(0, { unknown: 1, overdue: true }),
      'no telling how long it still takes, from 3 runs: 1 step was never timed, a step takes longer than usual',
    ],
  ])('%j', (remaining, words) => {
    expect(text(remaining)).toBe(words);
  });

  test('one run is one', () => {
    expect(text(left(2), 1)).toBe('about 2m left, from 1 run');
  });
});
