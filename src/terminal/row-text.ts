import { formatDuration, type Milliseconds } from '../duration.ts';
import type { RunEvent } from '../engine/run-event.ts';
import type { RunState } from '../engine/run-state.ts';
import {
  type Content,
  type Paragraph,
  paragraph,
  quiet,
  type Span,
  strong,
  warning,
} from '../reports/layout.ts';
import { countOf } from '../reports/outcome-text.ts';
import type { StepReport } from '../reports/run-report.ts';
import { longEnough, type StepText, signs, stepText, undoText } from '../reports/step-text.ts';

/** A step or its undo, as it stands on the screen. A retry is another one. */
export interface ShownStep {
  readonly undoing: boolean;
  readonly since: string;
  readonly step: StepReport;
  readonly until?: string;
  /** The latest line of progress or reason to wait. */
  readonly note?: string;
}

/** A line with steps below it: a `forEach`, the turn of one item, a `together`, one of its branches, the rollback. */
export interface ShownGroup {
  readonly title: string;
  readonly since: string;
  readonly steps: readonly ShownStep[];
  readonly until?: string;
  /** Steps that went as they should are not shown below it. */
  readonly brief?: boolean;
}

export interface Moment {
  readonly now: Date;
  readonly spinner: string;
  /** The list is over: what has not ended by now was cut off. */
  readonly over: boolean;
  /** Ctrl-C was pressed. */
  readonly stopping: boolean;
}

/** `position` is where the runbook stands, such as `step 7 of 24`. */
export function stepParagraphs(shown: ShownStep, moment: Moment, position?: string): readonly Paragraph[] {
  const { sign, line, below } =
    shown.until === undefined && !moment.over ? runningText(shown, moment, position) : endedText(shown);
  return [paragraph(0, sign, ' ', ...line), ...below.map((content) => paragraph(2, ...content))];
}

function runningText(shown: ShownStep, moment: Moment, position: string | undefined): StepText {
  const { step, undoing, note } = shown;
  const deadline = undoing ? step.undo?.deadline : step.deadline;
  const spent = formatDuration(wholeSeconds(moment.now.getTime() - Date.parse(shown.since)));
  const remarks = [
    deadline === undefined ? spent : `${spent} of at most ${formatDuration(span(shown.since, deadline))}`,
    ...(step.attempt > 1 && !undoing ? [`attempt ${step.attempt}`] : []),
    ...(position === undefined ? [] : [position]),
  ];
  return {
    sign: warning(moment.spinner),
    line: [undoing ? (step.undo?.title ?? step.title) : step.title, quiet(` — ${remarks.join(' · ')}`)],
    below: [
      ...(note === undefined ? [] : [[quiet('› '), note]]),
      ...(moment.stopping
        ? [[warning('Stopping after the call under way. Ctrl-C again exits at once.')]]
        : []),
    ],
  };
}

function endedText({ step, undoing, since, until }: ShownStep): StepText {
  if (!undoing || step.undo === undefined) return stepText(step);
  return undoText(step.undo, step, until === undefined ? undefined : span(since, until));
}

export function groupParagraphs(group: ShownGroup, moment: Moment, position?: string): readonly Paragraph[] {
  const remarks: readonly Content[] =
    group.until === undefined
      ? [
          ...(moment.over
            ? []
            : [formatDuration(wholeSeconds(moment.now.getTime() - Date.parse(group.since)))]),
          ...(group.brief ? doneText(group.steps) : []),
          ...(position === undefined ? [] : [position]),
        ]
      : [
          countOf(group.steps.length, 'step'),
          ...longEnough(span(group.since, group.until)).map(({ text }) => text),
        ];
  return [
    paragraph(
      0,
      groupSign(group),
      ' ',
      strong(group.title),
      quiet(remarks.length === 0 ? '' : ` — ${remarks.join(' · ')}`),
    ),
  ];
}

function doneText(steps: readonly ShownStep[]): readonly string[] {
  const done = steps.filter((shown) => shown.until !== undefined && !hasFailed(shown)).length;
  return done === 0 ? [] : [`${countOf(done, 'step')} done`];
}

function groupSign({ steps, until }: ShownGroup): Span {
  if (steps.some(hasFailed)) return signs.failed;
  if (until === undefined) return strong('❯');
  if (steps.some((shown) => shown.until === undefined)) return signs.unfinished;
  return steps.some(({ step }) => step.status === 'rehearsed') ? signs.wouldChange : signs.done;
}

/** Steps that went as they should say nothing more than the line above them. */
export const goesWithoutSaying = ({ steps, until }: ShownGroup): boolean =>
  until !== undefined && steps.every(wentAsItShould);

export const wentAsItShould = (shown: ShownStep): boolean =>
  shown.until !== undefined &&
  !hasFailed(shown) &&
  shown.step.status === 'succeeded' &&
  shown.step.measured === undefined &&
  (shown.step.findings ?? []).every(({ verdict }) => verdict === 'pass');

const hasFailed = ({ undoing, step }: ShownStep): boolean =>
  undoing
    ? step.undo?.status === 'failed'
    : step.status === 'failed' ||
      step.measured?.verdict === 'fail' ||
      (step.findings ?? []).some(({ verdict }) => verdict === 'fail');

/** What stands above everything else. `first` is the first event that this process saw. */
export function headerParagraphs({ started }: RunState, first: RunEvent): readonly Paragraph[] {
  const { settings, name } = started.environment;
  const how =
    first.type === 'run-started' ? '' : first.type === 'run-resumed' ? ', resumed' : ', to be rolled back';
  return [
    paragraph(0, strong(started.title), `${how} — ${started.runbook} in ${name} (${started.mode})`),
    paragraph(0, quiet(`account ${settings.account}, ${settings.region}, run ${started.runId}`)),
  ];
}

const span = (from: string, to: string): Milliseconds => Date.parse(to) - Date.parse(from);

const wholeSeconds = (milliseconds: Milliseconds): Milliseconds =>
  Math.max(0, Math.floor(milliseconds / 1000) * 1000);
