import { operatorName, type Place } from '../assemble.ts';
import type { Ports } from '../engine/context.ts';
import type { Operator } from '../engine/operator.ts';
import { exitCodeOf, type Outcome } from '../engine/outcome.ts';
import type { RunEvent } from '../engine/run-event.ts';
import type { RunEnd } from '../engine/run-runbook.ts';
import { stateOf } from '../engine/run-state.ts';
import type { Runbook } from '../engine/runbook.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { type RunReport, reportOf } from '../reports/run-report.ts';
import { summaryText } from '../reports/text-report.ts';
import type { Prompting } from '../terminal/prompts.ts';
import { withChangesInPlace } from './changes-in-place.ts';
import { hasColour, textOptions } from './runbook-command.ts';

/** Flags that stand in for the operator. */
export interface OperatorFlags {
  readonly yes: boolean;
  readonly reason?: string | undefined;
  readonly 'on-failure'?: string | undefined;
  readonly verbose: boolean;
}

export interface Driven {
  readonly runbook: Runbook;
  readonly target: Place['target'];
  readonly directory: RunDirectory;
  readonly flags: OperatorFlags;
  /** Ids of the list's entries, for the view's count. */
  readonly planned: readonly string[];
  readonly history: readonly RunEvent[];
  readonly json: boolean;
  /** The outcome that was asked for: exit code 0. */
  readonly aim: Outcome;
  /** Takes the place of the usual way to ask a person at the terminal. `seen` are the events so far. */
  readonly person?: (prompting: Prompting, seen: () => readonly RunEvent[]) => Operator;
  /** Starts, resumes or rolls back. */
  go(ports: Ports): Promise<RunEnd>;
}

/** @throws UsageError for --yes without a reason where the environment is protected */
export function checkOperatorFlags({ yes, reason }: OperatorFlags, environment: Environment): void {
  if (!yes || !environment.protected || (reason ?? '').trim() !== '') return;
  throw new UsageError({
    code: 'REASON_MISSING',
    message: `Environment ${environment.name} is protected: --yes needs a reason, which the journal keeps`,
    hint: '--yes --reason "weekly image update"',
  });
}

/** Under the run's lock: shows what happens while it happens, and ends with the summary and the exit code. */
export async function driveRun(driven: Driven): Promise<RunReport> {
  const { directory, target, json, history } = driven;
  const journal = directory.openJournal();
  const stop = new AbortController();
  const seen: RunEvent[] = [...history];
  const screen = await openScreen(driven, () => seen, stop.signal);
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      screen.abandon();
      process.exit(exitCodeOf.interrupted);
    }
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const end = await driven.go({
      ...target,
      journal,
      operator: screen.operator,
      observers: [(event) => seen.push(event), screen.observe],
      signal: stop.signal,
    });
    await screen.stop();
    process.exitCode = end.outcome === driven.aim ? 0 : exitCodeOf[end.outcome];
    const report = reportOf(seen);
    if (!json) process.stdout.write(`\n${summaryText(report, textOptions(process.stdout))}\n`);
    if (end.fault instanceof Error) process.stderr.write(`\n${end.fault.stack}\n`);
    return report;
  } catch (error) {
    throw seen.length === 0 ? error : withChangesInPlace(error, stateOf(seen));
  } finally {
    await screen.stop();
    for (const signal of signals) process.off(signal, onSignal);
    journal.close();
  }
}

function onFailure(flags: OperatorFlags, { safeToUndo }: Runbook): 'undo' | 'leave' {
  const chosen = flags['on-failure'];
  if (chosen === 'undo' || chosen === 'leave') return chosen;
  return safeToUndo ? 'undo' : 'leave';
}

interface Screen {
  readonly operator: Operator;
  observe(event: RunEvent): void;
  stop(): Promise<void>;
  abandon(): void;
}

/** Somebody sees what is written there, and can answer. */
export const isPersonAt = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.stdin.isTTY === true && process.env['TERM'] !== 'dumb';

/** A person at a terminal gets the list and is asked; anything else gets lines, and the flags answer. */
async function openScreen(
  { runbook, target, flags, planned, history, json, person: personAt }: Driven,
  seen: () => readonly RunEvent[],
  signal: AbortSignal,
): Promise<Screen> {
  const stream = json ? process.stderr : process.stdout;
  const name = operatorName();
  const { yes, reason, verbose } = flags;
  const answers = {
    name,
    yes,
    ...(reason !== undefined && { reason }),
    onFailure: onFailure(flags, runbook),
  };
  const { flagOperator } = await import('../terminal/flag-operator.ts');
  const byFlags = flagOperator(answers);
  if (!isPersonAt(stream)) {
    const { createLineView } = await import('../terminal/line-view.ts');
    const observe = createLineView({ write: (line) => stream.write(`${line}\n`), verbose, history });
    return { operator: byFlags, observe, stop: async () => {}, abandon: () => {} };
  }
  const [{ createRunView }, { terminalOperator }] = await Promise.all([
    import('../terminal/run-view.ts'),
    import('../terminal/prompts.ts'),
  ]);
  const colour = hasColour(stream);
  const view = createRunView({ stream, colour, now: () => target.clock.now(), planned, history, signal });
  const prompting: Prompting = {
    name,
    colour,
    aside: (ask) => view.aside(ask),
    input: process.stdin,
    output: stream,
  };
  const person = personAt?.(prompting, seen) ?? terminalOperator(prompting);
  return {
    operator: {
      name,
      approve: (yes ? byFlags : person).approve,
      decide: (flags['on-failure'] === undefined ? person : byFlags).decide,
      ...(!yes && person.goOn && { goOn: person.goOn }),
    },
    observe: view.observe,
    stop: () => view.stop(),
    abandon: () => view.abandon(),
  };
}
