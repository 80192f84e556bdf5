import { formatDuration, type Milliseconds } from '../duration.ts';
import type { Outcome } from '../engine/outcome.ts';
import {
  aligned,
  bad,
  type Content,
  good,
  isRoomFor,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  textOf,
  warning,
} from './layout.ts';
import { countOf } from './outcome-text.ts';
import type { RunReport } from './run-report.ts';
import { dayAndTime } from './times.ts';

/** What `runbook runs` shows of a run. */
export interface RunRow {
  readonly runId: string;
  readonly runbook: string;
  readonly environment: string;
  readonly mode: RunReport['mode'];
  readonly started: string;
  readonly milliseconds: Milliseconds;
  /** Absent while the run is under way, and after its process was killed. */
  readonly outcome?: Outcome;
  readonly changesInPlace: number;
  /** Name of the scenario, where the run was an exercise. */
  readonly exercise?: string;
}

export const runRowOf = (report: RunReport, exercise?: string): RunRow => ({
  runId: report.runId,
  runbook: report.runbook,
  environment: report.environment.name,
  mode: report.mode,
  started: report.started,
  milliseconds: report.milliseconds,
  ...(report.outcome !== undefined && { outcome: report.outcome }),
  changesInPlace: report.changesInPlace.length,
  ...(exercise !== undefined && { exercise }),
});

export function runListText(rows: readonly RunRow[], options: TextOptions): string {
  if (rows.length === 0) {
    return textOf([paragraph(0, 'No runs yet. To begin one: ', strong('runbook list'))], options);
  }
  const heading = [
    'Run',
    'Outcome',
    'Runbook',
    'Environment',
    'Mode',
    'Started (UTC)',
    'Took',
    'Changes',
  ].map(quiet);
  const whole = [heading, ...rows.map(cells)];
  return textOf(isRoomFor(whole, 0, options.width) ? aligned(whole, 0) : rows.flatMap(inTwoLines), options);
}

const inTwoLines = (row: RunRow): readonly Paragraph[] => [
  paragraph(
    0,
    strong(row.runId),
    '  ',
    outcomeCell(row.outcome),
    '  ',
    row.changesInPlace === 0 ? '' : placeCell(row),
  ),
  paragraph(
    4,
    `${row.runbook} in ${row.environment}, ${modeOf(row)}`,
    quiet(` · ${minuteOf(row)} UTC · ${formatDuration(row.milliseconds)}`),
  ),
];

const modeOf = ({ mode, exercise }: RunRow): string =>
  exercise === undefined ? mode : `exercise ${exercise}`;

const minuteOf = ({ started }: RunRow): string => dayAndTime(started).slice(0, 16);

const cells = (row: RunRow): readonly Content[] => [
  strong(row.runId),
  outcomeCell(row.outcome),
  row.runbook,
  row.environment,
  modeOf(row),
  minuteOf(row),
  formatDuration(row.milliseconds),
  placeCell(row),
];

function outcomeCell(outcome: Outcome | undefined): Content {
  switch (outcome) {
    case 'succeeded':
      return good('✔ succeeded');
    case undefined:
      return warning('■ no end yet');
    case 'interrupted':
      return warning('■ interrupted');
    case 'rolled-back':
    case 'declined':
      return warning(`↩ ${outcome}`);
    case 'failed':
    case 'failed-with-changes':
    case 'rollback-failed':
    case 'refused':
    case 'fault':
      return bad(`✖ ${outcome}`);
    default:
      return outcome satisfies never;
  }
}

/** What a run that succeeded changed is as it should be; everything else is owed to the environment. */
function placeCell({ changesInPlace, outcome }: RunRow): Content {
  if (changesInPlace === 0) return quiet('none');
  const text = `${countOf(changesInPlace, 'change')} in place`;
  return outcome === 'succeeded' ? text : warning(text);
}
