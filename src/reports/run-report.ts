import type { Milliseconds } from '../duration.ts';
import type { Finding } from '../engine/finding.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { EventError, RunEvent, RunEventOf, RunStarted, StepKind } from '../engine/run-event.ts';
import { debtsOf, type RunState, type StepState, type StepStatus, stateOf } from '../engine/run-state.ts';
import { type LaneReport, laneReports } from './lanes.ts';
import { turnsAround } from './lists-around.ts';

/**
 * All that can be said about a run, from its journal alone. It is the result of `--json` and what every report is made of, so it is
 * plain JSON: times are ISO 8601 in UTC (virtual in the sandbox), spans are milliseconds, a key is absent where there is nothing to say.
 * Members are added, never renamed or given another meaning while `version` stays the same.
 */
export interface RunReport {
  readonly version: 1;
  readonly runId: string;
  readonly runbook: string;
  readonly title: string;
  readonly environment: { readonly name: string; readonly account: string; readonly region: string };
  readonly mode: RunStarted['mode'];
  readonly by: string;
  readonly toolVersion: string;
  /** As typed, before defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly started: string;
  /** Time of the latest event where the run has no end yet. */
  readonly ended: string;
  readonly milliseconds: Milliseconds;
  readonly resumes: number;
  /** The process on this machine that drives the run at this moment. */
  readonly drivenBy?: number;
  readonly phase: RunState['phase'];
  /** Absent while the run is under way, and after its process was killed. */
  readonly outcome?: Outcome;
  readonly error?: EventError;
  /** Path of the step that failed last, and that no later attempt made good. */
  readonly failedStep?: string;
  readonly steps: readonly StepReport[];
  readonly measures: readonly MeasureReport[];
  /** What the steps that observe saw, lane by lane. */
  readonly lanes: readonly LaneReport[];
  readonly approvals: readonly ApprovalReport[];
  /** Changes that are, or may be, in place, oldest first. */
  readonly changesInPlace: readonly ChangeInPlace[];
  /** Writes that AWS accepted, grouped by step and operation, in the order in which they were first made. */
  readonly writes: readonly WriteReport[];
  /** Calls to AWS, reads and writes, those that failed as well. */
  readonly calls: number;
  readonly next: readonly NextCommand[];
}

export interface StepReport {
  /** Ids of the step and of the lists around it, joined by `/`. */
  readonly path: string;
  /** How many `forEach` and `together` are around it. */
  readonly depth: number;
  /** These, outermost first. */
  readonly within: readonly Within[];
  readonly kind: StepKind;
  readonly title: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly started: string;
  readonly ended?: string;
  /** Of the latest attempt. */
  readonly milliseconds?: Milliseconds;
  readonly deadline?: string;
  readonly summary?: string;
  /** The latest line of progress or reason to wait; why a rehearsed step depends on others. */
  readonly note?: string;
  readonly error?: EventError;
  readonly skipped?: { readonly by: string; readonly reason: string };
  /** The write that a rehearsal did not send. */
  readonly rehearsed?: { readonly service: string; readonly operation: string; readonly parameters: unknown };
  readonly measured?: Measurement;
  readonly findings?: readonly Finding[];
  readonly approval?: Answer;
  /** `applied` by this run, `adopted` from an attempt of it that was cut off, or `already-so` before it. */
  readonly applied?: 'applied' | 'adopted' | 'already-so';
  readonly undo?: UndoReport;
}

export interface Within {
  /** Path of the list. */
  readonly list: string;
  readonly title: string;
  /** Key of the item whose turn it was, or id of the branch. */
  readonly item: string;
  /** Title of the branch; absent in a `forEach`. */
  readonly branch?: string;
}

export interface UndoReport {
  readonly status: 'started' | 'undone' | 'failed';
  readonly title?: string;
  readonly deadline?: string;
  readonly error?: EventError;
}

export interface Measurement {
  readonly unit: RunEventOf<'measured'>['unit'];
  readonly value?: number;
  /** Where the value is known only within bounds. Without `atMost` the end was not seen. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Why there is no value. */
  readonly missing?: string;
  readonly objective?: { readonly atMost?: number | undefined; readonly atLeast?: number | undefined };
  readonly verdict: RunEventOf<'measured'>['verdict'];
}

export interface MeasureReport extends Measurement {
  readonly step: string;
  readonly title: string;
}

export type Answer =
  | { readonly approved: true; readonly by: string; readonly at: string; readonly reason?: string }
  | { readonly approved: false; readonly by: string; readonly at: string; readonly because: string };

export interface ApprovalReport {
  readonly step: string;
  readonly question: string;
  readonly evidence: readonly { readonly label: string; readonly value: string }[];
  /** Absent where nobody answered. */
  readonly answer?: Answer;
}

export interface ChangeInPlace {
  readonly step: string;
  readonly title: string;
  readonly since: string;
  /** False where the run was cut off, or got no clear answer, while it made the change. */
  readonly certain: boolean;
}

export interface WriteReport {
  readonly step: string;
  readonly phase: RunEventOf<'aws-called'>['phase'];
  readonly service: string;
  /** Only where it is not the environment's. */
  readonly region?: string;
  readonly operation: string;
  readonly times: number;
  readonly first: string;
}

export interface NextCommand {
  readonly command: string;
  readonly purpose: string;
}

export function reportOf(events: readonly RunEvent[]): RunReport {
  const state = stateOf(events);
  const { started, outcome, error } = state;
  const titles = listTitles(events);
  const steps = [...state.steps.values()].map((step) => stepReportOf(step, titles));
  const failedStep = steps.findLast(({ status }) => status === 'failed')?.path;
  const changesInPlace = debtsOf(state).map(changeInPlace).reverse();
  return {
    version: 1,
    runId: started.runId,
    runbook: started.runbook,
    title: started.title,
    environment: {
      name: started.environment.name,
      account: started.environment.settings.account,
      region: started.environment.settings.region,
    },
    mode: started.mode,
    by: started.by,
    toolVersion: started.toolVersion,
    parameters: started.parameters,
    started: started.at,
    ended: state.lastAt,
    milliseconds: span(started.at, state.lastAt),
    resumes: state.resumes,
    phase: state.phase,
    ...(outcome !== undefined && { outcome }),
    ...(error !== undefined && { error }),
    ...(failedStep !== undefined && { failedStep }),
    steps,
    measures: steps.flatMap(({ path, title, measured }) =>
      measured === undefined ? [] : [{ step: path, title, ...measured }],
    ),
    lanes: laneReports(state),
    approvals: approvalsIn(events),
    changesInPlace,
    writes: writesIn(events),
    calls: events.filter(({ type }) => type === 'aws-called').length,
    next: nextCommands(state, failedStep !== undefined, changesInPlace.length),
  };
}

/** Of a run that is under way: whatever could be typed next would be refused, since another process has its lock. */
export const whileDriven = (report: RunReport, process: number): RunReport => ({
  ...report,
  drivenBy: process,
  next: [],
});

/** What the lists around steps are called, by path. */
export type ListTitles = ReadonlyMap<string, ListTitle>;

interface ListTitle {
  readonly title: string;
  /** Of a `together`: its branches. */
  readonly branches?: readonly { readonly id: string; readonly title: string }[];
}

export const listTitles = (events: readonly RunEvent[]): ListTitles => new Map(events.flatMap(titlesIn));

export function titlesIn(event: RunEvent): readonly (readonly [path: string, title: ListTitle])[] {
  switch (event.type) {
    case 'items-listed':
      return [[event.step, { title: event.title }]];
    case 'branches-started':
      return [[event.step, { title: event.title, branches: event.branches }]];
    default:
      return [];
  }
}

function withinOf(path: string, titles: ListTitles): readonly Within[] {
  return turnsAround(path).map(({ list, item }) => {
    const { title = list, branches } = titles.get(list) ?? {};
    const branch = branches?.find(({ id }) => id === item)?.title;
    return { list, title, item, ...(branch !== undefined && { branch }) };
  });
}

export function stepReportOf(step: StepState, titles: ListTitles): StepReport {
  const within = withinOf(step.path, titles);
  const undo = undoReport(step);
  return {
    path: step.path,
    depth: within.length,
    within,
    kind: step.kind,
    title: step.title,
    status: step.status,
    attempt: step.attempt,
    started: step.startedAt,
    ...(step.endedAt !== undefined && {
      ended: step.endedAt,
      milliseconds: span(step.startedAt, step.endedAt),
    }),
    ...(step.deadline !== undefined && { deadline: step.deadline }),
    ...(step.summary !== undefined && { summary: step.summary }),
    ...(step.note !== undefined && { note: step.note }),
    ...(step.error !== undefined && { error: step.error }),
    ...(step.skipped !== undefined && { skipped: step.skipped }),
    ...(step.rehearsed !== undefined && { rehearsed: step.rehearsed }),
    ...(step.measured !== undefined && { measured: measurement(step.measured) }),
    ...(step.findings !== undefined && { findings: step.findings }),
    ...(step.approval !== undefined && { approval: answer(step.approval) }),
    ...(step.applied !== undefined && { applied: step.applied }),
    ...(undo !== undefined && { undo }),
  };
}

/** An apply that AWS plainly refused is journalled as undone too: nothing was in place, so there is nothing to tell. */
function undoReport({
  undo,
  undoTitle,
  undoDeadline,
  undoError,
  mayBeApplied,
}: StepState): UndoReport | undefined {
  if (undo === undefined || !mayBeApplied) return undefined;
  return {
    status: undo,
    ...(undoTitle !== undefined && { title: undoTitle }),
    ...(undoDeadline !== undefined && { deadline: undoDeadline }),
    ...(undo === 'failed' && undoError !== undefined && { error: undoError }),
  };
}

const measurement = ({
  unit,
  value,
  atLeast,
  atMost,
  missing,
  objective,
  verdict,
}: RunEventOf<'measured'>): Measurement => ({
  unit,
  ...(value !== undefined && { value }),
  ...(atLeast !== undefined && { atLeast }),
  ...(atMost !== undefined && { atMost }),
  ...(missing !== undefined && { missing }),
  ...(objective !== undefined && { objective }),
  verdict,
});

function answer(event: RunEventOf<'approval-given'> | RunEventOf<'approval-declined'>): Answer {
  const { by, at } = event;
  if (event.type === 'approval-declined') return { approved: false, by, at, because: event.because };
  return { approved: true, by, at, ...(event.reason !== undefined && { reason: event.reason }) };
}

function approvalsIn(events: readonly RunEvent[]): readonly ApprovalReport[] {
  const approvals: ApprovalReport[] = [];
  for (const event of events) {
    if (event.type === 'approval-asked') {
      const { step, question, evidence } = event;
      const before = approvals.at(-1);
      if (before?.step === step && before.answer === undefined) approvals.pop();
      approvals.push({ step, question, evidence });
    } else if (event.type === 'approval-given' || event.type === 'approval-declined') {
      const asked = approvals.pop();
      if (asked !== undefined) approvals.push({ ...asked, answer: answer(event) });
    }
  }
  return approvals;
}

const changeInPlace = ({ path, title, startedAt, status }: StepState): ChangeInPlace => ({
  step: path,
  title,
  since: startedAt,
  certain: status === 'succeeded',
});

function writesIn(events: readonly RunEvent[]): readonly WriteReport[] {
  const writes = new Map<string, WriteReport>();
  for (const event of events) {
    if (event.type !== 'aws-called' || !event.write || event.error !== undefined) continue;
    const { step, phase, service, region, operation, at } = event;
    const key = JSON.stringify([step, phase, service, region, operation]);
    const before = writes.get(key);
    writes.set(key, {
      step,
      phase,
      service,
      ...(region !== undefined && { region }),
      operation,
      times: (before?.times ?? 0) + 1,
      first: before?.first ?? at,
    });
  }
  return [...writes.values()];
}

function nextCommands(
  state: RunState,
  hasFailedStep: boolean,
  changesInPlace: number,
): readonly NextCommand[] {
  const { started, outcome, phase } = state;
  if (started.mode === 'rehearsal') return [];
  const resume = (purpose: string) => ({ command: `runbook resume ${started.runId}`, purpose });
  const rollback = (purpose: string) => ({ command: `runbook rollback ${started.runId}`, purpose });
  const undoWhere = (purpose: string) => (changesInPlace > 0 ? [rollback(purpose)] : []);
  if (phase === 'rolling-back' && outcome !== 'rolled-back')
    return [rollback('go on undoing where it stopped')];
  switch (outcome) {
    case 'rolled-back':
      return [];
    case 'declined':
      return [
        resume(
          'be asked again, on a terminal; where it need not be typed, --yes --reason "..." does without one',
        ),
      ];
    case 'succeeded':
      return undoWhere('go back: undo what this run changed, the latest first');
    case 'failed':
    case 'failed-with-changes':
    case 'refused':
    case 'rollback-failed':
      // A missed objective fails the run too, but there is no step to go on at.
      return [
        ...(hasFailedStep ? [resume('once the cause is gone: go on at the step that failed')] : []),
        ...undoWhere('undo what is in place, the latest first'),
      ];
    case 'fault':
    case 'interrupted':
    case undefined:
      return [resume('go on where it stopped'), ...undoWhere('undo what is in place, the latest first')];
    default:
      return outcome satisfies never;
  }
}

const span = (from: string, to: string): Milliseconds => Date.parse(to) - Date.parse(from);
