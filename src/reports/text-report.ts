import { formatDuration } from '../duration.ts';
import type { Finding } from '../engine/finding.ts';
import type { LaneReport } from './lanes.ts';
import {
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
  textOf,
  warning,
} from './layout.ts';
import { countOf, outcomeLine } from './outcome-text.ts';
import type { ApprovalReport, RunReport, StepReport } from './run-report.ts';
import {
  answerText,
  errorLines,
  findingSigns,
  oneLineJson,
  placed,
  type StepText,
  stepText,
  undoText,
} from './step-text.ts';
import { dayAndTime, momentWithin, shownSpan } from './times.ts';

/** Everything about a run: for `runbook runs show`. The outcome comes first, what to type next comes last. */
export function textReport(report: RunReport, options: TextOptions): string {
  return sectionsText(
    [
      head(report),
      whatHappened(report),
      changes(report),
      findings(report, options, 'every rule'),
      measures(report),
      lanes(report, options),
      parameters(report, options),
      steps(report),
      undoing(report),
      approvals(report, options),
      writes(report, options),
      next(report, options),
    ],
    options,
  );
}

/**
 * What stands below a run that was just watched: how it ended, what is in place, and what to type next. Of a run that went well nobody has
 * to look for what it left: first comes what it was made for.
 */
export function summaryText(report: RunReport, options: TextOptions): string {
  const inPlace = changes(report);
  const found = findings(report, options, 'rules that do not hold');
  const measured = measures(report);
  return sectionsText(
    [
      head(report),
      whatHappened(report),
      ...(report.outcome === 'succeeded' ? [measured, found, inPlace] : [inPlace, found, measured]),
      next(report, options),
    ],
    options,
  );
}

type Section = readonly Paragraph[];

const sectionsText = (sections: readonly Section[], options: TextOptions): string =>
  textOf(
    sections
      .filter((section) => section.length > 0)
      .flatMap((section, index) => (index === 0 ? section : [emptyLine, ...section])),
    options,
  );

const titled = (title: string, body: Section): Section =>
  body.length === 0 ? [] : [paragraph(0, strong(title)), ...body];

function head(report: RunReport): Section {
  const { environment, mode, started, ended, outcome, resumes } = report;
  return [
    paragraph(0, outcomeLine(report)),
    paragraph(2, `${report.title} — ${report.runbook} in ${environment.name} (${mode})`),
    paragraph(
      2,
      quiet(`account ${environment.account}, ${environment.region}, by ${report.by}, run ${report.runId}`),
    ),
    paragraph(
      2,
      quiet(
        `${dayAndTime(started)} to ${momentWithin(report)(ended)} UTC${mode === 'sandbox' ? ', virtual time' : ''}, ${formatDuration(shownSpan(started, ended))}` +
          `${resumes === 0 ? '' : `, resumed ${countOf(resumes, 'time')}`}${outcome === undefined ? ', latest event' : ''}`,
      ),
    ),
  ];
}

function whatHappened(report: RunReport): Section {
  if (report.outcome === 'succeeded') return report.mode === 'rehearsal' ? rehearsalEnding(report) : [];
  // Of branches more than one may have failed, and others been stopped for it.
  const stopped = report.steps.filter(({ status }) => status === 'failed' || status === 'started');
  const undoFailed = report.steps.filter(({ undo }) => undo?.status === 'failed');
  const told = new Set(
    [...stopped, ...undoFailed].flatMap(({ error, undo }) => [error?.message, undo?.error?.message]),
  );
  return titled('What happened', [
    ...stopped.flatMap((step) => stepLines(placed(step, stepText(step)), 2)),
    ...undoFailed.flatMap((step) =>
      step.undo === undefined ? [] : stepLines(placed(step, undoText(step.undo, step)), 2),
    ),
    ...(report.error === undefined || told.has(report.error.message) ? [] : errorLines(report.error)).map(
      (line) => paragraph(2, ...line),
    ),
    ...(report.mode === 'rehearsal' ? [paragraph(2, 'This was a rehearsal: nothing was written.')] : []),
  ]);
}

function rehearsalEnding({ steps: all }: RunReport): Section {
  const would = all.filter(({ status }) => status === 'rehearsed');
  const depends = all.filter(({ status }) => status === 'depends').length;
  return titled('What the run would change', [
    ...would.flatMap((step) => stepLines(stepText(step), 2)),
    ...(would.length === 0
      ? [paragraph(2, 'No change was found that the run would make.')]
      : [paragraph(2, 'None of these calls was sent. Of each step above, only its first call is known.')]),
    ...(depends === 0
      ? []
      : [paragraph(2, `${countOf(depends, 'further step')}, marked ·, could not be carried out here.`)]),
    paragraph(2, 'To carry it out, type the same command without --dry-run.'),
  ]);
}

function changes(report: RunReport): Section {
  const { changesInPlace, outcome } = report;
  const moment = momentWithin(report);
  return titled(
    outcome === 'succeeded' ? 'Changed by this run, oldest first' : 'Changes in place, oldest first',
    changesInPlace.map(({ title, since, certain, step }, index) =>
      paragraph(
        2,
        `${index + 1}. ${title}`,
        ...(certain ? [] : [warning(' — may be in place: AWS gave the run no answer')]),
        quiet(` — ${moment(since)} UTC · ${step}`),
      ),
    ),
  );
}

const worstFirst = ['fail', 'warn', 'pass'] as const;

/**
 * A table for each step that found something: what it found, by which rule, and what to do. Below a run that was just watched only what is
 * not as it must be: among a hundred rules that hold it would not be seen.
 */
function findings(
  { steps: all, runId }: RunReport,
  { width }: TextOptions,
  shown: 'every rule' | 'rules that do not hold',
): Section {
  const isShown = ({ verdict }: Finding) => shown === 'every rule' || verdict !== 'pass';
  const folded = all.flatMap(({ findings: found = [] }) => found.filter((each) => !isShown(each))).length;
  const tables = all.flatMap((step): Section => {
    const found = (step.findings ?? []).filter(isShown);
    if (found.length === 0) return [];
    const sorted = worstFirst.flatMap((each) => found.filter(({ verdict }) => verdict === each));
    const rows = sorted.map(({ verdict, subject, fact, rule, toDo }) => [
      { ...findingSigns[verdict], text: `${findingSigns[verdict].text} ${subject}` },
      [`${fact} (rule: ${rule})`, ...(toDo === undefined ? [] : [`→ ${toDo}`])].join(' '),
    ]);
    return [
      paragraph(2, ...step.within.map(({ item, branch }) => strong(`${branch ?? item}: `)), step.title),
      ...table(rows, 4, width),
    ];
  });
  return titled('Found', [
    ...tables,
    ...(folded === 0
      ? []
      : [
          paragraph(
            2,
            findingSigns.pass,
            ` ${folded} ${tables.length === 0 ? '' : `other${folded === 1 ? '' : 's'} `}${folded === 1 ? 'passes' : 'pass'}`,
            quiet(` — each with its rule: runbook runs show ${runId}`),
          ),
        ]),
  ]);
}

function measures({ steps: all }: RunReport): Section {
  return titled(
    'Measured',
    all.filter(({ measured }) => measured !== undefined).flatMap((step) => stepLines(stepText(step), 2)),
  );
}

/** Of a lane that changed more often, the first and the last that it showed. */
const mostSpells = 12;

function lanes(report: RunReport, { width }: TextOptions): Section {
  const moment = momentWithin(report);
  return titled(
    'Observed',
    report.lanes.flatMap((lane): Section => {
      const cut = lane.spells.length - mostSpells;
      const shown = cut > 0 ? lane.spells.toSpliced(mostSpells / 2, cut) : lane.spells;
      const rows = shown.map((spell) => [
        `${moment(spell.from)} to ${moment(spell.to)}`,
        spell.missing === undefined
          ? seenText(spell.seen)
          : warning(`nothing seen, ${countOf(spell.looks, 'look')}: ${spell.missing}`),
      ]);
      return [
        paragraph(2, lane.lane, quiet(` — ${laneRemark(lane)} · ${lane.step}`)),
        ...table(rows, 4, width),
        ...(cut > 0 ? [paragraph(4, quiet(`and ${countOf(cut, 'further spell')} in between`))] : []),
      ];
    }),
  );
}

function laneRemark({ every, looks, missed, notObserved }: LaneReport): string {
  if (notObserved !== undefined && looks === 0) return `not observed: ${notObserved}`;
  const gaps = missed === 0 ? '' : `, ${missed} of them missing`;
  return `every ${formatDuration(every)}, ${countOf(looks, 'look')}${gaps}`;
}

const seenText = (seen: unknown): string => (typeof seen === 'string' ? seen : oneLineJson(seen));

function parameters({ parameters: all }: RunReport, { width }: TextOptions): Section {
  const rows = Object.entries(all).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : oneLineJson(value),
  ]);
  return titled('Parameters', table(rows, 2, width));
}

function steps({ steps: all }: RunReport): Section {
  let around: readonly string[] = [];
  return titled(
    'Steps',
    byBranch(all).flatMap((step) => {
      const headings = headingsOf(step);
      const common = headings.findIndex((heading, index) => heading !== around[index]);
      const fresh = common === -1 ? [] : headings.slice(common);
      around = headings;
      return [
        ...fresh.map((heading, index) =>
          paragraph(2 + 2 * (headings.length - fresh.length + index), strong(heading)),
        ),
        ...stepLines(stepText(step), 2 + 2 * step.depth),
      ];
    }),
  );
}

const headingsOf = ({ within }: StepReport): readonly string[] =>
  within.map(({ title, item, branch }) => `${title}: ${branch ?? item}`);

/** In the order in which they were begun, but what was done in a branch in one piece: it reads as the procedure, not as chance had it. */
function byBranch(steps: readonly StepReport[], depth = 0): readonly StepReport[] {
  const groups = new Map<string, StepReport[]>();
  for (const step of steps) {
    const { list, item } = step.within[depth] ?? {};
    const key = list === undefined ? step.path : `${list} ${item}`;
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return [...groups.values()].flatMap((group) => (group.length > 1 ? byBranch(group, depth + 1) : group));
}

function undoing({ steps: all }: RunReport): Section {
  return titled(
    'Undoing, latest first',
    all
      .toReversed()
      .flatMap((step) => (step.undo === undefined ? [] : stepLines(undoText(step.undo, step), 2))),
  );
}

function stepLines({ sign, line, below }: StepText, indent: number): Section {
  return [
    paragraph(indent, sign, ' ', ...line),
    ...below.map((content) => paragraph(indent + 2, ...content)),
  ];
}

function approvals({ approvals: all }: RunReport, { width }: TextOptions): Section {
  const lines = ({ question, evidence, answer }: ApprovalReport): Section => [
    paragraph(2, question),
    ...table(
      evidence.map(({ label, value }) => [quiet(label), value]),
      4,
      width,
    ),
    paragraph(
      4,
      answer === undefined ? warning('not answered') : `${answerText(answer)}, ${dayAndTime(answer.at)} UTC`,
    ),
  ];
  return titled('Approvals', all.flatMap(lines));
}

function writes(report: RunReport, { width }: TextOptions): Section {
  const { writes: all, calls } = report;
  const moment = momentWithin(report);
  const rows = all.map(({ first, service, region, operation, times, step, phase }) => [
    `${service}:${operation}${region === undefined ? '' : ` in ${region}`}${times === 1 ? '' : ` ×${times}`}`,
    moment(first),
    quiet(`${phase === 'undo' ? 'undo of ' : ''}${step}`),
  ]);
  const total = quiet(`${countOf(calls, 'call')} to AWS in all, reads included`);
  return titled('Written to AWS', [
    ...(rows.length === 0 ? [paragraph(2, 'Nothing')] : table(rows, 2, width)),
    paragraph(2, total),
  ]);
}

function next({ next: all }: RunReport, { width }: TextOptions): Section {
  return titled(
    'Next',
    table(
      all.map(({ command, purpose }) => [strong(command), quiet(purpose)]),
      2,
      width,
    ),
  );
}
