import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idempotencyToken, itemScope, pathOf, scopeOf, scopesFrom } from '../../src/engine/step-path.ts';

const anyId = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const anyKey = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const anyScope = fc
  .array(fc.tuple(anyId, anyKey), { maxLength: 3 })
  .map((lists) => lists.reduce((scope, [id, key]) => itemScope(pathOf(scope, id), key), ''));
const anyRunId = fc.stringMatching(/^[a-z-]{1,20}-\d{8}-\d{6}-[a-z2-9]{4}$/);

describe('a path', () => {
  test('names its scope and its step, whatever the keys of the items are', () => {
    fc.assert(
      fc.property(anyScope, anyId, (scope, id) => {
        expect(scopeOf(pathOf(scope, id))).toBe(scope);
      }),
    );
  });

  test('tells items with different keys apart', () => {
    fc.assert(
      fc.property(anyScope, anyId, anyKey, anyKey, (scope, id, one, other) => {
        fc.pre(one !== other);
        const list = pathOf(scope, id);
        expect(itemScope(list, one)).not.toBe(itemScope(list, other));
      }),
    );
  });

  test('has its own scope first and the top last', () => {
    expect(scopesFrom('')).toEqual(['']);
    expect(scopesFrom('nodes/i-1')).toEqual(['nodes/i-1', '']);
    expect(scopesFrom('batches/2/nodes/i-1')).toEqual(['batches/2/nodes/i-1', 'batches/2', '']);
  });
});

describe('an idempotency token', () => {
  test('is the run and the FNV-1a hash of the path, by the vectors of its authors', () => {
    // http://www.isthe.com/chongo/src/fnv/test_fnv.c
    expect(idempotencyToken('run', 'a')).toBe('run.af63dc4c8601ec8c');
    expect(idempotencyToken('run', 'foobar')).toBe('run.85944171f73967e8');
  });

  test('has at most 64 characters, all of them ASCII that any client token allows', () => {
    fc.assert(
      fc.property(anyRunId, anyScope, anyId, (runId, scope, id) => {
        expect(idempotencyToken(runId, pathOf(scope, id))).toMatch(/^[a-z0-9.-]{1,64}$/);
      }),
    );
  });

  test('differs between steps and between runs', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(anyRunId, fc.oneof(anyId, anyScope)), {
          minLength: 2,
          selector: ([runId, path]) => `${runId} ${path}`,
        }),
        (all) => {
          expect(new Set(all.map(([runId, path]) => idempotencyToken(runId, path))).size).toBe(all.length);
        },
      ),
    );
  });

  test('is never cut short: a run id that leaves no room for it is a fault', () => {
    expect(idempotencyToken('x'.repeat(47), 'a')).toHaveLength(64);
    expect(() => idempotencyToken('x'.repeat(48), 'a')).toThrow(/leaves no room/);
  });
});
