import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commentOf, valuesIn } from '../../../src/runbooks/parts/ask-node.ts';

const runId = 'backup-verify-20260302-021000-abcd';

describe('the comment of a command', () => {
  test('names what it is for, and the run', () => {
    expect(commentOf(runId, 'database')).toBe('database runbook backup-verify-20260302-021000-abcd');
  });

  test('is short enough, holds the whole id of the run, and differs for what is different', () => {
    const mark = fc.stringMatching(/^[a-z][a-z0-9 -]{0,150}$/);
    fc.assert(
      fc.property(mark, mark, (one, other) => {
        fc.pre(one !== other);
        expect(commentOf(runId, one).length).toBeLessThanOrEqual(100);
        expect(commentOf(runId, one)).toContain(runId);
        expect(commentOf(runId, one)).not.toBe(commentOf(runId, other));
      }),
    );
  });
});

test('of what a command prints, only the lines that are expected are kept', () => {
  const printed = 'rows=12\n  newest-row=2026-03-02T01:00:00Z \npassword=secret\nrows of others=3\nbroken\n';
  expect(valuesIn(printed, ['rows', 'newest-row', 'absent'])).toEqual({
    rows: '12',
    'newest-row': '2026-03-02T01:00:00Z',
  });
});
