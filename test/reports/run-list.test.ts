import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/reports/layout.ts';
import { runListText, runRowOf } from '../../src/reports/run-list.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { anyJournal } from '../helpers/any-journal.ts';
import { failedRun, interruptedRun, succeededRun, Tape } from '../helpers/run-events.ts';

const rows = [succeededRun(), failedRun(), interruptedRun(), new Tape()].map(({ events }) =>
  runRowOf(reportOf(events)),
);

describe('the list of runs', () => {
  test('is a table where the terminal is wide enough', () => {
    expect(runListText(rows, { width: 140, colour: false })).toBe(
      `Run                   Outcome                Runbook         Environment    Mode  Started (UTC)     Took     Changes
20251121-021409-k3f9  ✔ succeeded            rolling-update  morpheus-prod  live  2025-11-21 02:14  15m 10s  1 change in place
20251121-021409-k3f9  ✖ failed-with-changes  rolling-update  morpheus-prod  live  2025-11-21 02:14  12m 25s  1 change in place
20251121-021409-k3f9  ■ interrupted          rolling-update  morpheus-prod  live  2025-11-21 02:14  56s      1 change in place
20251121-021409-k3f9  ■ no end yet           rolling-update  morpheus-prod  live  2025-11-21 02:14  0ms      none`,
    );
  });

  test('has two lines for each run elsewhere', () => {
    expect(runListText(rows.slice(1, 2), { width: 80, colour: false })).toBe(
      `20251121-021409-k3f9  ✖ failed-with-changes  1 change in place
    rolling-update in morpheus-prod, live · 2025-11-21 02:14 UTC · 12m 25s`,
    );
  });

  test('says what to type where there is none', () => {
    expect(runListText([], { width: 80, colour: false })).toContain('runbook list');
  });

  test('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(anyJournal, { maxLength: 3 }),
        fc.integer({ min: 20, max: 200 }),
        (tapes, width) => {
          const text = runListText(
            tapes.map(({ events }) => runRowOf(reportOf(events))),
            { width, colour: false },
          );
          for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
