import { describe, expect, test } from 'vitest';
import { minutes } from '../../../src/duration.ts';
import type { Expectation } from '../../../src/environment/restore-test.ts';
import { answerFindings } from '../../../src/runbooks/parts/restore-findings.ts';

const point = { created: '2026-03-02T01:00:00.000Z' };

const verdict = (expected: Omit<Expectation, 'line'>, value: string) =>
  answerFindings('look', [{ line: 'it', ...expected }], { exitCode: 0, values: { it: value } }, point)[0]
    ?.verdict;

describe('an answer is held against', () => {
  test.each<[Omit<Expectation, 'line'>, value: string, 'pass' | 'fail']>([
    [{}, 'anything', 'pass'],
    [{ atLeast: 3 }, '3', 'pass'],
    [{ atLeast: 3 }, '2.9', 'fail'],
    [{ atLeast: 0 }, '', 'fail'],
    [{ atLeast: 0 }, 'many', 'fail'],
    [{ noOlderThan: minutes(15) }, '2026-03-02T00:45:00Z', 'pass'],
    [{ noOlderThan: minutes(15) }, '2026-03-02T00:44:59Z', 'fail'],
    [{ noOlderThan: minutes(15) }, 'yesterday', 'fail'],
    [{ equals: '9f86d081' }, '9f86d081', 'pass'],
    [{ equals: '9f86d081' }, '9f86d082', 'fail'],
    [{ equals: '3', atLeast: 4 }, '3', 'fail'],
  ])('%o: %s is a %s', (expected, value, wanted) => {
    expect(verdict(expected, value)).toBe(wanted);
  });

  test('every expectation: a line that is missing fails, and says which', () => {
    const found = answerFindings(
      'query',
      [{ line: 'rows', atLeast: 1 }, { line: 'newest-row' }],
      { exitCode: 0, values: { rows: '7' } },
      point,
    );
    expect(found).toMatchObject([
      { verdict: 'pass', subject: 'query rows', fact: '7', rule: 'at least 1' },
      { verdict: 'fail', subject: 'query newest-row', fact: 'no such line in the answer' },
    ]);
  });

  test('nothing, where the command failed', () => {
    const found = answerFindings(
      'query',
      [{ line: 'rows', atLeast: 1 }],
      { exitCode: 1, values: { rows: '7' }, problem: 'ERROR 1045' },
      point,
    );
    expect(found).toMatchObject([
      { verdict: 'fail', subject: 'query', fact: 'the command ended with 1: ERROR 1045' },
    ]);
  });
});
