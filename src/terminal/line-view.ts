import { formatDuration } from '../duration.ts';
import type { Observer } from '../engine/context.ts';
import type { RunEvent } from '../engine/run-event.ts';
import {
  type BranchState,
  initialState,
  nextState,
  type RunState,
  type StepState,
  stateOf,
} from '../engine/run-state.ts';
import { type Content, visible } from '../reports/layout.ts';
import { turnsAround } from '../reports/lists-around.ts';
import { stepReportOf } from '../reports/run-report.ts';
import { oneLineJson, type StepText, signs, stepText, undoText } from '../reports/step-text.ts';
import { dayAndTime, momentWithin, shownSpan, timeOfDay } from '../reports/times.ts';

export interface LineViewOptions {
  write(line: string): void;
  /** Shows every call to AWS too. */
  readonly verbose: boolean;
  /** What the journal of a resumed run held already. */
  readonly history?: readonly RunEvent[];
  /** How long the run still takes, where that can be told. */
  left?(state: RunState): string | undefined;
}

/** For no terminal: one plain line for each event that matters, with its time in UTC. */
export function createLineView({ write, verbose, history = [], left }: LineViewOptions): Observer {
  let state = history.length === 0 ? undefined : stateOf(history);
  return (event) => {
    const before = state;
    if (event.type === 'run-started') state = initialState(event);
    else if (state !== undefined) state = nextState(state, event);
    if (state === undefined) return;
    for (const line of linesOf(event, state, before, verbose)) {
      write(`${timeOfDay(event.at)}  ${visible(line)}`);
    }
    const span = saysHowLong.has(event.type) ? left?.(state) : undefined;
    if (span !== undefined) write(`${timeOfDay(event.at)}    ${span}`);
  };
}

/** When somebody may want to know whether to wait for it. */
const saysHowLong = new Set<RunEvent['type']>(['run-started', 'run-resumed', 'approval-given']);

function linesOf(
  event: RunEvent,
  state: RunState,
  before: RunState | undefined,
  verbose: boolean,
): readonly string[] {
  const { started } = state;
  const place = 'step' in event ? placeOf(event.step, state) : '';
  switch (event.type) {
    case 'run-started':
    case 'run-resumed':
      return [
        `${event.type === 'run-started' ? 'run' : 'resumed'} ${started.runId}: ${started.title} — ${started.runbook} in ` +
          `${started.environment.name} (${started.mode}), account ${started.environment.settings.account}, ` +
          `${started.environment.settings.region}, by ${event.by}, ${dayAndTime(event.at)} UTC`,
      ];
    case 'items-listed':
      return [`❯ ${place}${event.title}: ${event.items.map(({ key }) => key).join(', ') || 'nothing to do'}`];
    case 'branches-started':
      return [
        `❯ ${place}${event.title}, at the same time: ${event.branches.map(({ id, title }) => `[${id}] ${title}`).join('; ')}`,
      ];
    case 'branch-finished':
      return withBranch(event, state, ({ title, startedAt }) => [
        `${signs.done.text} ${place}[${event.branch}] ${title} — ${formatDuration(shownSpan(startedAt, event.at))}`,
      ]);
    case 'step-started': {
      // A check or a measure is over in a moment: its end says it all.
      if (event.kind !== 'change' && event.kind !== 'wait' && event.kind !== 'observe') return [];
      const limit =
        event.deadline === undefined
          ? ''
          : `, until ${momentWithin({ started: event.at, ended: event.deadline })(event.deadline)} at most`;
      return [`❯ ${place}${event.title}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}${limit}`];
    }
    case 'progress':
      return noted(event.step, event.line, state, before);
    case 'waiting':
      return noted(event.step, event.because, state, before);
    case 'aws-called':
      return verbose ? [`    ${branchOf(event.step, state)}${callText(event)}`] : [];
    case 'step-succeeded':
    case 'step-failed':
    case 'step-skipped':
    case 'step-rehearsed':
    case 'step-depends':
      return withStep(event.step, state, (step) => ended(place, stepText(stepReportOf(step, new Map()))));
    case 'approval-asked':
      return [`? ${event.question}`, ...event.evidence.map(({ label, value }) => `    ${label}: ${value}`)];
    case 'failure-decided':
      return [`  ${branchOf(event.step, state)}${decisionText[event.choice]}`];
    case 'rollback-started':
      return [`❯ Rolling back, by ${event.by}`];
    case 'undo-started':
      return [`❯ ${place}${event.title}`];
    case 'undo-failed':
      return withStep(event.step, state, (step) => undoLines(step, place));
    case 'undone':
      return event.how === 'was-never-applied'
        ? []
        : withStep(event.step, state, (step) => undoLines(step, place));
    case 'run-interrupted':
      return [`■ interrupted${event.error === undefined ? '' : `: ${event.error.message}`}`];
    case 'run-finished':
      return [`${event.outcome}, after ${formatDuration(shownSpan(started.at, event.at))}`];
    case 'apply-started':
    case 'sampled':
    case 'observing':
    case 'observed':
    case 'measured':
    case 'found':
    case 'approval-given':
    case 'approval-declined':
      return [];
    default:
      return event satisfies never;
  }
}

const decisionText = {
  retry: 'to be tried again',
  skip: 'to be skipped',
  undo: 'to be undone',
  leave: 'left as it is',
} as const;

const withStep = (
  path: string,
  { steps }: RunState,
  lines: (step: StepState) => readonly string[],
): readonly string[] => {
  const step = steps.get(path);
  return step === undefined ? [] : lines(step);
};

function undoLines(step: StepState, place: string): readonly string[] {
  const report = stepReportOf(step, new Map());
  return report.undo === undefined ? [] : ended(place, undoText(report.undo, report));
}

function ended(place: string, { sign, line, below }: StepText): readonly string[] {
  return [`${sign.text} ${place}${plain(line)}`, ...below.map((content) => `    ${plain(content)}`)];
}

const withBranch = (
  { step, branch }: Extract<RunEvent, { type: 'branch-finished' }>,
  { branches }: RunState,
  lines: (branch: BranchState) => readonly string[],
): readonly string[] => (branches.get(step) ?? []).filter(({ id }) => id === branch).flatMap(lines);

const plain = (content: readonly Content[]): string =>
  content.map((each) => (typeof each === 'string' ? each : each.text)).join('');

/** Which item's turn it is, and in which branch, since a line has no place below another one. */
const placeOf = (path: string, { branches }: RunState): string =>
  turnsAround(path)
    .map(({ list, item }) => (branches.has(list) ? `[${item}] ` : `${item}: `))
    .join('');

/** What stands below a step's line is told apart where steps of other branches may have come in between. */
const branchOf = (path: string, state: RunState): string =>
  turnsAround(path).some(({ list }) => state.branches.has(list)) ? placeOf(path, state) : '';

/** A wait says why at every look; only a new reason is news. */
function noted(path: string, note: string, state: RunState, before: RunState | undefined): readonly string[] {
  return before?.steps.get(path)?.note === note
    ? []
    : withStep(path, state, () => [`    ${branchOf(path, state)}${note}`]);
}

function callText(call: Extract<RunEvent, { type: 'aws-called' }>): string {
  const attempts = call.attempts > 1 ? `, ${call.attempts} attempts` : '';
  const answer = call.error === undefined ? '' : `, ${call.error}`;
  const parameters = call.write ? ` ${oneLineJson(call.parameters)}` : '';
  const where = call.region === undefined ? '' : ` in ${call.region}`;
  return `aws ${call.service}:${call.operation}${where}${parameters} (${formatDuration(call.milliseconds)}${attempts}${answer})`;
}
