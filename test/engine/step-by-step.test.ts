import { describe, expect, test } from 'vitest';
import type { NextChange } from '../../src/engine/operator.ts';
import { bench, toldInShort } from '../helpers/engine-harness.ts';
import { creates, waitsUntil } from '../helpers/engine-toy-steps.ts';

/** Writes down what was asked, and answers yes except for the named steps. */
function asked(...stopsAt: readonly string[]) {
  const questions: NextChange[] = [];
  const goOn = (next: NextChange): boolean => {
    questions.push(next);
    return !stopsAt.includes(next.path);
  };
  return { questions, goOn };
}

describe('an operator who goes step by step', () => {
  test('is asked before each change, and told the way back and what is in place', async () => {
    const { questions, goOn } = asked();
    const it = bench(
      [
        creates('a'),
        waitsUntil('w', () => true),
        creates('b', { undoneBy: { id: 'a' } }),
        creates('c', { cannotUndo: 'it is sent by post' }),
      ],
      { goOn },
    );
    expect((await it.start()).outcome).toBe('succeeded');
    expect(questions).toEqual([
      { path: 'a', title: 'Create a', wayBack: 'Delete a', changesInPlace: [] },
      { path: 'b', title: 'Create b', wayBack: 'with the change a', changesInPlace: ['Create a'] },
      {
        path: 'c',
        title: 'Create c',
        wayBack: 'none: it is sent by post',
        changesInPlace: ['Create b', 'Create a'],
      },
    ]);
  });

  test('who says no interrupts the run before the change begins; a resumed run asks again', async () => {
    const stop = asked('b');
    const it = bench([creates('a'), creates('b')], { goOn: stop.goOn });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(toldInShort(it).at(-2)).toBe('step-succeeded a');
    expect([...it.aws.things]).toEqual(['a']);
    expect((await it.resume()).outcome).toBe('interrupted');
    expect(stop.questions.map(({ path }) => path)).toEqual(['a', 'b', 'b']);
  });

  test('who tries a change again is not asked once more', async () => {
    const { questions, goOn } = asked();
    const it = bench([creates('a')], {
      goOn,
      troubles: { 'Create a': ['denied'] },
      decide: () => ({ choice: 'retry' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(questions).toHaveLength(1);
  });

  test('is not asked in a rehearsal, nor before an undo', async () => {
    const { questions, goOn } = asked();
    expect((await bench([creates('a')], { goOn, mode: 'rehearsal' }).start()).outcome).toBe('succeeded');
    expect(questions).toEqual([]);
    const it = bench([creates('a')], { goOn });
    await it.start();
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect(questions).toHaveLength(1);
  });
});
