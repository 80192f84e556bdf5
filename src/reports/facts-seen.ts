import type { RunEvent } from '../engine/run-event.ts';
import { stateOf } from '../engine/run-state.ts';
import { emptyLine, type Paragraph, paragraph, quiet, strong, table } from './layout.ts';
import { reportOf, type StepReport } from './run-report.ts';
import { placed, signs, stepText } from './step-text.ts';
import { momentWithin } from './times.ts';

/** What a run has found out so far, for whoever looks back before deciding. */
export function factsSeen(events: readonly RunEvent[], width: number): readonly Paragraph[] {
  const { steps, changesInPlace, ended, started } = reportOf(events);
  const moment = momentWithin({ started, ended });
  const samples = [...stateOf(events).samples].flatMap(([name, seen]) => {
    const last = seen.at(-1);
    return last === undefined
      ? []
      : [
          [
            quiet(name),
            `${last.value}${seen.length === 1 ? '' : `, lowest ${lowest(seen)}, highest ${highest(seen)}`}`,
          ],
        ];
  });
  return [
    paragraph(0, strong('Seen so far'), quiet(` — ${moment(started)} to ${moment(ended)} UTC`)),
    ...steps.flatMap(stepParagraphs),
    ...titled('Numbers, the latest', table(samples, 2, width)),
    ...titled(
      'Changes in place, oldest first',
      changesInPlace.map(({ title, since }) => paragraph(2, title, quiet(` — ${moment(since)} UTC`))),
    ),
  ];
}

interface Seen {
  readonly value: number;
}

const lowest = (seen: readonly Seen[]): number => Math.min(...seen.map(({ value }) => value));
const highest = (seen: readonly Seen[]): number => Math.max(...seen.map(({ value }) => value));

function stepParagraphs(step: StepReport): readonly Paragraph[] {
  const { sign, line, below } = placed(step, stepText(step));
  const hasNote = step.note !== undefined && sign !== signs.unfinished && step.status === 'failed';
  return [
    paragraph(2, sign, ' ', ...line),
    ...below.map((content) => paragraph(4, ...content)),
    ...(hasNote ? [paragraph(4, quiet(`last seen: ${step.note}`))] : []),
  ];
}

const titled = (title: string, body: readonly Paragraph[]): readonly Paragraph[] =>
  body.length === 0 ? [] : [emptyLine, paragraph(0, strong(title)), ...body];
