import { describe, expect, test } from 'vitest';
import { exerciseText, readExercise } from '../../src/command-line/exercise-record.ts';
import { scorecardOf } from '../../src/reports/scorecard.ts';
import { succeededRun } from '../helpers/run-events.ts';

const truth = {
  now: new Date('2025-11-21T03:00:00Z'),
  outages: [],
  requests: 0,
  failedRequests: 0,
  calls: [],
};
const scorecard = scorecardOf(succeededRun().events, truth, { id: 'calm', title: 'Calm', story: 'Nothing.' });

describe('the mark of an exercise', () => {
  test('is read as it was written, with and without a scorecard', () => {
    expect(readExercise(exerciseText({ scenario: 'calm' }))).toEqual({ version: 1, scenario: 'calm' });
    expect(readExercise(exerciseText({ scenario: 'calm', scorecard }))).toEqual({
      version: 1,
      scenario: 'calm',
      scorecard,
    });
  });

  test.each([undefined, '', '{', '[]', '{"version":2,"scenario":"calm"}', '{"version":1}'])(
    'that is none (%s) is none: the run can still be shown',
    (text) => {
      expect(readExercise(text)).toBeUndefined();
    },
  );
});
