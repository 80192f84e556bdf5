import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/reports/layout.ts';
import { scorecardOf, type Truth } from '../../src/reports/scorecard.ts';
import { scorecardText } from '../../src/reports/scorecard-text.ts';
import { anyJournal, anyText } from '../helpers/any-journal.ts';
import { failedRun, rolledBackRun } from '../helpers/run-events.ts';

const plain = { width: 80, colour: false };
const truth: Truth = {
  now: new Date('2025-11-21T02:40:00.000Z'),
  outages: [
    {
      application: 'prod',
      what: 'unavailable',
      from: new Date('2025-11-21T02:20:00.000Z'),
      to: new Date('2025-11-21T02:21:30.000Z'),
    },
  ],
  requests: 5000,
  failedRequests: 75,
  calls: [],
};
const badAmi = {
  id: 'bad-ami',
  title: 'The new image never gets healthy',
  story: 'Its nodes run, and fail every health check of the load balancer.',
  good: { outcomes: ['rolled-back'], downtime: 0, skips: [], advice: ['Undo as soon as it fails.'] },
};

describe('the text of a scorecard', () => {
  test('tells what happened, judges, and gives advice', () => {
    expect(scorecardText(scorecardOf(failedRun().events, truth, badAmi), plain)).toBe(
      `What really happened
  The new image never gets healthy
  Its nodes run, and fail every health check of the load balancer.

Scorecard of bad-ami, until 02:26:34 UTC
  ✖ Outcome: failed-with-changes — wrong
    Right would have been here: rolled-back.
  ! Downtime for users: 1m 30s in all — could be better
    None of it was necessary.
      prod: unavailable, 02:20:00 to 02:21:30 UTC (1m 30s)
      75 of 5000 requests failed
  ✔ Unneeded changes: none of 1 write
    The scenario names no writes: those of the procedure are taken for needed.
  ✔ Made and undone: nothing
    No change was taken back.
  ✔ Changes by hand: none
    The journal holds everything that you changed.
  ✔ Steps skipped: none
    Every step was carried out or failed openly.
  ✔ Time to decide: 2 decisions, the longest 20s, in all 20s
    No failure waited long for an answer.
      02:14:12 UTC, approval at approve: approved after 20s
      02:26:34 UTC, failure at canary: leave at once
  ✔ Retries that could not help: none
    Nothing was tried again in vain.
  ✖ Debts left: 1 change still in place — wrong
    The run failed and what it changed is still in place: undo it, or hand it
    over in so many words.
      Start the instance refresh (start-refresh)

Result: wrong — as good as the worst line above

What a good operator does here
  • Undo as soon as it fails.`,
    );
  });

  test('finds nothing wrong where all went well', () => {
    const text = scorecardText(
      scorecardOf(rolledBackRun().events, { ...truth, outages: [], failedRequests: 0 }, badAmi),
      plain,
    );
    expect(text).toContain('Result: good');
    expect(text).not.toMatch(/✖|— wrong|— could be better/);
  });

  test('keeps to any width, whatever a journal and a scenario hold', () => {
    fc.assert(
      fc.property(
        anyJournal,
        anyText,
        fc.array(anyText, { maxLength: 3 }),
        fc.integer({ min: 20, max: 200 }),
        (tape, story, advice, width) => {
          const card = scorecardOf(tape.events, truth, {
            ...badAmi,
            story,
            title: story,
            good: { ...badAmi.good, advice },
          });
          for (const line of scorecardText(card, { width, colour: false }).split('\n'))
            expect(columnsOf(line)).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 60 },
    );
  });
});
