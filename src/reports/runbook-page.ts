import { formatDuration } from '../duration.ts';
import { actionsBelow, actionsOf } from '../engine/actions.ts';
import type { Runbook } from '../engine/runbook.ts';
import { type ForEach, type ListEntry, type Step, type Together, timeoutText } from '../engine/step.ts';

/**
 * The generated part of docs/runbooks/<id>.md: for each form of the runbook its steps in order, with how each change is undone, how
 * long each wait takes at most, and the IAM actions.
 */
export function stepsMarkdown(runbook: Runbook): string {
  return runbook.forms
    .map((form) => {
      const steps = runbook.steps(runbook.parameters.parse(form.parameters));
      return `### ${form.title}\n\n${numbered(steps, 0).join('\n')}\n`;
    })
    .join('\n');
}

/** The IAM actions that a role needs to carry out the runbook, in any of its forms, and to undo it. */
export function permissionsOf(runbook: Runbook): readonly string[] {
  const actions = runbook.forms.flatMap((form) =>
    runbook.steps(runbook.parameters.parse(form.parameters)).flatMap(actionsBelow),
  );
  return [...new Set(actions)].toSorted();
}

/** An item's continuation is indented by the width of its marker, or Markdown ends the list. */
function numbered(list: readonly ListEntry[], indent: number): readonly string[] {
  return list.flatMap((entry, index) => {
    const marker = `${index + 1}. `;
    const inner = indent + marker.length;
    const facts = [...factsOf(entry), ...iamFact(entry)];
    return [
      `${' '.repeat(indent)}${marker}**${kindText(entry)}** ${escaped(entry.title)}`,
      ...facts.map((fact) => `${' '.repeat(inner)}- ${fact}`),
      ...(entry.kind === 'for-each' ? insideOf(entry, inner) : []),
      ...(entry.kind === 'together' ? branchesOf(entry, inner) : []),
    ];
  });
}

export const kindText = ({ kind }: ListEntry): string => (kind === 'for-each' ? 'for each' : kind);

/** Every branch is a list item with the steps as its own list. */
const branchesOf = ({ branches }: Together, indent: number): readonly string[] => [
  `${' '.repeat(indent)}- At the same time:`,
  '',
  ...branches.flatMap(({ id, title, steps }) => [
    `${' '.repeat(indent + 2)}- **${escaped(title)}** (\`${id}\`):`,
    '',
    ...numbered(steps, indent + 4),
  ]),
];

const insideOf = (entry: ForEach, indent: number): readonly string[] => [
  `${' '.repeat(indent)}- for example \`${entry.key(entry.example)}\`:`,
  '',
  ...numbered(entry.steps(entry.example), indent),
];

const iamFact = (entry: ListEntry): readonly string[] => {
  const actions = actionsOf(entry);
  return actions.length === 0 ? [] : [`IAM: ${actions.map((action) => `\`${action}\``).join(', ')}`];
};

function factsOf(entry: ListEntry): readonly string[] {
  switch (entry.kind) {
    case 'change':
      return [escaped(undoFact(entry))];
    case 'wait':
      return [`looks every ${formatDuration(entry.every)}, for at most ${timeoutText(entry.timeout)}`];
    case 'observe':
      return [
        `looks at ${escaped(lanesText(entry))}`,
        `for at most ${timeoutText(entry.timeout)}; no look waits for another`,
      ];
    case 'check':
      return entry.alsoOnResume ? ['checked again at every resume and before a rollback'] : [];
    case 'clean-up':
      return [escaped(cleanUpFact(entry))];
    case 'approve':
    case 'measure':
    case 'for-each':
    case 'together':
      return [];
    default:
      return entry satisfies never;
  }
}

export const lanesText = ({ lanes }: Extract<Step, { kind: 'observe' }>): string =>
  lanes.map(({ name, every }) => `${name} every ${formatDuration(every)}`).join(', ');

export const cleanUpFact = ({ of }: Extract<Step, { kind: 'clean-up' }>): string =>
  `undoes as a rollback would: ${of.map(({ id }) => id).join(', ')}`;

export function undoFact({ undo, cannotUndo, undoneBy }: Extract<Step, { kind: 'change' }>): string {
  if (undo !== undefined) {
    const within = 'timeout' in undo ? ` (for at most ${timeoutText(undo.timeout)})` : '';
    return `undo: ${undo.title}${within}`;
  }
  if (undoneBy !== undefined) return `undone together with the earlier change ${undoneBy.id}`;
  return `cannot be undone: ${cannotUndo}`;
}

/** Titles are prose; what Markdown would read as markup is written as text. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|#]/g, '\\$&');
