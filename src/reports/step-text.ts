import { formatDuration, hours, type Milliseconds, minutes, seconds } from '../duration.ts';
import type { Finding } from '../engine/finding.ts';
import { bad, type Content, good, quiet, type Span, strong, warning } from './layout.ts';
import type { Answer, Measurement, StepReport, UndoReport } from './run-report.ts';

/** A step in words, for every place that shows one: the sign in front, one line, and what belongs below it. */
export interface StepText {
  readonly sign: Span;
  readonly line: readonly Content[];
  readonly below: readonly (readonly Content[])[];
}

export const signs = {
  done: good('✔'),
  failed: bad('✖'),
  skipped: warning('↓'),
  wouldChange: strong('○'),
  depends: quiet('·'),
  unfinished: warning('■'),
  doubtful: warning('!'),
} as const;

/** A step that has ended, or that was cut off. */
export function stepText(step: StepReport): StepText {
  const { sign, remark, below } = outcomeOf(step);
  const remarks: readonly Content[] = [
    ...(remark === undefined ? [] : [remark]),
    ...(step.attempt > 1 ? [quiet(`attempt ${step.attempt}`)] : []),
    ...longEnough(step.milliseconds),
  ];
  return { sign, line: [step.title, ...joined(remarks)], below };
}

/** An undo that has ended, or that was cut off. */
export function undoText(undo: UndoReport, step: StepReport, milliseconds?: Milliseconds): StepText {
  const title = undo.title ?? step.title;
  switch (undo.status) {
    case 'undone': {
      const remark = undo.title === undefined ? [quiet('undone')] : [];
      return {
        sign: signs.done,
        line: [title, ...joined([...remark, ...longEnough(milliseconds)])],
        below: [],
      };
    }
    case 'failed':
      return {
        sign: signs.failed,
        line: [title, ...joined([bad('not undone')])],
        below: errorLines(undo.error),
      };
    case 'started':
      return { sign: signs.unfinished, line: [title, ...joined([warning('not finished')])], below: [] };
    default:
      return undo.status satisfies never;
  }
}

/** With its branch, for where steps of several may stand one below the other. */
export function placed({ within }: StepReport, text: StepText): StepText {
  if (within.every(({ branch }) => branch === undefined)) return text;
  return { ...text, line: [...within.map(({ item, branch }) => `${branch ?? item}: `), ...text.line] };
}

interface StepOutcome {
  readonly sign: Span;
  readonly remark?: Content;
  readonly below: readonly (readonly Content[])[];
}

function outcomeOf(step: StepReport): StepOutcome {
  switch (step.status) {
    case 'succeeded':
      return { ...successOf(step), below: (step.findings ?? []).filter(isNotAsItMust).map(findingLine) };
    case 'failed':
      if (step.approval?.approved === false) {
        return { sign: signs.failed, remark: bad(answerText(step.approval)), below: [] };
      }
      return { sign: signs.failed, remark: bad('failed'), below: errorLines(step.error) };
    case 'skipped': {
      const remark =
        step.skipped === undefined ? 'skipped' : `skipped by ${step.skipped.by}: ${step.skipped.reason}`;
      return { sign: signs.skipped, remark: warning(remark), below: [] };
    }
    case 'rehearsed':
      return { sign: signs.wouldChange, below: [wouldCall(step)] };
    case 'depends':
      return { sign: signs.depends, below: step.note === undefined ? [] : [[quiet(step.note)]] };
    case 'started':
      return {
        sign: signs.unfinished,
        remark: warning('not finished'),
        below: step.note === undefined ? [] : [[quiet(step.note)]],
      };
    default:
      return step.status satisfies never;
  }
}

function successOf({
  measured,
  approval,
  findings,
  applied,
  summary,
}: StepReport): Omit<StepOutcome, 'below'> {
  if (measured !== undefined) {
    return { sign: verdictSign(measured), remark: `${valueText(measured)}${objectiveRemark(measured)}` };
  }
  if (approval !== undefined) return { sign: signs.done, remark: quiet(answerText(approval)) };
  if (findings !== undefined)
    return { sign: worstSign(findings), remark: quiet(countsText(findings, summary)) };
  const how =
    applied === 'already-so' ? 'was already so' : applied === 'adopted' ? 'found in place' : undefined;
  const remark = [how, summary].filter((text) => text !== undefined).join(': ');
  return { sign: signs.done, ...(remark !== '' && { remark: quiet(remark) }) };
}

export const findingSigns = { pass: signs.done, warn: signs.doubtful, fail: signs.failed } as const;

const isNotAsItMust = ({ verdict }: Finding): boolean => verdict !== 'pass';

const findingLine = ({ verdict, subject, fact, toDo }: Finding): readonly Content[] => [
  findingSigns[verdict],
  ` ${subject}: ${fact}`,
  ...(toDo === undefined ? [] : [quiet(` → ${toDo}`)]),
];

const worstSign = (findings: readonly Finding[]): Span =>
  findingSigns[
    (['fail', 'warn'] as const).find((worst) => findings.some(({ verdict }) => verdict === worst)) ?? 'pass'
  ];

function countsText(findings: readonly Finding[], summary: string | undefined): string {
  const counts = (['fail', 'warn', 'pass'] as const).flatMap((each) => {
    const count = findings.filter(({ verdict }) => verdict === each).length;
    return count === 0 ? [] : [`${count} ${each}`];
  });
  return [counts.join(', '), summary].filter((text) => text !== undefined && text !== '').join('; ');
}

export const errorLines = (
  error: { code: string; message: string; hint?: string | undefined } | undefined,
): readonly Content[][] =>
  error === undefined
    ? []
    : [
        [quiet(`${error.code} `), bad(error.message)],
        ...(error.hint === undefined ? [] : [['→ ', error.hint]]),
      ];

const wouldCall = ({ rehearsed }: StepReport): readonly Content[] =>
  rehearsed === undefined
    ? []
    : [
        'would call ',
        strong(`${rehearsed.service}:${rehearsed.operation}`),
        quiet(` with ${oneLineJson(rehearsed.parameters)}`),
      ];

/** With spaces, so that it can be wrapped, and still JSON: it can be pasted behind `aws ... --cli-input-json`. */
export const oneLineJson = (value: unknown): string =>
  (JSON.stringify(value, null, 1) ?? 'nothing').replace(/\n\s*/g, ' ');

export const answerText = (answer: Answer): string =>
  answer.approved
    ? `approved by ${answer.by}${answer.reason === undefined ? '' : `: ${answer.reason}`}`
    : `declined by ${answer.by}: ${answer.because}`;

function verdictSign({ verdict, value, atLeast }: Measurement): Span {
  switch (verdict) {
    case 'pass':
      return signs.done;
    case 'no objective':
      return value === undefined && atLeast === undefined ? signs.depends : signs.done;
    case 'fail':
      return signs.failed;
    case 'cannot tell':
      return signs.doubtful;
    default:
      return verdict satisfies never;
  }
}

function valueText({ unit, value, atLeast, atMost, missing }: Measurement): string {
  if (value !== undefined) return numberText(value, unit);
  if (atLeast === undefined) return `no value: ${missing ?? 'none was found'}`;
  if (atLeast === atMost) return numberText(atLeast, unit);
  const low = numberText(outwards(atLeast, unit, Math.floor), unit);
  if (atMost === undefined) return `at least ${low}`;
  const high = numberText(outwards(atMost, unit, Math.ceil), unit);
  return atLeast === 0 ? `at most ${high}` : `between ${low} and ${high}`;
}

/** What is shown of a bound must be a bound too: a span is rounded away from the interval to the unit that it is shown in. */
export function outwards(value: number, unit: Measurement['unit'], round: (value: number) => number): number {
  if (unit !== 'milliseconds') return value;
  const shown = value < seconds(1) ? 1 : value < hours(1) ? seconds(1) : minutes(1);
  return round(value / shown) * shown;
}

function objectiveText({ unit, objective }: Measurement): string | undefined {
  if (objective?.atMost !== undefined) return `at most ${numberText(objective.atMost, unit)}`;
  if (objective?.atLeast !== undefined) return `at least ${numberText(objective.atLeast, unit)}`;
  return undefined;
}

function objectiveRemark(measured: Measurement): string {
  const objective = objectiveText(measured);
  if (objective === undefined) return '';
  if (measured.verdict === 'fail') return `, objective missed: ${objective}`;
  const isOpen = measured.verdict === 'cannot tell' && measured.missing === undefined;
  return isOpen ? `, cannot tell whether the objective is met: ${objective}` : ` (objective: ${objective})`;
}

function numberText(value: number, unit: Measurement['unit']): string {
  switch (unit) {
    case 'milliseconds':
      return formatDuration(value);
    case 'count':
      return rounded(value);
    case 'percent':
      return `${rounded(value)} %`;
    default:
      return unit satisfies never;
  }
}

/** Three digits after the point are enough for an error rate held against 0.1 %; a tiny value is not shown as 0. */
const rounded = (value: number): string =>
  String(
    value !== 0 && Math.abs(value) < 0.001 ? Number(value.toPrecision(2)) : Math.round(value * 1000) / 1000,
  );

/** What took no time worth a word gets none. */
export const longEnough = (milliseconds: Milliseconds | undefined): readonly Span[] =>
  milliseconds === undefined || milliseconds < 1000 ? [] : [quiet(formatDuration(milliseconds))];

/** ` — summary · 12s` behind a title. */
const joined = (remarks: readonly Content[]): readonly Content[] =>
  remarks.flatMap((remark, index) => [quiet(index === 0 ? ' — ' : ' · '), remark]);
