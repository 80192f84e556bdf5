import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/reports/layout.ts';
import { reportOf, whileDriven } from '../../src/reports/run-report.ts';
import { summaryText, textReport } from '../../src/reports/text-report.ts';
import { anyJournal } from '../helpers/any-journal.ts';
import {
  failedRun,
  interruptedRun,
  nodeByNodeRun,
  rehearsedRun,
  restoreBothRun,
  rollbackFailedRun,
  rolledBackRun,
  succeededRun,
  Tape,
  unhealthy,
} from '../helpers/run-events.ts';

const plain = { width: 100, colour: false };
const summaryOf = (tape: Tape) => summaryText(reportOf(tape.events), plain);

const firstLine = (text: string) => text.split('\n')[0];

describe('the summary', () => {
  test('of a failed run: outcome, cause, what is in place, what to type', () => {
    expect(summaryOf(failedRun())).toBe(
      `✖ Failed: 1 change in place
  Rolling update of a fleet — rolling-update in morpheus-prod (live)
  account 123456789012, us-east-1, by anna@laptop, run 20251121-021409-k3f9
  2025-11-21 02:14:09 to 02:26:34 UTC, 12m 25s

What happened
  ✖ The canary is in service on the new version — failed · 12m
    TARGET_UNHEALTHY i-0aaa is unhealthy in target group morpheus-app: Target.FailedHealthChecks
    → aws ec2 get-console-output --instance-id i-0aaa --latest

Changes in place, oldest first
  1. Start the instance refresh — 02:14:32 UTC · start-refresh

Next
  runbook resume 20251121-021409-k3f9    once the cause is gone: go on at the step that failed
  runbook rollback 20251121-021409-k3f9  undo what is in place, the latest first`,
    );
  });

  test('of a run that went well: first what was measured and found, then what it changed', () => {
    const headings = summaryOf(
      new Tape()
        .start('change', 'change', 'Start it')
        .add({ type: 'apply-started', step: 'change', idempotencyToken: 'token' })
        .succeed('change')
        .start('look', 'check', 'All is well')
        .add({
          type: 'found',
          step: 'look',
          findings: [{ verdict: 'warn', subject: 'a', fact: 'b', rule: 'c' }],
        })
        .succeed('look')
        .start('duration', 'measure', 'Duration')
        .add({
          type: 'measured',
          step: 'duration',
          title: 'Duration',
          unit: 'count',
          value: 1,
          verdict: 'no objective',
        })
        .succeed('duration')
        .finish('succeeded'),
    )
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    expect(headings).toEqual(['Measured', 'Found', 'Changed by this run, oldest first', 'Next']);
  });

  test('of a run that a process drives now: which one, and nothing to type', () => {
    const text = summaryText(whileDriven(reportOf(new Tape().events), 4711), plain);
    expect(firstLine(text)).toBe('■ Under way, process 4711 on this machine. So far nothing was changed');
    expect(text).not.toContain('Next');
  });

  test('names the day of whatever happened where the run went over midnight', () => {
    const { changesInPlace, ...report } = reportOf(failedRun().events);
    const late = { ...report, changesInPlace, ended: '2025-11-22T01:00:00.000Z' };
    expect(summaryText(late, plain)).toContain('2025-11-21 02:14:32 UTC · start-refresh');
  });

  test('begins with how the run ended, and claims nothing that the journal does not hold', () => {
    const firstLines = [
      succeededRun(),
      rolledBackRun(),
      rollbackFailedRun(),
      interruptedRun(),
      rehearsedRun(),
      new Tape().finish('refused', unhealthy),
      new Tape().finish('declined', unhealthy),
      new Tape().call('x', 'ec2:ModifyLaunchTemplate').finish('failed', unhealthy),
      new Tape(),
    ].map((tape) => firstLine(summaryOf(tape)));
    expect(firstLines).toEqual([
      '✔ Succeeded',
      '✔ Rolled back: no change is left in place',
      '✖ Rollback failed: 1 change in place. A person must look',
      '■ Interrupted: 1 change in place',
      '✔ Rehearsed: nothing was written',
      '✖ Refused: nothing was changed',
      '✖ Declined: nothing was changed',
      '✖ Failed: no change is left in place',
      '■ No end in the journal: still under way, or its process was killed. So far nothing was changed',
    ]);
  });

  test('of a run that missed an objective names it, though no step failed', () => {
    const text = summaryOf(
      new Tape()
        .start('duration', 'measure', 'Duration')
        .add({
          type: 'measured',
          step: 'duration',
          title: 'Duration',
          unit: 'milliseconds',
          value: 4_320_000,
          objective: { atMost: 3_600_000 },
          verdict: 'fail',
        })
        .succeed('duration')
        .finish('failed', { code: 'OBJECTIVE_MISSED', message: 'An objective was missed: Duration' }),
    );
    expect(text).toContain('An objective was missed: Duration');
    expect(text).toContain('✖ Duration — 1h 12m, objective missed: at most 1h');
  });

  test.each([
    [{ atLeast: 18_400, atMost: 23_200 }, 'between 18s and 24s (objective: at most 1m)', 'pass'],
    [{ atLeast: 0, atMost: 1050 }, 'at most 2s (objective: at most 1m)', 'pass'],
    [{ atLeast: 61_000 }, 'at least 1m 01s, objective missed: at most 1m', 'fail'],
    [
      { atLeast: 40_000 },
      'at least 40s, cannot tell whether the objective is met: at most 1m',
      'cannot tell',
    ],
    [{ atLeast: 500, atMost: 500 }, '500ms (objective: at most 1m)', 'pass'],
    [
      { atLeast: 3_659_000, atMost: 3_661_000 },
      'between 1h and 1h 02m, objective missed: at most 1m',
      'fail',
    ],
  ] as const)('of the interval %j: %s', (interval, text, verdict) => {
    const tape = new Tape()
      .start('outage', 'measure', 'Outage')
      .add({
        type: 'measured',
        step: 'outage',
        title: 'Outage',
        unit: 'milliseconds',
        ...interval,
        objective: { atMost: 60_000 },
        verdict,
      })
      .succeed('outage');
    const sign = { pass: '✔', fail: '✖', 'cannot tell': '!' }[verdict];
    expect(summaryOf(tape)).toContain(`  ${sign} Outage — ${text}`);
  });

  test('of what could not be measured claims nothing, where no objective asks for it either', () => {
    const tape = new Tape()
      .start('writes', 'measure', 'Writes')
      .add({
        type: 'measured',
        step: 'writes',
        title: 'Writes',
        unit: 'count',
        missing: 'nothing probes them',
        verdict: 'no objective',
      })
      .succeed('writes');
    expect(summaryOf(tape)).toContain('  · Writes — no value: nothing probes them');
  });

  test('of branches says in which one a step failed, and what was given up in the others', () => {
    expect(summaryOf(restoreBothRun('failure'))).toContain(`What happened
  ■ Restore the database: The cluster is there — not finished
    RUNNING, 16 % done
  ✖ Restore the files: The file system is there — failed · 10m
    JOB_FAILED job 82BB was aborted
`);
  });

  test('of a rollback that failed tells both failures', () => {
    const text = summaryOf(rollbackFailedRun());
    expect(text).toContain('i-0aaa is unhealthy');
    expect(text).toContain('✖ Roll the instance refresh back — not undone');
    expect(text).toContain('Not undone after 1h');
  });

  test('of a rehearsal shows each call that was not sent, and that nothing was written', () => {
    const text = summaryOf(rehearsedRun());
    expect(text).toContain(
      'would call autoscaling:StartInstanceRefresh with { "AutoScalingGroupName": "morpheus-app"',
    );
    expect(text).toContain('1 further step, marked ·, could not be carried out here');
    expect(text).toContain('without --dry-run');
    expect(text).not.toContain('runbook resume');
  });
});

describe('the whole report', () => {
  test('has every step, below the item whose turn it was', () => {
    const text = textReport(reportOf(nodeByNodeRun('hangs').events), plain);
    expect(text).toContain(`  Replace each node: i-0bbb
    ✔ Take i-0bbb out of the target group — 2s
    ✔ i-0bbb serves no request — 1m 05s
    ✔ Terminate i-0bbb — 2s
    ✔ A new node has taken the place of i-0bbb — healthy in the target group · 3m 20s
  Replace each node: i-0ccc`);
    for (const { title } of reportOf(nodeByNodeRun('hangs').events).steps) expect(text).toContain(title);
  });

  test('has the steps of each branch in one piece, however they took turns', () => {
    expect(textReport(reportOf(restoreBothRun().events), plain)).toContain(`
  Restore both: Restore the database
    ✔ Restore the cluster — job 918C · 2s
    ✔ The cluster is there — 15m
    ✔ Create an instance — 2s
  Restore both: Restore the files
    ✔ Restore the file system — job 82BB · 2s
    ✔ The file system is there — 10m
  ✔ The restored database answers — 1s
`);
  });

  test('shows approvals with their evidence, and what was written', () => {
    const text = textReport(reportOf(rolledBackRun().events), plain);
    expect(text).toContain('    rollback              possible, to version 6');
    expect(text).toContain('approved by anna@laptop: CVE-2025-1, 2025-11-21 02:14:32 UTC');
    expect(text).toContain('✔ Roll the instance refresh back');
    expect(text).toMatch(/autoscaling:RollbackInstanceRefresh +02:26:34 +undo of start-refresh/);
  });

  const foundIn = (step: string) =>
    reportOf(
      new Tape()
        .add({ type: 'items-listed', step: 'inspection', title: 'Each', items: [{ key: 'files', item: {} }] })
        .start(step, 'check', 'Its backups were looked at')
        .add({
          type: 'found',
          step,
          findings: [
            { verdict: 'pass', subject: 'plan', fact: 'selected', rule: 'a plan covers it' },
            { verdict: 'fail', subject: 'copies', fact: '1 is missing', rule: 'all', toDo: 'copy it' },
          ],
        })
        .add({ type: 'step-succeeded', step }).events,
    );

  test('shows what was found, the worst first, by which rule, and what to do', () => {
    const report = foundIn('inspection/files/inspect');
    expect(textReport(report, plain)).toContain(`Found
  files: Its backups were looked at
    ✖ copies  1 is missing (rule: all) → copy it
    ✔ plan    selected (rule: a plan covers it)`);
    expect(textReport(report, plain)).toContain(`✖ Its backups were looked at — 1 fail, 1 pass`);
  });

  test('below a run that was just watched, counts what passes and says where it stands', () => {
    const { runId } = foundIn('inspect');
    expect(summaryText(foundIn('inspect'), plain)).toContain(`Found
  Its backups were looked at
    ✖ copies  1 is missing (rule: all) → copy it
  ✔ 1 other passes — each with its rule: runbook runs show ${runId}
`);
  });

  const observed = (looks: readonly (readonly [second: number, what: object])[]) => {
    const at = (second: number) => new Date(Date.UTC(2025, 10, 21, 2, 0, second)).toISOString();
    const step = 'watch';
    const tape = new Tape().start(step, 'observe', 'The application is back').add({
      type: 'observing',
      step,
      lanes: [
        { lane: 'health URL', every: 1000 },
        { lane: 'DNS', every: 2000, missing: 'no endpoint is configured' },
      ],
    });
    for (const [second, what] of looks) {
      const times = { asked: at(second), answered: at(second + 1), looks: 1 };
      tape.add({ type: 'observed', step, lane: 'health URL', ...times, ...what });
    }
    return textReport(reportOf(tape.events), plain);
  };

  test('shows what each lane saw, and which was not observed', () => {
    const text = observed([
      [0, { seen: '200' }],
      [1, { seen: '200' }],
      [2, { missing: 'throttled' }],
      [3, { seen: { status: 503 } }],
    ]);
    expect(text).toContain(`Observed
  health URL — every 1s, 4 looks, 1 of them missing · watch
    02:00:00 to 02:00:02  200
    02:00:02 to 02:00:03  nothing seen, 1 look: throttled
    02:00:03 to 02:00:04  { "status": 503 }
  DNS — not observed: no endpoint is configured · watch`);
  });

  test('of a lane that changed often shows its beginning and its end, and no escape sequence that it saw', () => {
    const text = observed(
      Array.from({ length: 40 }, (_, second) => [second, { seen: `\u001b[31m${second}` }] as const),
    );
    expect(text).toContain('and 28 further spells in between');
    expect(text).toMatch(/02:00:05 to 02:00:06 .*5\n.*02:00:34 to/);
    expect(text).not.toContain('\u001b');
  });

  const settings = fc.record({ width: fc.integer({ min: 20, max: 200 }), colour: fc.boolean() });

  test('is never wider than the terminal', () => {
    fc.assert(
      fc.property(anyJournal, fc.integer({ min: 20, max: 200 }), ({ events }, width) => {
        for (const line of textReport(reportOf(events), { width, colour: false }).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  test('has no escape sequence but the five tones, and those only in colour', () => {
    fc.assert(
      fc.property(anyJournal, settings, ({ events }, options) => {
        for (const text of [textReport(reportOf(events), options), summaryText(reportOf(events), options)]) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: the tones' own sequences are allowed
          const bare = options.colour ? text.replace(/\u001b\[(?:1|2|22|3[1-3]|39)m/g, '') : text;
          expect(bare.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
    );
  });

  test('says the same with colour and without', () => {
    fc.assert(
      fc.property(anyJournal, ({ events }) => {
        const report = reportOf(events);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: takes the colours off
        const uncoloured = textReport(report, { width: 80, colour: true }).replace(/\u001b\[\d+m/g, '');
        expect(uncoloured).toBe(textReport(report, { width: 80, colour: false }));
      }),
    );
  });
});
