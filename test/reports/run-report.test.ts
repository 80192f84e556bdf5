import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../../src/engine/recorder.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { anyJournal } from '../helpers/any-journal.ts';
import {
  failedRun,
  interruptedRun,
  nodeByNodeRun,
  rehearsedRun,
  restoreBothRun,
  rollbackFailedRun,
  rolledBackRun,
  runId,
  succeededRun,
  Tape,
  unhealthy,
} from '../helpers/run-events.ts';

const resume = `runbook resume ${runId}`;
const rollback = `runbook rollback ${runId}`;
const nextOf = (tape: Tape) => reportOf(tape.events).next.map(({ command }) => command);

describe('a report', () => {
  test('says who ran what, where, when and how it ended', () => {
    expect(reportOf(succeededRun().events)).toMatchObject({
      version: 1,
      runId,
      runbook: 'rolling-update',
      environment: { name: 'morpheus-prod', account: '123456789012', region: 'us-east-1' },
      mode: 'live',
      by: 'anna@laptop',
      parameters: { fleet: 'app', ami: 'ami-0abc', canary: 1 },
      started: '2025-11-21T02:14:09.000Z',
      ended: '2025-11-21T02:29:19.000Z',
      milliseconds: 910_000,
      outcome: 'succeeded',
    });
  });

  test('tells each step, with the lists around it', () => {
    const { steps } = reportOf(nodeByNodeRun().events);
    expect(steps[0]).toEqual({
      path: 'account',
      depth: 0,
      within: [],
      kind: 'check',
      title: "The caller's account and Region are those of morpheus-prod",
      status: 'succeeded',
      attempt: 1,
      started: '2025-11-21T02:14:09.000Z',
      ended: '2025-11-21T02:14:10.000Z',
      milliseconds: 1000,
      summary: 'account 123456789012 in us-east-1',
    });
    expect(steps.find(({ path }) => path === 'nodes/i-0bbb/terminate')).toMatchObject({
      depth: 1,
      within: [{ list: 'nodes', title: 'Replace each node', item: 'i-0bbb' }],
    });
  });

  test('tells of a step in a branch which one, by id and by title', () => {
    const report = reportOf(restoreBothRun().events);
    expect(report.steps.find(({ path }) => path === 'restore/files/files-there')).toMatchObject({
      depth: 1,
      within: [{ list: 'restore', title: 'Restore both', item: 'files', branch: 'Restore the files' }],
    });
  });

  test('reads item keys back from paths', () => {
    const key = 'arn:aws:ec2/i-1 %';
    const path = `nodes/${encodeURIComponent(key)}/terminate`;
    const { events } = new Tape()
      .add({ type: 'items-listed', step: 'nodes', title: 'Replace each node', items: [{ key, item: key }] })
      .check(path, 'The node is gone');
    expect(reportOf(events).steps[0]?.within[0]?.item).toBe(key);
  });

  test('holds measures against their objectives', () => {
    expect(reportOf(succeededRun().events).measures).toEqual([
      {
        step: 'lowest',
        title: 'Lowest healthy count',
        unit: 'count',
        value: 3,
        objective: { atLeast: 3 },
        verdict: 'pass',
      },
      {
        step: 'errors',
        title: 'Share of failed requests',
        unit: 'percent',
        missing: 'no datapoints in the window',
        objective: { atMost: 0.1 },
        verdict: 'cannot tell',
      },
    ]);
  });

  test('holds the bounds of what is known no better', () => {
    const interval = {
      step: 'outage',
      title: 'Time without the application',
      unit: 'milliseconds',
      atLeast: 18_000,
      atMost: 24_000,
      objective: { atMost: 20_000 },
      verdict: 'cannot tell',
    } as const;
    const { events } = new Tape()
      .start('outage', 'measure', interval.title)
      .add({ type: 'measured', ...interval })
      .succeed('outage');
    expect(reportOf(events).measures).toEqual([interval]);
  });

  test('shows every lane, in spells of looks that saw the same', () => {
    const step = 'watch';
    const at = (second: number) => new Date(Date.UTC(2025, 10, 21, 2, 14, second)).toISOString();
    const look = (asked: number, what: { seen: unknown } | { missing: string }, looks = 1): NewEvent => ({
      type: 'observed',
      step,
      lane: 'health URL',
      asked: at(asked),
      answered: at(asked + 1),
      looks,
      ...what,
    });
    const { events } = new Tape().start(step, 'observe', 'The application is back').add(
      {
        type: 'observing',
        step,
        lanes: [
          { lane: 'health URL', every: 1000 },
          { lane: 'DNS', every: 2000, missing: 'no endpoint is configured' },
        ],
      },
      look(0, { seen: { status: 200 } }),
      look(9, { seen: { status: 200 } }, 9),
      look(10, { missing: 'no answer' }),
      look(11, { seen: { status: 503 } }),
    );
    expect(reportOf(events).lanes).toEqual([
      {
        step,
        lane: 'health URL',
        every: 1000,
        looks: 12,
        missed: 1,
        spells: [
          { from: at(0), to: at(10), looks: 10, seen: { status: 200 } },
          { from: at(10), to: at(11), looks: 1, missing: 'no answer' },
          { from: at(11), to: at(12), looks: 1, seen: { status: 503 } },
        ],
      },
      {
        step,
        lane: 'DNS',
        every: 2000,
        looks: 0,
        missed: 0,
        notObserved: 'no endpoint is configured',
        spells: [],
      },
    ]);
  });

  test('names each approval with its evidence and its answer', () => {
    expect(reportOf(succeededRun().events).approvals).toMatchObject([
      {
        step: 'approve',
        evidence: [{ label: 'lowest healthy count' }, { label: 'rollback' }],
        answer: { approved: true, by: 'anna@laptop', reason: 'CVE-2025-1' },
      },
    ]);
  });

  test('tells an approval that was cut off and asked again once', () => {
    const asked: NewEvent = { type: 'approval-asked', step: 'approve', question: 'Go on?', evidence: [] };
    const { events } = new Tape()
      .start('approve', 'approve', 'Go on?')
      .add(asked, { type: 'run-interrupted' }, { type: 'run-resumed', by: 'ben@jump', toolVersion: '0.1.0' })
      .start('approve', 'approve', 'Go on?')
      .add(asked, { type: 'approval-declined', step: 'approve', by: 'ben@jump', because: 'answered no' });
    expect(reportOf(events).approvals).toMatchObject([{ answer: { approved: false, by: 'ben@jump' } }]);
  });

  test('groups the writes that AWS accepted, and counts every call', () => {
    const tape = new Tape().start('drain', 'change', 'Drain').call('drain', 'ec2:DescribeInstances', 'read');
    tape
      .call('drain', 'elasticloadbalancing:DeregisterTargets')
      .pass(5)
      .call('drain', 'elasticloadbalancing:DeregisterTargets');
    tape.add({
      type: 'aws-called',
      step: 'drain',
      phase: 'apply',
      service: 'ec2',
      operation: 'TerminateInstances',
      write: true,
      parameters: {},
      attempts: 3,
      milliseconds: 1,
      error: 'UnauthorizedOperation',
    });
    const { writes, calls } = reportOf(tape.events);
    expect(writes).toEqual([
      {
        step: 'drain',
        phase: 'apply',
        service: 'elasticloadbalancing',
        operation: 'DeregisterTargets',
        times: 2,
        first: '2025-11-21T02:14:09.000Z',
      },
    ]);
    expect(calls).toBe(4);
  });

  test('lists the changes in place, oldest first, and says which are in doubt', () => {
    const { events } = new Tape()
      .change('suspend', 'Suspend AZRebalance', 'autoscaling:SuspendProcesses')
      .start('terminate', 'change', 'Terminate i-0aaa')
      .add({ type: 'apply-started', step: 'terminate', idempotencyToken: 'token' });
    expect(reportOf(events).changesInPlace).toMatchObject([
      { step: 'suspend', certain: true },
      { step: 'terminate', certain: false },
    ]);
  });

  test('does not call undone what AWS plainly refused to do', () => {
    const { events } = new Tape()
      .start('terminate', 'change', 'Terminate i-0aaa')
      .add(
        { type: 'apply-started', step: 'terminate', idempotencyToken: 'token' },
        { type: 'undone', step: 'terminate', how: 'was-never-applied' },
        { type: 'step-failed', step: 'terminate', error: unhealthy },
      );
    const report = reportOf(events);
    expect(report.steps[0]).not.toHaveProperty('undo');
    expect(report.changesInPlace).toEqual([]);
  });

  test('names the step that failed, until a later attempt makes it good', () => {
    expect(reportOf(failedRun().events)).toMatchObject({ failedStep: 'canary', error: unhealthy });
    const retried = new Tape()
      .start('canary', 'wait', 'The canary is healthy')
      .add({ type: 'step-failed', step: 'canary', error: unhealthy })
      .start('canary', 'wait', 'The canary is healthy')
      .succeed('canary');
    expect(reportOf(retried.events)).not.toHaveProperty('failedStep');
  });

  test('is plain JSON', () => {
    fc.assert(
      fc.property(anyJournal, ({ events }) => {
        const report = reportOf(events);
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      }),
    );
  });
});

describe('the next commands', () => {
  test.each([
    ['succeeded with changes', succeededRun(), [rollback]],
    ['succeeded without', new Tape().check('account', 'The account is right').finish('succeeded'), []],
    ['failed with changes', failedRun(), [resume, rollback]],
    ['rolled back', rolledBackRun(), []],
    ['rollback failed', rollbackFailedRun(), [rollback]],
    ['interrupted with changes', interruptedRun(), [resume, rollback]],
    ['interrupted without', new Tape().add({ type: 'run-interrupted' }), [resume]],
    ['killed', new Tape().check('account', 'The account is right'), [resume]],
    [
      'killed while rolling back',
      new Tape({}).add({ type: 'rollback-started', by: 'anna@laptop' }),
      [rollback],
    ],
    ['rehearsed', rehearsedRun(), []],
    ['declined', new Tape().finish('declined', unhealthy), [resume]],
    ['an objective missed, nothing changed', new Tape().finish('failed', unhealthy), []],
  ])('after a run that %s', (_name, tape, commands) => {
    expect(nextOf(tape)).toEqual(commands);
  });
});
