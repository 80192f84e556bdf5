import { expect, test } from 'vitest';
import { reportOf } from '../../src/reports/run-report.ts';
import { summaryText } from '../../src/reports/text-report.ts';
import { shownSpan } from '../../src/reports/times.ts';
import { Tape } from '../helpers/run-events.ts';

test.each([
  ['2026-03-02T02:10:00.000Z', '2026-03-02T02:36:36.600Z', 1_596_000],
  ['2026-03-02T02:10:00.900Z', '2026-03-02T02:10:02.000Z', 2_000],
  ['2026-03-02T02:10:00.900Z', '2026-03-02T02:10:01.100Z', 200],
])('from %s to %s it is as long as the times that are shown say', (from, to, milliseconds) => {
  expect(shownSpan(from, to)).toBe(milliseconds);
});

test('a summary adds up', () => {
  const tape = new Tape().check('account', 'The account is right').pass(60.6).finish('succeeded');
  expect(summaryText(reportOf(tape.events), { width: 100, colour: false })).toContain(
    '2025-11-21 02:14:09 to 02:15:10 UTC, 1m 01s',
  );
});
