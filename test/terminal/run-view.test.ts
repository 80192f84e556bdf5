import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { Interrupted } from '../../src/errors.ts';
import { columnsOf } from '../../src/reports/layout.ts';
import { createRunView } from '../../src/terminal/run-view.ts';
import { anyJournal } from '../helpers/any-journal.ts';
import { FakeTerminal } from '../helpers/fake-terminal.ts';
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

function viewOn(terminal: FakeTerminal, more: { history?: readonly RunEvent[]; signal?: AbortSignal } = {}) {
  return createRunView({
    stream: terminal.stream,
    colour: false,
    now: () => new Date('2025-11-21T02:20:00.000Z'),
    planned: ['account', 'group-stable', 'alarms'],
    ...more,
  });
}

/** The screen after events that came all at once, as in the sandbox: over before listr2 draws its first frame. */
async function screenAfter({ events }: Tape, columns = 100): Promise<string> {
  const terminal = new FakeTerminal(columns);
  const view = viewOn(terminal);
  for (const event of events) view.observe(event);
  await view.stop();
  expect(terminal.isCursorShown).toBe(true);
  return terminal.screen;
}

/** Comes back once a frame shows the text: the spinner draws ten of them a second. */
const drawn = (terminal: FakeTerminal, text: string) =>
  vi.waitFor(() => expect(terminal.screen).toContain(text), { interval: 10 });

const header = `Rolling update of a fleet — rolling-update in morpheus-prod (live)
account 123456789012, us-east-1, run 20251121-021409-k3f9
`;

const checks = `✔ The caller's account and Region are those of morpheus-prod — account 123456789012 in us-east-1 · 1s
✔ The group exists and is stable — 3 of 3 in service, in 3 zones · 1s
✔ The blocking alarms are OK and have data — morpheus-5xx, morpheus-latency · 1s`;

const started = `${header}
${checks}
✔ Replace the nodes of app? — approved by anna@laptop: CVE-2025-1 · 20s
✔ Start the instance refresh — refresh 08b91cf7 · 2s`;

describe('the screen at the end', () => {
  test('of a run that succeeded', async () => {
    expect(await screenAfter(succeededRun(), 120)).toBe(`${started}
✔ The canary is in service on the new version — i-0aaa is healthy · 3m 05s
✔ The refresh is complete — 11m 40s
✔ Lowest healthy count — 3 (objective: at least 3)
! Share of failed requests — no value: no datapoints in the window (objective: at most 0.1 %)`);
  });

  test('of a run that failed: the cause and the hint', async () => {
    expect(await screenAfter(failedRun(), 120)).toBe(`${started}
✖ The canary is in service on the new version — failed · 12m
  TARGET_UNHEALTHY i-0aaa is unhealthy in target group morpheus-app: Target.FailedHealthChecks
  → aws ec2 get-console-output --instance-id i-0aaa --latest`);
  });

  test('of a rollback: what was undone, in a list of its own', async () => {
    expect(await screenAfter(rolledBackRun())).toContain(`
✔ Rolling back — 1 step · 5m
  ✔ Roll the instance refresh back — 5m`);
    expect(await screenAfter(rollbackFailedRun())).toContain(`
✖ Rolling back — 1 step · 5m
  ✖ Roll the instance refresh back — not undone
    UNDO_TIMED_OUT Not undone after 1h: "Roll the instance refresh back"`);
  });

  test('of a rehearsal: the calls that were not made', async () => {
    const screen = await screenAfter(rehearsedRun());
    expect(screen).toContain(
      '○ Start the instance refresh\n  would call autoscaling:StartInstanceRefresh with {',
    );
    expect(screen).toContain(
      '· The canary is in service on the new version\n  depends on start-refresh, which was not carried out',
    );
  });

  test('has one line for each item that went well, and the steps of one that did not', async () => {
    expect(await screenAfter(nodeByNodeRun())).toContain(`
✔ Replace each node — 12 steps · 13m 27s
  ✔ i-0aaa (1 of 3) — 4 steps · 4m 29s
  ✔ i-0bbb (2 of 3) — 4 steps · 4m 29s
  ✔ i-0ccc (3 of 3) — 4 steps · 4m 29s
✔ Resume the AZRebalance process — 2s`);
    expect(await screenAfter(nodeByNodeRun('hangs'))).toContain(`
  ✖ i-0ccc (3 of 3) — 4 steps · 4m 29s
    ✔ Take i-0ccc out of the target group — 2s
    ✔ i-0ccc serves no request — 1m 05s
    ✔ Terminate i-0ccc — 2s
    ✖ A new node has taken the place of i-0ccc — failed · 3m 20s
      NODE_STUCK i-0ccc hangs in Terminating:Wait`);
  });

  test('has one line for each branch that went well', async () => {
    expect(await screenAfter(restoreBothRun())).toContain(`
✔ Restore both — 5 steps · 15m 06s
  ✔ Restore the database — 3 steps · 15m 06s
  ✔ Restore the files — 2 steps · 10m 04s
✔ The restored database answers — 1s`);
  });

  test('of branches of which one failed: its cause, and what the others were at', async () => {
    expect(await screenAfter(restoreBothRun('failure'))).toContain(`
✖ Restore both — 4 steps · 10m 04s
  ■ Restore the database — 2 steps · 10m 04s
    ■ The cluster is there — not finished
  ✖ Restore the files — 2 steps · 10m 04s
    ✖ The file system is there — failed · 10m
      JOB_FAILED job 82BB was aborted`);
  });

  test('of an interrupted run names the step that was under way', async () => {
    expect(await screenAfter(interruptedRun())).toMatch(
      /■ The canary is in service on the new version — not finished$/,
    );
  });

  test('keeps a failed attempt apart from the one that succeeded', async () => {
    const canary = {
      type: 'step-started',
      step: 'canary',
      kind: 'wait',
      title: 'The canary is healthy',
    } as const;
    const tape = new Tape()
      .add({ ...canary, attempt: 1 }, { type: 'step-failed', step: 'canary', error: unhealthy })
      .add({ ...canary, attempt: 2 })
      .succeed('canary');
    expect(await screenAfter(tape)).toContain(`
✖ The canary is healthy — failed
  TARGET_UNHEALTHY i-0aaa is unhealthy in target group morpheus-app: Target.FailedHealthChecks
  → aws ec2 get-console-output --instance-id i-0aaa --latest
✔ The canary is healthy — attempt 2`);
  });

  test('fits the terminal and holds no control character, whatever the texts are', async () => {
    await fc.assert(
      fc.asyncProperty(anyJournal, fc.integer({ min: 40, max: 160 }), async (tape, columns) => {
        const screen = await screenAfter(tape, columns);
        for (const line of screen.split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('branches under way', () => {
  test.each([
    [
      80,
      `❯ Restore both — 5m 48s
  ❯ Restore the database — 5m 48s · 1 step done
    ⠋ The cluster is there — 5m 44s of at most 2h
      › RUNNING, 16 % done
  ❯ Restore the files — 5m 48s · 1 step done
    ⠋ The file system is there — 5m 44s of at most 2h
      › RUNNING, 13 % done`,
    ],
    [
      36,
      `❯ Restore both — 5m 48s
  ❯ Restore the database — 5m 48s ·
    1 step done
    ⠋ The cluster is there — 5m 44s
      of at most 2h
      › RUNNING, 16 % done
  ❯ Restore the files — 5m 48s · 1
    step done
    ⠋ The file system is there — 5m
      44s of at most 2h
      › RUNNING, 13 % done`,
    ],
  ])('stand side by side, each with what it is at, in %i columns', async (columns, expected) => {
    const terminal = new FakeTerminal(columns);
    const view = viewOn(terminal);
    for (const event of restoreBothRun('middle').events) view.observe(event);
    await drawn(terminal, 'RUNNING, 13');
    expect(terminal.screen.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '⠋')).toContain(expected);
    await view.stop();
  });

  test('stand there from their beginning, in their order, and after a prompt those that are not over', async () => {
    const terminal = new FakeTerminal(100);
    const view = viewOn(terminal);
    const { events } = restoreBothRun();
    const first = events.findIndex(({ type }) => type === 'branches-started');
    for (const event of events.slice(0, first + 1)) view.observe(event);
    await view.stop();
    expect(terminal.screen).toMatch(/❯ Restore both\n {2}❯ Restore the database\n {2}❯ Restore the files$/);
    const over = events.findIndex(({ type }) => type === 'branch-finished');
    for (const event of events.slice(first + 1, over + 1)) view.observe(event);
    await view.aside(async () => terminal.write('? Go on? Yes\n'));
    for (const event of events.slice(over + 1)) view.observe(event);
    await view.stop();
    expect(terminal.screen.split('? Go on? Yes\n')[1]).toBe(`✔ Restore both — 2 steps · 15m 02s
  ✔ Restore the database — 2 steps · 15m 02s
✔ The restored database answers — 1s`);
  });
});

describe('the view', () => {
  test('draws nothing while something is asked, and after it what happened meanwhile', async () => {
    const terminal = new FakeTerminal(100);
    const view = viewOn(terminal);
    const { events } = restoreBothRun();
    const [before, during] = [events.slice(0, 12), events.slice(12)];
    for (const event of before) view.observe(event);
    await view.aside(async () => {
      const left = terminal.screen;
      for (const event of during) view.observe(event);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      expect(terminal.screen).toBe(left);
      terminal.write('? Go on? Yes\n');
    });
    await view.stop();
    expect(terminal.screen.split('? Go on? Yes\n')[1]).toContain('✔ The restored database answers');
  });

  test('goes on where the answer was no answer', async () => {
    const terminal = new FakeTerminal(100);
    const view = viewOn(terminal);
    const { events } = interruptedRun();
    const asked = view.aside(async () => {
      for (const event of events) view.observe(event);
      throw new Interrupted();
    });
    await expect(asked).rejects.toBeInstanceOf(Interrupted);
    await view.stop();
    expect(terminal.screen).toContain('■ The canary is in service');
  });

  test('makes room for a prompt, and goes on below it', async () => {
    const terminal = new FakeTerminal(120);
    const view = viewOn(terminal);
    for (const event of succeededRun().events.slice(0, -1)) {
      view.observe(event);
      if (event.type !== 'approval-asked') continue;
      await view.aside(async () => {
        expect(terminal.screen).toBe(`${header}\n${checks}`);
        expect(terminal.isCursorShown).toBe(true);
        terminal.write('? Replace 3 nodes? Yes\n');
      });
    }
    await view.stop();
    expect(terminal.screen).toContain(`${checks}
? Replace 3 nodes? Yes
✔ Replace the nodes of app? — approved by anna@laptop: CVE-2025-1 · 20s
✔ Start the instance refresh`);
  });

  test('shows a step that is skipped after a prompt once more, with the reason', async () => {
    const terminal = new FakeTerminal();
    const view = viewOn(terminal);
    const skipped = failedRun().add({
      type: 'step-skipped',
      step: 'canary',
      by: 'anna@laptop',
      reason: 'known',
    });
    for (const event of skipped.events) {
      if (event.type === 'failure-decided') await view.stop();
      if (event.type !== 'run-finished') view.observe(event);
    }
    await view.stop();
    expect(terminal.screen).toMatch(
      /↓ The canary is in service on the new version — skipped by anna@laptop: known ·\n {2}12m$/,
    );
  });

  test('opens a list again that a prompt cut in two', async () => {
    const terminal = new FakeTerminal();
    const view = viewOn(terminal);
    for (const event of nodeByNodeRun().events) {
      if (event.type === 'step-started' && event.step === 'nodes/i-0bbb/drained') {
        await view.stop();
        terminal.write('? Go on? Yes\n');
      }
      view.observe(event);
    }
    await view.stop();
    expect(terminal.screen).toContain(`    ✔ Take i-0bbb out of the target group — 2s
? Go on? Yes
✔ Replace each node — 7 steps · 8m 56s
  ✔ i-0bbb (2 of 3) — 3 steps · 4m 27s`);
  });

  test('of a resumed run knows the steps of its history', async () => {
    const terminal = new FakeTerminal();
    const { events: history } = failedRun();
    const view = viewOn(terminal, { history });
    const at = '2025-11-21T03:00:00.000Z';
    view.observe({ type: 'rollback-started', at, by: 'ben@jump' });
    view.observe({ type: 'undone', at, step: 'start-refresh', how: 'with-earlier-change' });
    await view.stop();
    expect(terminal.screen).toContain('Rolling update of a fleet, to be rolled back');
    expect(terminal.screen).toContain('❯ Rolling back\n  ✔ Start the instance refresh — undone');
  });

  test('leaves the terminal at once, for good, when the process is about to exit', async () => {
    const terminal = new FakeTerminal();
    const view = viewOn(terminal);
    const { events } = interruptedRun();
    for (const event of events) view.observe(event);
    view.abandon();
    expect(terminal.isCursorShown).toBe(true);
    const left = terminal.screen;
    await view.stop();
    expect(terminal.isCursorShown).toBe(true);
    expect(terminal.screen).toBe(left);
  });
});
