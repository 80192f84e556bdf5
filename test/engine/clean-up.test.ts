import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { debtsOf } from '../../src/engine/run-state.ts';
import { check, cleanUp, forEach, together } from '../../src/engine/step.ts';
import { OperatorError } from '../../src/errors.ts';
import { type BenchOptions, bench, told, toldInShort } from '../helpers/engine-harness.ts';
import { creates, deletes, deletesInTurns, waitsUntil } from '../helpers/engine-toy-steps.ts';

/** `note` is made good with `cluster`; `stays` is not of what is cleaned up. */
function steps() {
  const stays = creates('stays');
  const cluster = creates('cluster', { undo: deletesInTurns('cluster') });
  const note = creates('note', { undoneBy: { id: 'cluster' } });
  const instance = creates('instance', { undo: deletes('instance') });
  const clean = cleanUp({ id: 'clean', title: 'Delete it all', of: [cluster, note, instance] });
  return [stays, cluster, note, instance, clean, creates('last')];
}

const cleaning = (options: BenchOptions = {}) => bench(steps(), options);

describe('a clean-up', () => {
  test('undoes its changes as a rollback would, the latest first, and leaves the others', async () => {
    const it = cleaning();
    const end = await it.start();
    expect(end.outcome).toBe('succeeded');
    expect(it.aws.effects.slice(4)).toEqual(['Delete instance', 'Delete cluster', 'Create last']);
    expect(debtsOf(end.state).map(({ path }) => path)).toEqual(['last', 'stays']);
    expect(toldInShort(it).filter((line) => line.startsWith('undone'))).toEqual([
      'undone instance',
      'undone cluster',
      'undone note',
    ]);
  });

  test('that cannot delete fails as a step: it can be tried again, and the debts are owed', async () => {
    const it = cleaning({
      troubles: { 'Delete cluster': ['denied'] },
      decide: (_failure, nth) => ({ choice: nth === 1 ? 'retry' : 'leave' }),
    });
    const end = await it.start();
    expect(it.failures).toMatchObject([{ path: 'clean', error: { code: 'TOY_TROUBLE' } }]);
    expect(it.failures[0]?.changesInPlace).toEqual(['Create note', 'Create cluster', 'Create stays']);
    expect(end.outcome).toBe('succeeded');
  });

  test('and a rollback, after one that could not, undo each change once', async () => {
    const it = cleaning({ troubles: { 'Delete cluster': ['denied'] } });
    expect((await it.start()).outcome).toBe('failed-with-changes');
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect(it.aws.things).not.toContain('cluster');
    expect(it.aws.things).not.toContain('stays');
    expect(it.aws.effects.filter((effect) => effect === 'Delete instance')).toHaveLength(1);
  });

  test.each([1, 3])('killed at any line and resumed, deletes each once', async (stride) => {
    const whole = cleaning();
    await whole.start();
    const lines = whole.journal.lines.length;
    for (let atLine = stride; atLine < lines; atLine += stride) {
      for (const how of ['killed', 'ctrl-c'] as const) {
        const it = cleaning();
        it.stopAt({ atLine, how });
        const cut = await it.start().catch(() => undefined);
        const end = cut?.outcome === 'succeeded' ? cut : await it.resume();
        expect(end.outcome, `${how} at line ${atLine}`).toBe('succeeded');
        expect(it.aws.effects, `${how} at line ${atLine}`).toEqual(whole.aws.effects);
      }
    }
  });

  test('is told and not made in a rehearsal', async () => {
    const it = cleaning({ mode: 'rehearsal' });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)).toContainEqual(
      expect.objectContaining({
        type: 'step-depends',
        step: 'clean',
        because: expect.stringContaining('Create cluster'),
      }),
    );
    expect(it.aws.effects).toEqual([]);
  });
});

describe('findings', () => {
  const finding = (verdict: 'pass' | 'warn' | 'fail') => ({
    verdict,
    subject: 'copies',
    fact: 'none is there',
    rule: 'there is one',
  });
  const finds = (id: string, verdict: 'pass' | 'warn' | 'fail') =>
    check({ id, title: id, run: async ({ found }) => found([finding(verdict)]) });

  test('that fail let the run go on, and fail it at its end', async () => {
    const it = bench([finds('a', 'fail'), finds('b', 'pass'), creates('x')]);
    const end = await it.start();
    expect(end.outcome).toBe('failed-with-changes');
    expect(end.state.error).toEqual({
      code: 'FINDINGS_FAIL',
      message: expect.stringContaining('as it must be: copies: none is there'),
    });
    expect(end.state.steps.get('b')?.findings).toEqual([finding('pass')]);
  });

  test('that warn fail nothing', async () => {
    expect((await bench([finds('a', 'warn')]).start()).outcome).toBe('succeeded');
  });

  test('of an attempt that failed are forgotten by the next', async () => {
    let attempts = 0;
    const it = bench(
      [
        check<void>({
          id: 'a',
          title: 'a',
          async run({ found }) {
            attempts += 1;
            if (attempts > 1) return;
            found([finding('fail')]);
            throw new OperatorError({ code: 'X', message: 'x' });
          },
        }),
      ],
      { decide: () => ({ choice: 'retry' }) },
    );
    expect((await it.start()).outcome).toBe('succeeded');
  });
});

test('a clean-up of a list undoes what it made for every item, and of a branch as well', async () => {
  const each = forEach({
    id: 'each',
    title: 'Each',
    item: z.string(),
    items: async () => ['x', 'y'],
    key: (item) => item,
    steps: (item) => [creates(`b-${item}`, { undo: deletes(`b-${item}`) })],
    example: 'x',
  });
  const it = bench([
    creates('stays'),
    together({ id: 'both', title: 'Both', branches: [{ id: 'one', title: 'One', steps: [each] }] }),
    cleanUp({ id: 'clean', title: 'Delete it all', of: [each] }),
  ]);
  expect((await it.start()).outcome).toBe('succeeded');
  expect(it.aws.effects.slice(3)).toEqual(['Delete b-y', 'Delete b-x']);
  expect([...it.aws.things]).toEqual(['stays']);
});

test('a step knows when another one, or all of a list, began and ended', async () => {
  let seen: unknown;
  const list = forEach({
    id: 'each',
    title: 'Each',
    item: z.string(),
    items: async () => ['x', 'y'],
    key: (item) => item,
    steps: (item) => {
      let probes = 0;
      return [
        waitsUntil(`w-${item}`, () => {
          probes += 1;
          return probes > 1;
        }),
      ];
    },
    example: 'x',
  });
  const it = bench([
    list,
    check<void>({
      id: 'look',
      title: 'Look',
      run: async ({ spanOf }) => {
        seen = [spanOf(list), spanOf({ id: 'look' }), spanOf({ id: 'later' })];
      },
    }),
  ]);
  await it.start();
  const times = it.journal.events.filter(({ type }) => type === 'step-started' || type === 'step-succeeded');
  expect(seen).toEqual([
    { from: new Date(times[0]?.at ?? ''), to: new Date(times[3]?.at ?? '') },
    { from: new Date(times[4]?.at ?? '') },
    undefined,
  ]);
});
