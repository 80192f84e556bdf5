import { expect, test } from 'vitest';
import type { Finding } from '../../../src/engine/finding.ts';
import { findingsTogether } from '../../../src/runbooks/parts/findings-together.ts';

const finding = (subject: string, verdict: Finding['verdict'], fact = 'f'): Finding => ({
  subject,
  verdict,
  fact,
  rule: 'r',
  ...(verdict !== 'pass' && { toDo: 't' }),
});

test('one resource keeps its findings as they are', () => {
  const findings = [finding('newest', 'pass'), finding('jobs', 'fail')];
  expect(findingsTogether([{ name: 'a', findings }])).toEqual(findings);
  expect(findingsTogether([])).toEqual([]);
});

test('what passes for several is one row, what does not has the name of its own', () => {
  const rows = findingsTogether([
    { name: 'a', findings: [finding('newest', 'pass', '1h old'), finding('jobs', 'pass', '7 complete')] },
    { name: 'b', findings: [finding('newest', 'fail', '9d old'), finding('jobs', 'pass', '7 complete')] },
    { name: 'c', findings: [finding('newest', 'pass', '2h old'), finding('jobs', 'pass', '7 complete')] },
  ]);
  expect(rows.map(({ subject, verdict, fact }) => [subject, verdict, fact])).toEqual([
    ['newest', 'pass', '2 of 3, such as a: 1h old'],
    ['newest of b', 'fail', '9d old'],
    ['jobs', 'pass', 'all 3: 7 complete'],
  ]);
  for (const row of rows) expect(row.toDo === undefined).toBe(row.verdict === 'pass');
});
