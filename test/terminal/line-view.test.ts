import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineView } from '../../src/terminal/line-view.ts';
import { anyJournal } from '../helpers/any-journal.ts';
import { interruptedRun, nodeByNodeRun, restoreBothRun, rolledBackRun, Tape } from '../helpers/run-events.ts';

function linesOf({ events }: Tape, verbose = false): readonly string[] {
  const lines: string[] = [];
  const observe = createLineView({ write: (line) => lines.push(line), verbose });
  for (const event of events) observe(event);
  return lines;
}

describe('the line view', () => {
  test('tells a failed run and its rollback, one line for each thing that happened', () => {
    expect(linesOf(rolledBackRun())).toEqual([
      '02:14:09  run 20251121-021409-k3f9: Rolling update of a fleet — rolling-update in morpheus-prod (live), account 123456789012, us-east-1, by anna@laptop, 2025-11-21 02:14:09 UTC',
      "02:14:10  ✔ The caller's account and Region are those of morpheus-prod — account 123456789012 in us-east-1 · 1s",
      '02:14:11  ✔ The group exists and is stable — 3 of 3 in service, in 3 zones · 1s',
      '02:14:12  ✔ The blocking alarms are OK and have data — morpheus-5xx, morpheus-latency · 1s',
      '02:14:12  ? Replace 3 nodes of app by nodes of version 7?',
      '02:14:12      lowest healthy count: 3, in each zone 1',
      '02:14:12      rollback: possible, to version 6',
      '02:14:32  ✔ Replace the nodes of app? — approved by anna@laptop: CVE-2025-1 · 20s',
      '02:14:32  ❯ Start the instance refresh',
      '02:14:34  ✔ Start the instance refresh — refresh 08b91cf7 · 2s',
      '02:14:34  ❯ The canary is in service on the new version, until 02:34:34 at most',
      '02:26:34  ✖ The canary is in service on the new version — failed · 12m',
      '02:26:34      TARGET_UNHEALTHY i-0aaa is unhealthy in target group morpheus-app: Target.FailedHealthChecks',
      '02:26:34      → aws ec2 get-console-output --instance-id i-0aaa --latest',
      '02:26:34    to be undone',
      '02:26:34  ❯ Rolling back, by anna@laptop',
      '02:26:34  ❯ Roll the instance refresh back',
      '02:26:34      RollbackInProgress, 50 % complete',
      '02:31:34  ✔ Roll the instance refresh back',
      '02:31:34  rolled-back, after 17m 25s',
    ]);
  });

  test('says whose turn it is', () => {
    const lines = linesOf(nodeByNodeRun());
    expect(lines).toContain('02:14:34  ❯ Replace each node: i-0aaa, i-0bbb, i-0ccc');
    expect(lines).toContain('02:20:10  ❯ i-0bbb: Terminate i-0bbb');
  });

  test('says in which branch: lines of several come in turns', () => {
    expect(linesOf(restoreBothRun()).slice(4, -1)).toEqual([
      '02:14:12  ❯ Restore both, at the same time: [database] Restore the database; [files] Restore the files',
      '02:14:12  ❯ [database] Restore the cluster',
      '02:14:14  ✔ [database] Restore the cluster — job 918C · 2s',
      '02:14:14  ❯ [files] Restore the file system',
      '02:14:16  ✔ [files] Restore the file system — job 82BB · 2s',
      '02:14:16  ❯ [database] The cluster is there, until 04:14:16 at most',
      '02:14:16      [database] RUNNING, 16 % done',
      '02:14:16  ❯ [files] The file system is there, until 04:14:16 at most',
      '02:14:16      [files] RUNNING, 13 % done',
      '02:24:16  ✔ [files] The file system is there — 10m',
      '02:24:16  ✔ [files] Restore the files — 10m 04s',
      '02:29:16  ✔ [database] The cluster is there — 15m',
      '02:29:16  ❯ [database] Create an instance',
      '02:29:18  ✔ [database] Create an instance — 2s',
      '02:29:18  ✔ [database] Restore the database — 15m 06s',
      '02:29:19  ✔ The restored database answers — 1s',
    ]);
    expect(linesOf(restoreBothRun('failure'), true)).toEqual(
      expect.arrayContaining([
        '02:24:16    [files] left as it is',
        '02:14:14      [files] aws backup:StartRestoreJob {} (120ms)',
      ]),
    );
  });

  test('repeats no reason to wait', () => {
    const because = 'draining';
    const tape = new Tape()
      .start('drained', 'wait', 'The node is drained')
      .add({ type: 'waiting', step: 'drained', because }, { type: 'waiting', step: 'drained', because })
      .add(
        { type: 'waiting', step: 'drained', because: 'gone' },
        { type: 'waiting', step: 'drained', because },
      );
    expect(linesOf(tape).slice(2)).toEqual([
      '02:14:09      draining',
      '02:14:09      gone',
      '02:14:09      draining',
    ]);
  });

  test('shows calls to AWS only when it is to be verbose', () => {
    const call = '02:14:32      aws autoscaling:StartInstanceRefresh {} (120ms)';
    expect(linesOf(interruptedRun())).not.toContain(call);
    expect(linesOf(interruptedRun(), true)).toContain(call);
    expect(linesOf(interruptedRun(), true).filter((line) => line !== call)).toEqual(
      linesOf(interruptedRun()),
    );
  });

  test('knows the steps of a resumed run from its history', () => {
    const { events: history } = interruptedRun();
    const lines: string[] = [];
    const observe = createLineView({ write: (line) => lines.push(line), verbose: false, history });
    const at = '2025-11-21T03:00:00.000Z';
    observe({ type: 'run-resumed', at, by: 'ben@jump', toolVersion: '0.1.0' });
    observe({ type: 'undone', at, step: 'start-refresh', how: 'with-earlier-change' });
    expect(lines[0]).toContain('resumed 20251121-021409-k3f9');
    expect(lines[1]).toBe('03:00:00  ✔ Start the instance refresh — undone');
  });

  test('writes plain lines: no control character, no line end within', () => {
    fc.assert(
      fc.property(anyJournal, (tape) => {
        for (const line of linesOf(tape, true)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
