import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes } from '../../src/duration.ts';
import { debtsOf, stateOf } from '../../src/engine/run-state.ts';
import { approve, check, forEach, type ListEntry, type Undo } from '../../src/engine/step.ts';
import { Refusal } from '../../src/errors.ts';
import {
  type Bench,
  type BenchOptions,
  bench,
  by,
  deleteThing,
  thingExists,
  told,
  toldInShort,
} from '../helpers/engine-harness.ts';
import { creates, deletes, deletesInTurns, type Thing } from '../helpers/engine-toy-steps.ts';

const at = (seconds: number) => new Date(Date.parse('2026-03-01T03:00:00Z') + seconds * 1000).toISOString();

const owed = (it: Bench) => debtsOf(stateOf(it.journal.events)).map(({ path }) => path);
const deletions = (it: Bench) => it.aws.effects.filter((effect) => effect.startsWith('Delete'));
const sinceRollback = (it: Bench) => {
  const events = told(it);
  return events.slice(events.findIndex(({ type }) => type === 'rollback-started'));
};

const stops = check<void>({
  id: 'stop',
  title: 'No stop alarm',
  run: async () => {
    throw new Refusal({ code: 'STOP_ALARM', message: 'The stop alarm is on' });
  },
});

/** After the steps a stop alarm, after which the operator chooses to undo. */
const failsAndUndoes = (steps: readonly ListEntry[], options: BenchOptions = {}): Bench =>
  bench([...steps, stops], { decide: () => ({ choice: 'undo' }), ...options });

describe('a rollback', () => {
  test('undoes the latest change first, also within and across lists', async () => {
    const it = failsAndUndoes([
      creates('a'),
      forEach({
        id: 'each',
        title: 'Each',
        item: z.string(),
        items: async () => ['x', 'y'],
        key: (item) => item,
        steps: (item) => ['b', 'c'].map((id) => creates(id, { undo: deletes(item + id) }, item + id)),
        example: 'x',
      }),
      creates('d'),
    ]);
    expect((await it.start()).outcome).toBe('rolled-back');
    expect(it.aws.effects).toEqual([
      ...['Create a', 'Create xb', 'Create xc', 'Create yb', 'Create yc', 'Create d'],
      ...['Delete d', 'Delete yc', 'Delete yb', 'Delete xc', 'Delete xb', 'Delete a'],
    ]);
  });

  test('tells each undo before and after it', async () => {
    const it = failsAndUndoes([creates('a'), creates('b', { undo: deletesInTurns('b') })]);
    await it.start();
    expect(sinceRollback(it)).toEqual([
      { type: 'rollback-started', by },
      { type: 'undo-started', step: 'b', title: 'Delete b, in turns', deadline: at(60) },
      { type: 'waiting', step: 'b', because: 'b is being deleted' },
      { type: 'undone', step: 'b', how: 'undone' },
      { type: 'undo-started', step: 'a', title: 'Delete a' },
      { type: 'undone', step: 'a', how: 'undone' },
      { type: 'run-finished', outcome: 'rolled-back' },
    ]);
    expect(owed(it)).toEqual([]);
  });

  test('can be asked for after a success', async () => {
    const it = bench([creates('a')]);
    await it.start();
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect([...it.aws.things]).toEqual([]);
  });

  test('never touches what was in place before the run', async () => {
    const it = failsAndUndoes([creates('a'), creates('b')], { things: ['a'] });
    expect((await it.start()).outcome).toBe('rolled-back');
    expect(deletions(it)).toEqual(['Delete b']);
  });

  test('undoes a change in doubt that AWS finds in place', async () => {
    const it = bench([creates('a')], {
      troubles: { 'Create a': ['lost answer'], 'Exists a': ['none', 'throttled'] },
    });
    expect((await it.start()).outcome).toBe('failed-with-changes');
    expect(owed(it)).toEqual(['a']);
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect([...it.aws.things]).toEqual([]);
  });

  test('asks AWS about a change in doubt, and does nothing where it was never made', async () => {
    const it = bench([creates('a')], { troubles: { 'Create a': ['throttled'] } });
    await it.start();
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect(sinceRollback(it)).toEqual([
      { type: 'rollback-started', by },
      { type: 'undone', step: 'a', how: 'was-never-applied' },
      { type: 'run-finished', outcome: 'rolled-back' },
    ]);
    expect(it.aws.effects).toEqual([]);
  });

  test('undoes a change in doubt that the operator skipped', async () => {
    const it = bench([creates('a'), creates('b')], {
      troubles: { 'Create a': ['lost answer'], 'Exists a': ['none', 'throttled'] },
      decide: () => ({ choice: 'skip', reason: 'a is optional' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    await it.rollBack();
    expect(deletions(it)).toEqual(['Delete b', 'Delete a']);
  });

  test('of a change in doubt is carried through, killed at any line, though the undo takes away what was looked for', async () => {
    /** Deletes the thing at once, and what is left of it in the next turn. */
    const undo: Undo<Thing> = {
      ...deletesInTurns('a'),
      async turn({ aws }, { thing: name }) {
        if (await thingExists(aws, name)) {
          await deleteThing(aws, name);
          return { ready: false, because: `${name} leaves something behind` };
        }
        if (await thingExists(aws, `${name}-rest`)) await deleteThing(aws, `${name}-rest`);
        return { ready: true };
      },
    };
    for (const how of ['killed', 'line lost'] as const) {
      for (let atLine = 1; ; atLine += 1) {
        const it = bench([creates('a', { undo })], {
          things: ['a-rest'],
          troubles: { 'Create a': ['lost answer'], 'Exists a': ['none', 'throttled'] },
        });
        await it.start();
        expect(owed(it)).toEqual(['a']);
        it.stopAt({ atLine, how });
        const died = await it.rollBack().then(
          () => false,
          () => true,
        );
        if (!died) break;
        if (stateOf(it.journal.events).outcome !== 'rolled-back') await it.rollBack();
        expect([...it.aws.things], `${how} at line ${atLine}`).toEqual([]);
        expect(told(it)).toContainEqual({ type: 'undone', step: 'a', how: 'undone' });
      }
    }
  });

  test('gives the undo what the change returned, through its schema', async () => {
    const given: unknown[] = [];
    const it = bench([
      creates('a', {
        undo: {
          title: 'Delete a',
          apply: async (_, applied) => {
            given.push(applied);
          },
        },
      }),
    ]);
    await it.start();
    await it.rollBack();
    expect(given).toEqual([{ thing: 'a' }]);
  });
});

describe('a change that an earlier one is undone with', () => {
  const cover = creates('cover', { undo: deletes('cover', ['covered']) });
  const covered = creates('covered', { undoneBy: { id: 'cover' } });

  test('is settled right after it, and counts as owed until then', async () => {
    const it = failsAndUndoes([cover, creates('a'), covered, creates('b')]);
    expect((await it.start()).outcome).toBe('rolled-back');
    expect(sinceRollback(it).slice(1)).toEqual([
      { type: 'undo-started', step: 'b', title: 'Delete b' },
      { type: 'undone', step: 'b', how: 'undone' },
      { type: 'undo-started', step: 'a', title: 'Delete a' },
      { type: 'undone', step: 'a', how: 'undone' },
      { type: 'undo-started', step: 'cover', title: 'Delete cover' },
      { type: 'undone', step: 'cover', how: 'undone' },
      { type: 'undone', step: 'covered', how: 'with-earlier-change' },
      { type: 'run-finished', outcome: 'rolled-back' },
    ]);
    expect([...it.aws.things]).toEqual([]);
  });

  test('is settled by the next rollback where this one was killed between the two', async () => {
    const it = bench([cover, covered]);
    await it.start();
    // rollback-started, undo-started, two looks with two deletions, undone
    it.stopAt({ atLine: 7, how: 'killed' });
    await expect(it.rollBack()).rejects.toThrow();
    expect(toldInShort(it).at(-1)).toBe('undone cover');
    expect(owed(it)).toEqual(['covered']);
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect(sinceRollback(it).slice(-2)).toEqual([
      { type: 'undone', step: 'covered', how: 'with-earlier-change' },
      { type: 'run-finished', outcome: 'rolled-back' },
    ]);
    expect(deletions(it)).toEqual(['Delete covered', 'Delete cover']);
  });

  test('belongs to the cover of its own turn of a forEach', async () => {
    const it = bench([
      forEach({
        id: 'each',
        title: 'Each',
        item: z.string(),
        items: async () => ['x', 'y'],
        key: (item) => item,
        steps: (item) => [
          creates('cover', { undo: deletes(`${item}1`, [`${item}2`]) }, `${item}1`),
          creates('covered', { undoneBy: { id: 'cover' } }, `${item}2`),
        ],
        example: 'x',
      }),
    ]);
    await it.start();
    await it.rollBack();
    expect(deletions(it)).toEqual(['Delete y2', 'Delete y1', 'Delete x2', 'Delete x1']);
    expect(toldInShort(it).filter((line) => line.startsWith('undone'))).toEqual([
      'undone each/y/cover',
      'undone each/y/covered',
      'undone each/x/cover',
      'undone each/x/covered',
    ]);
  });

  test('cannot be undone where the earlier one was in place before the run', async () => {
    const it = failsAndUndoes([cover, covered], { things: ['cover'] });
    const end = await it.start();
    expect(end.outcome).toBe('rollback-failed');
    expect(end.state.error?.code).toBe('CANNOT_UNDO');
    expect(owed(it)).toEqual(['covered']);
    expect(deletions(it)).toEqual([]);
  });

  test.each(['denied', 'throttled'] as const)(
    'cannot be undone where the earlier one was never made (%s)',
    async (trouble) => {
      const it = bench([cover, covered], {
        troubles: { 'Create cover': [trouble] },
        decide: () => ({ choice: 'skip', reason: 'not needed' }),
      });
      await it.start();
      const end = await it.rollBack();
      expect(end.outcome).toBe('rollback-failed');
      expect(end.state.error?.code).toBe('CANNOT_UNDO');
      expect(owed(it)).toEqual(['covered']);
      expect([...it.aws.things]).toEqual(['covered']);
    },
  );
});

describe('a rollback that cannot go on', () => {
  test('stops at a change that cannot be undone: it and the earlier ones are owed', async () => {
    const it = failsAndUndoes([
      creates('a'),
      creates('b', { cannotUndo: 'deleted data does not come back' }),
      creates('c'),
    ]);
    const end = await it.start();
    expect(end.outcome).toBe('rollback-failed');
    const error = {
      code: 'CANNOT_UNDO',
      message: '"Create b" cannot be undone: deleted data does not come back',
    };
    expect(sinceRollback(it).slice(-2)).toEqual([
      { type: 'undo-failed', step: 'b', error },
      { type: 'run-finished', outcome: 'rollback-failed', error },
    ]);
    expect(owed(it)).toEqual(['b', 'a']);
    expect(deletions(it)).toEqual(['Delete c']);
  });

  test.each(['rollBack', 'resume'] as const)(
    'stops at an undo that fails, and %s goes on from there',
    async (again) => {
      const it = failsAndUndoes([creates('a'), creates('b'), creates('c')], {
        troubles: { 'Delete b': ['denied'] },
      });
      const end = await it.start();
      expect(end.outcome).toBe('rollback-failed');
      expect(end.state.steps.get('b')).toMatchObject({
        undo: 'failed',
        undoError: { code: 'TOY_TROUBLE', message: 'Delete b: denied' },
      });
      expect(owed(it)).toEqual(['b', 'a']);
      expect((await it[again]()).outcome).toBe('rolled-back');
      expect(deletions(it)).toEqual(['Delete c', 'Delete b', 'Delete a']);
    },
  );

  test('fails where AWS does not say whether a change in doubt is in place', async () => {
    const it = bench([creates('a')], {
      troubles: { 'Create a': ['lost answer'], 'Exists a': ['none', 'throttled', 'throttled'] },
    });
    await it.start();
    expect((await it.rollBack()).outcome).toBe('rollback-failed');
    expect(owed(it)).toEqual(['a']);
  });

  test('gives an undo in turns until its deadline', async () => {
    const it = failsAndUndoes([creates('a', { undo: deletesInTurns('a') })], {
      troubles: { 'Delete a': 'throttled' },
    });
    const end = await it.start();
    expect(end.outcome).toBe('rollback-failed');
    expect(end.state.error).toEqual({
      code: 'UNDO_TIMED_OUT',
      message: 'Not undone after 1m: "Delete a, in turns". Last seen: Delete a: throttled',
    });
    expect(it.clock.now().toISOString()).toBe(at(60));
  });

  test('counts that deadline from the first turn, also after an interruption, and anew after a failure', async () => {
    const it = bench([creates('a', { undo: deletesInTurns('a') })], {
      troubles: { 'Delete a': 'throttled' },
    });
    await it.start();
    it.clock.onSleep = () => it.interrupt();
    expect((await it.rollBack()).outcome).toBe('interrupted');
    it.clock.onSleep = () => {};
    it.clock.pass(minutes(30));
    expect((await it.rollBack()).outcome).toBe('rollback-failed');
    await it.rollBack();
    expect(told(it).filter(({ type }) => type === 'undo-started')).toMatchObject([
      { deadline: at(60) },
      { deadline: at(60) },
      { deadline: at(1860) },
    ]);
  });

  test('takes AWS out of reach for a moment as a reason to wait between turns', async () => {
    const it = failsAndUndoes([creates('a', { undo: deletesInTurns('a') })], {
      troubles: { 'Delete a': ['throttled'] },
    });
    expect((await it.start()).outcome).toBe('rolled-back');
    expect(told(it)).toContainEqual({ type: 'waiting', step: 'a', because: 'Delete a: throttled' });
  });

  test('stops at Ctrl-C before the next undo', async () => {
    const it = bench([creates('a'), creates('b')]);
    await it.start();
    // rollback-started, undo-started, look, deletion
    it.stopAt({ atLine: 4, how: 'ctrl-c' });
    expect((await it.rollBack()).outcome).toBe('interrupted');
    expect(toldInShort(it).slice(-2)).toEqual(['undone b', 'run-interrupted']);
    expect(owed(it)).toEqual(['a']);
    expect((await it.resume()).outcome).toBe('rolled-back');
    expect(deletions(it)).toEqual(['Delete b', 'Delete a']);
  });

  test('and is begun again is a rollback of its own: it has its own beginning, and no outcome until its end', async () => {
    const it = bench([creates('a')], { troubles: { 'Delete a': ['denied'] } });
    await it.start();
    expect((await it.rollBack()).outcome).toBe('rollback-failed');
    // rollback-started, undo-started
    it.stopAt({ atLine: 2, how: 'killed' });
    await expect(it.rollBack()).rejects.toThrow();
    expect(stateOf(it.journal.events)).not.toHaveProperty('outcome');
    await it.rollBack();
    expect(toldInShort(it).slice(-9)).toEqual([
      'rollback-started',
      'undo-started a',
      'undo-failed a',
      'run-finished',
      'rollback-started',
      'undo-started a',
      'undo-started a',
      'undone a',
      'run-finished',
    ]);
  });

  test('that has undone everything but was killed before it said so comes to its end', async () => {
    const it = bench([creates('a')]);
    await it.start();
    it.stopAt({ atLine: 5, how: 'killed' });
    await expect(it.rollBack()).rejects.toThrow();
    expect(toldInShort(it).at(-1)).toBe('undone a');
    expect((await it.rollBack()).outcome).toBe('rolled-back');
  });
});

describe('there is nothing to roll back', () => {
  const refusedRollback = async (it: Bench) => {
    await it.start();
    const lines = it.journal.lines.length;
    const error = await it.rollBack().then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(it.journal.lines.length).toBe(lines);
    return error;
  };

  test('after a run that changed nothing', async () => {
    const it = bench([creates('a')], { things: ['a'] });
    expect(await refusedRollback(it)).toMatchObject({ name: 'UsageError', code: 'NOTHING_TO_UNDO' });
  });

  test('after a rollback', async () => {
    expect(await refusedRollback(failsAndUndoes([creates('a')]))).toMatchObject({
      name: 'UsageError',
      code: 'RUN_IS_OVER',
    });
  });

  test('after a rehearsal', async () => {
    const it = bench([creates('a')], { mode: 'rehearsal' });
    expect(await refusedRollback(it)).toMatchObject({ name: 'UsageError', code: 'REHEARSAL_IS_OVER' });
  });

  test('after a no to the first question', async () => {
    const it = bench(
      [approve({ id: 'go', title: 'Go?', ask: () => ({ question: 'Go?', evidence: [] }) }), creates('a')],
      { approve: () => ({ approved: false, by, because: 'not tonight' }) },
    );
    expect(await refusedRollback(it)).toMatchObject({ code: 'NOTHING_TO_UNDO' });
  });
});
