import { describe, expect, test } from 'vitest';
import type { EventError } from '../../src/engine/run-event.ts';
import {
  type ExerciseFacts,
  type GoodConduct,
  type Scorecard,
  type ScoreLine,
  scorecardOf,
  type Truth,
} from '../../src/reports/scorecard.ts';
import { failedRun, interruptedRun, rolledBackRun, succeededRun, Tape } from '../helpers/run-events.ts';

const begin = Date.parse('2025-11-21T02:14:09.000Z');
const minutesIn = (minutes: number) => new Date(begin + minutes * 60_000);
const minute = 60_000;

const quiet: Truth = { now: minutesIn(60), outages: [], requests: 1000, failedRequests: 0, calls: [] };

const good = (more: Partial<GoodConduct> = {}): GoodConduct => ({
  outcomes: ['succeeded'],
  downtime: 0,
  skips: [],
  advice: ['Look first.'],
  ...more,
});

const exercise = (more: Partial<GoodConduct> = {}): ExerciseFacts => ({
  id: 'a-scenario',
  title: 'Something goes wrong',
  story: 'The image was broken.',
  good: good(more),
});

const card = (tape: Tape, more: Partial<GoodConduct> = {}, truth: Partial<Truth> = {}): Scorecard =>
  scorecardOf(tape.events, { ...quiet, ...truth }, exercise(more));

const lineOf = ({ lines }: Scorecard, about: ScoreLine['about']): ScoreLine => {
  const line = lines.find((each) => each.about === about);
  if (line === undefined) throw new Error(`There is no line about ${about}`);
  return line;
};

const rolledBack: Partial<GoodConduct> = { outcomes: ['rolled-back'] };

/** A wait that fails, is decided upon after some seconds, and fails or succeeds again. */
function failing(
  choice: 'retry' | 'skip' | 'leave',
  { after = 0, next }: { after?: number; next?: EventError | 'succeeds' } = {},
): Tape {
  const tape = new Tape()
    .change('start', 'Start the refresh', 'autoscaling:StartInstanceRefresh')
    .start('canary', 'wait', 'The canary serves', 600)
    .pass(600)
    .add({ type: 'step-failed', step: 'canary', error: timedOut })
    .pass(after)
    .add({ type: 'failure-decided', step: 'canary', choice, by: 'anna@laptop' });
  if (choice === 'skip')
    return tape
      .add({ type: 'step-skipped', step: 'canary', by: 'anna@laptop', reason: 'known, INC-12' })
      .finish('succeeded');
  if (choice === 'leave' || next === undefined) return tape.finish('failed-with-changes', timedOut);
  tape.start('canary', 'wait', 'The canary serves', 600).pass(60);
  if (next === 'succeeds') return tape.succeed('canary').finish('succeeded');
  return tape.add({ type: 'step-failed', step: 'canary', error: next }).finish('failed-with-changes', next);
}

const timedOut = { code: 'WAIT_TIMED_OUT', message: 'Not so after 10m' };

describe('the outcome', () => {
  test.each([
    [succeededRun('sandbox'), {}, 'good', true],
    [rolledBackRun(), rolledBack, 'good', true],
    [succeededRun('sandbox'), rolledBack, 'wrong', false],
    [rolledBackRun(), {}, 'wrong', false],
    [interruptedRun(), {}, 'wrong', false],
    [new Tape(), {}, 'wrong', false],
  ] as const)('is right where the scenario says so (%#)', (tape, more, verdict, solved) => {
    const it = card(tape, more);
    expect(lineOf(it, 'outcome').verdict).toBe(verdict);
    expect(it.solved).toBe(solved);
  });

  test('names what would have been right', () => {
    const it = card(succeededRun('sandbox'), { outcomes: ['rolled-back', 'declined'] });
    expect(lineOf(it, 'outcome')).toMatchObject({
      fact: 'succeeded',
      sentence: 'Right would have been here: rolled-back or declined.',
    });
  });

  test('is success where the scenario says nothing', () => {
    const silent = { ...exercise(), good: undefined };
    expect(scorecardOf(succeededRun().events, quiet, silent)).toMatchObject({ solved: true, advice: [] });
    expect(scorecardOf(rolledBackRun().events, quiet, silent).solved).toBe(false);
  });
});

describe('the downtime', () => {
  const outage = (from: number, to: number | undefined, what = 'requests-failing', application = 'prod') => ({
    application,
    what,
    from: minutesIn(from),
    ...(to !== undefined && { to: minutesIn(to) }),
  });
  const withOutages = (downtime: number, ...outages: Truth['outages']): Scorecard =>
    card(succeededRun(), { downtime: downtime * minute }, { outages });

  test.each([
    [0, [], 'good'],
    [0, [outage(5, 6)], 'could be better'],
    [3, [outage(5, 8)], 'good'],
    [3, [outage(5, 9)], 'could be better'],
    [3, [outage(5, 14)], 'wrong'],
    [3, [outage(5, 6, 'writes-failing'), outage(20, 22)], 'good'],
    [3, [outage(5, 8), outage(6, 9, 'unavailable', 'dev')], 'could be better'],
    [600, [outage(50, undefined)], 'wrong'],
    [0, [outage(-20, -10)], 'good'],
  ] as const)('is held against what could not be helped: %i minutes (%#)', (allowed, outages, verdict) => {
    expect(lineOf(withOutages(allowed, ...outages), 'downtime').verdict).toBe(verdict);
  });

  test('is told per outage, from the beginning of the run on', () => {
    const it = withOutages(0, outage(-5, 2), outage(50, undefined, 'writes-failing'));
    expect(it.outages).toEqual([
      {
        application: 'prod',
        what: 'requests-failing',
        from: minutesIn(0).toISOString(),
        to: minutesIn(2).toISOString(),
        milliseconds: 2 * minute,
        over: true,
      },
      {
        application: 'prod',
        what: 'writes-failing',
        from: minutesIn(50).toISOString(),
        to: minutesIn(60).toISOString(),
        milliseconds: 10 * minute,
        over: false,
      },
    ]);
    expect(lineOf(it, 'downtime')).toMatchObject({
      fact: '12m in all',
      details: [
        'prod: a part of the requests failed, 02:14:09 to 02:16:09 UTC (2m)',
        'prod: a part of the writes failed, 03:04:09 to the end UTC (10m)',
        '0 of 1000 requests failed',
      ],
    });
  });

  test('adds up as its times are shown', () => {
    const at = (minute: number, milliseconds: number) => new Date(minutesIn(minute).getTime() + milliseconds);
    const outages = [{ application: 'prod', what: 'unavailable', from: at(1, 0), to: at(2, 600) }];
    expect(lineOf(card(succeededRun(), {}, { outages }), 'downtime')).toMatchObject({
      fact: '1m in all',
      details: ['prod: unavailable, 02:15:09 to 02:16:09 UTC (1m)', '0 of 1000 requests failed'],
    });
  });

  test('is no outage where single requests fail, and nothing is said of who noticed', () => {
    expect(lineOf(card(succeededRun(), {}, { failedRequests: 5 }), 'downtime')).toMatchObject({
      verdict: 'good',
      fact: 'none',
      sentence: 'There was no outage.',
      details: ['5 of 1000 requests failed'],
    });
  });
});

describe('the changes', () => {
  test('are those that the scenario names', () => {
    expect(lineOf(card(succeededRun(), { changes: ['StartInstanceRefresh'] }), 'changes')).toMatchObject({
      verdict: 'good',
      fact: 'none of 1 write',
    });
    expect(lineOf(card(succeededRun(), { changes: ['SetDesiredCapacity'] }), 'changes')).toMatchObject({
      verdict: 'wrong',
      fact: '1 of 1 write',
      details: ['autoscaling:StartInstanceRefresh by start-refresh'],
    });
  });

  test('are not judged where it names none, and those of an undo are no changes of their own', () => {
    expect(lineOf(card(succeededRun()), 'changes').verdict).toBe('good');
    const undone = card(rolledBackRun(), { ...rolledBack, changes: ['StartInstanceRefresh'] });
    expect(lineOf(undone, 'changes').verdict).toBe('good');
  });

  test('that were taken back are right only where that is how it should end', () => {
    expect(lineOf(card(succeededRun()), 'undone')).toMatchObject({ verdict: 'good', fact: 'nothing' });
    expect(lineOf(card(rolledBackRun(), rolledBack), 'undone')).toMatchObject({
      verdict: 'good',
      fact: '1 change',
      details: ['start-refresh'],
    });
    expect(lineOf(card(rolledBackRun()), 'undone').verdict).toBe('could be better');
  });

  test('that were taken back are judged by whether undoing was right, not by how it came out', () => {
    const undoing = (): Tape =>
      new Tape()
        .change('start', 'Start the refresh', 'autoscaling:StartInstanceRefresh')
        .add({ type: 'rollback-started', by: 'anna@laptop' })
        .add({ type: 'undo-started', step: 'start', title: 'Roll it back' })
        .add({ type: 'undone', step: 'start', how: 'undone' });
    const failed = (outcomes: GoodConduct['outcomes']) =>
      lineOf(card(undoing().finish('rollback-failed', timedOut), { outcomes }), 'undone').verdict;
    expect(failed(['rolled-back'])).toBe('good');
    expect(failed(['rollback-failed'])).toBe('could be better');
  });

  test('that the procedure itself takes away again were not taken back', () => {
    const tape = new Tape()
      .change('restore', 'Restore a copy', 'backup:StartRestoreJob')
      .start('clean-up', 'clean-up', 'Take the copy away')
      .add({ type: 'undone', step: 'restore', how: 'undone' })
      .succeed('clean-up')
      .finish('succeeded');
    expect(lineOf(card(tape), 'undone')).toMatchObject({ verdict: 'good', fact: 'nothing' });
  });

  test('are none where nothing was written', () => {
    const refused = new Tape().check('account', 'The account is right').finish('refused', timedOut);
    expect(lineOf(card(refused, { changes: [] }), 'changes')).toMatchObject({
      verdict: 'good',
      fact: 'none',
      sentence: 'Nothing was written.',
    });
  });
});

describe('changes by hand', () => {
  const call = (operation: string, at: number, by = 'trainee', error?: string) => ({
    by,
    service: 'auto-scaling',
    operation,
    at: minutesIn(at),
    ...(error !== undefined && { error }),
  });
  const byHand = (...calls: Truth['calls']) =>
    lineOf(
      scorecardOf(
        succeededRun().events,
        { ...quiet, calls },
        { ...exercise(), during: [{ by: 'deploy-pipeline' }] },
      ),
      'by-hand',
    );

  test('are writes of the trainee that the journal does not hold', () => {
    expect(
      byHand(call('StartInstanceRefresh', 1), call('CancelInstanceRefresh', 3), call('DescribeX', 4)),
    ).toMatchObject({
      verdict: 'could be better',
      fact: '1 write',
      details: ['02:17:09 UTC, auto-scaling:CancelInstanceRefresh'],
    });
    expect(byHand(call('StartInstanceRefresh', 1), call('StartInstanceRefresh', 9)).fact).toBe('1 write');
  });

  test("are not the run's own, not somebody else's, not refused ones, not earlier ones", () => {
    expect(
      byHand(
        call('SetDesiredCapacity', -3),
        call('StartInstanceRefresh', 1),
        call('StartInstanceRefresh', 6, 'deploy-pipeline'),
        call('SetDesiredCapacity', 8, 'deploy-pipeline'),
        call('TerminateInstances', 9, 'trainee', 'UnauthorizedOperation'),
        call('RotateSecret', 9, 'rds'),
      ),
    ).toMatchObject({ verdict: 'good', fact: 'none' });
  });
});

describe('steps skipped', () => {
  test('are wrong unless the scenario allows it; the reason stands there', () => {
    expect(lineOf(card(failing('skip')), 'skips')).toMatchObject({
      verdict: 'wrong',
      fact: '1 step',
      details: ['canary: known, INC-12'],
    });
    expect(lineOf(card(failing('skip'), { skips: ['canary'] }), 'skips').verdict).toBe('good');
    expect(lineOf(card(succeededRun()), 'skips')).toMatchObject({ verdict: 'good', fact: 'none' });
  });

  test('in a list may be named by the id of the step', () => {
    const tape = new Tape()
      .start('nodes/i-1/drained', 'wait', 'Drained')
      .add({ type: 'step-skipped', step: 'nodes/i-1/drained', by: 'anna', reason: 'empty' });
    expect(lineOf(card(tape, { skips: ['drained'] }), 'skips').verdict).toBe('good');
    expect(lineOf(card(tape, { skips: ['nodes'] }), 'skips').verdict).toBe('wrong');
  });
});

describe('the time to decide', () => {
  test.each([
    [120, 'good'],
    [121, 'could be better'],
    [600, 'could be better'],
    [601, 'wrong'],
  ] as const)('after a failure: %i seconds', (after, verdict) => {
    const it = card(failing('leave', { after }));
    expect(lineOf(it, 'decisions').verdict).toBe(verdict);
    expect(it.decisions).toMatchObject([{ about: 'failure', milliseconds: after * 1000, choice: 'leave' }]);
  });

  test('of an approval is told and not judged', () => {
    const tape = new Tape()
      .start('go', 'approve', 'Go?')
      .add({ type: 'approval-asked', step: 'go', question: 'Go?', evidence: [] })
      .pass(1800)
      .add({ type: 'approval-given', step: 'go', by: 'anna' })
      .succeed('go')
      .finish('succeeded');
    expect(lineOf(card(tape), 'decisions')).toMatchObject({
      verdict: 'good',
      fact: '1 decision, the longest 30m, in all 30m',
      details: ['02:14:09 UTC, approval at go: approved after 30m'],
    });
  });

  test('before a change is told and not judged, where somebody thought about it', () => {
    const tape = new Tape()
      .check('account', 'The account is right')
      .pass(900)
      .change('start', 'Start the refresh', 'autoscaling:StartInstanceRefresh')
      .change('then', 'Suspend a process', 'autoscaling:SuspendProcesses')
      .finish('succeeded');
    expect(lineOf(card(tape), 'decisions')).toMatchObject({
      verdict: 'good',
      fact: '1 decision, the longest 15m, in all 15m',
      details: ['02:14:10 UTC, change at start: go on after 15m'],
    });
  });

  test('after failures in branches begins when all are at rest, and for the second one after the first answer', () => {
    const tape = new Tape()
      .add({
        type: 'branches-started',
        step: 'both',
        title: 'Do both',
        branches: [
          { id: 'a', title: 'A' },
          { id: 'b', title: 'B' },
        ],
      })
      .start('both/a/f', 'check', 'A holds')
      .start('both/b/f', 'check', 'B holds')
      .add({ type: 'step-failed', step: 'both/b/f', error: timedOut })
      .pass(1200)
      .add({ type: 'step-failed', step: 'both/a/f', error: timedOut })
      .pass(20)
      .add({ type: 'failure-decided', step: 'both/a/f', choice: 'retry', by: 'anna' })
      .pass(30)
      .add({ type: 'failure-decided', step: 'both/b/f', choice: 'leave', by: 'anna' })
      .finish('failed', timedOut);
    expect(card(tape).decisions).toMatchObject([
      { step: 'both/a/f', milliseconds: 20_000, choice: 'retry' },
      { step: 'both/b/f', milliseconds: 30_000, choice: 'leave' },
    ]);
  });

  test('before a change in a branch is not the time of what others do meanwhile, nor of the question before it', () => {
    const tape = new Tape()
      .add({
        type: 'branches-started',
        step: 'both',
        title: 'Do both',
        branches: [
          { id: 'a', title: 'A' },
          { id: 'b', title: 'B' },
          { id: 'c', title: 'C' },
        ],
      })
      .start('both/c/w', 'wait', 'C is ready')
      .pass(20)
      .change('both/a/x', 'Make x', 'ec2:Make')
      .pass(10)
      .change('both/b/y', 'Make y', 'ec2:Make')
      .add({ type: 'waiting', step: 'both/c/w', because: 'not yet' })
      .finish('succeeded');
    expect(card(tape).decisions).toMatchObject([
      { step: 'both/a/x', about: 'change', milliseconds: 20_000 },
      { step: 'both/b/y', about: 'change', milliseconds: 12_000 },
    ]);
  });

  test('goes on through an interruption; a failure that nobody was asked about is no decision', () => {
    const stopped = new Tape()
      .start('canary', 'wait', 'The canary serves')
      .add({ type: 'step-failed', step: 'canary', error: timedOut })
      .pass(30)
      .add({ type: 'run-interrupted' });
    expect(card(stopped).decisions).toMatchObject([{ choice: 'stopped', milliseconds: 30_000 }]);
    stopped.pass(60).add({ type: 'rollback-started', by: 'anna@laptop' });
    expect(card(stopped).decisions).toMatchObject([{ choice: 'undo', milliseconds: 90_000 }]);
    const refused = new Tape()
      .start('account', 'check', 'The account is right')
      .add({ type: 'step-failed', step: 'account', error: timedOut })
      .finish('refused', timedOut);
    expect(lineOf(card(refused), 'decisions').fact).toBe('no decision was asked for');
  });
});

describe('retries', () => {
  test('are in vain where the step fails the same way again', () => {
    expect(lineOf(card(failing('retry', { next: timedOut })), 'retries')).toMatchObject({
      verdict: 'could be better',
      fact: '1',
      details: ['canary: WAIT_TIMED_OUT again'],
    });
    const other = { code: 'TARGET_UNHEALTHY', message: 'i-1 is unhealthy' };
    expect(lineOf(card(failing('retry', { next: other })), 'retries').verdict).toBe('good');
    expect(lineOf(card(failing('retry', { next: 'succeeds' })), 'retries').verdict).toBe('good');
  });

  test('twice are wrong', () => {
    const tape = new Tape().start('canary', 'wait', 'The canary serves');
    for (let attempt = 0; attempt < 3; attempt += 1)
      tape
        .add({ type: 'step-failed', step: 'canary', error: timedOut })
        .add({ type: 'failure-decided', step: 'canary', choice: 'retry', by: 'anna' })
        .start('canary', 'wait', 'The canary serves');
    expect(lineOf(card(tape), 'retries')).toMatchObject({ verdict: 'wrong', fact: '2' });
  });
});

describe('debts', () => {
  test('are what a run that failed leaves in place', () => {
    expect(lineOf(card(failedRun()), 'debts')).toMatchObject({
      verdict: 'wrong',
      fact: '1 change still in place',
      details: ['Start the instance refresh (start-refresh)'],
    });
    expect(lineOf(card(failedRun(), { outcomes: ['failed-with-changes'] }), 'debts').verdict).toBe('good');
    expect(lineOf(card(succeededRun()), 'debts')).toMatchObject({ verdict: 'good', fact: 'none' });
    expect(lineOf(card(rolledBackRun(), rolledBack), 'debts').verdict).toBe('good');
  });
});

describe('the result', () => {
  test('is as good as the worst line', () => {
    expect(card(succeededRun()).result).toBe('good');
    const outages = [{ application: 'prod', what: 'unavailable', from: minutesIn(1), to: minutesIn(2) }];
    expect(card(succeededRun(), {}, { outages }).result).toBe('could be better');
    expect(card(failedRun(), {}, { outages }).result).toBe('wrong');
  });

  test('stays what it is through JSON', () => {
    const it = card(failing('skip', { after: 30 }));
    expect(JSON.parse(JSON.stringify(it))).toEqual(it);
  });

  test('has the story and the advice, and until when it holds', () => {
    expect(card(rolledBackRun())).toMatchObject({
      scenario: 'a-scenario',
      story: 'The image was broken.',
      advice: ['Look first.'],
      until: rolledBackRun().events.at(-1)?.at,
    });
  });
});
