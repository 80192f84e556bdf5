import { parametersOf } from '../engine/parameter-facts.ts';
import type { Runbook } from '../engine/runbook.ts';
import { type Branch, type ListEntry, timeoutText } from '../engine/step.ts';
import {
  type Content,
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
  textOf,
} from './layout.ts';
import { cleanUpFact, kindText, lanesText, permissionsOf, undoFact } from './runbook-page.ts';

/** For `runbook show <id>`: when to use it, what to type, what it does step by step, and the permissions it needs. */
export function runbookText(runbook: Runbook, options: TextOptions): string {
  const { id, title, whenToUse, forms } = runbook;
  return textOf(
    [
      paragraph(0, strong(title)),
      paragraph(2, quiet(`runbook run ${id} --env <environment>`)),
      emptyLine,
      paragraph(2, whenToUse),
      ...section('Parameters', table(parameterRows(runbook), 2, options.width)),
      ...forms.flatMap((form) =>
        section(
          `Steps: ${form.title}`,
          numbered(runbook.steps(runbook.parameters.parse(form.parameters)), 2),
        ),
      ),
      ...section(
        'Permissions (IAM actions)',
        permissionsOf(runbook).map((action) => paragraph(2, action)),
      ),
    ],
    options,
  );
}

const section = (title: string, body: readonly Paragraph[]): readonly Paragraph[] =>
  body.length === 0 ? [] : [emptyLine, paragraph(0, strong(title)), ...body];

function numbered(list: readonly ListEntry[], indent: number): readonly Paragraph[] {
  const columns = String(list.length).length;
  return list.flatMap((entry, index) => {
    const number = `${String(index + 1).padStart(columns)}. `;
    const inner = indent + number.length;
    const fact = factOf(entry);
    const first: Paragraph = {
      content: [number, quiet(`${kindText(entry)}  `), entry.title],
      indent,
      hang: inner,
    };
    return [
      first,
      ...(fact === undefined ? [] : [paragraph(inner, quiet(fact))]),
      ...(entry.kind === 'for-each' ? numbered(entry.steps(entry.example), inner) : []),
      ...(entry.kind === 'together' ? entry.branches.flatMap((branch) => branchLines(branch, inner)) : []),
    ];
  });
}

const branchLines = ({ id, title, steps }: Branch, indent: number): readonly Paragraph[] => [
  paragraph(indent, strong(title), quiet(`  [${id}]`)),
  ...numbered(steps, indent + 2),
];

function factOf(entry: ListEntry): string | undefined {
  switch (entry.kind) {
    case 'change':
      return undoFact(entry);
    case 'wait':
      return `at most ${timeoutText(entry.timeout)}`;
    case 'observe':
      return `at most ${timeoutText(entry.timeout)}; ${lanesText(entry)}`;
    case 'for-each':
      return `for example ${entry.key(entry.example)}`;
    case 'together':
      return 'at the same time:';
    case 'clean-up':
      return cleanUpFact(entry);
    case 'check':
    case 'approve':
    case 'measure':
      return undefined;
    default:
      return entry satisfies never;
  }
}

const parameterRows = (runbook: Runbook): readonly (readonly Content[])[] =>
  parametersOf(runbook).map(({ flag, description = '', choices, standard, isRequired }) => {
    const facts = [
      ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
      ...(standard === undefined ? [] : [`default ${standard}`]),
      ...(isRequired ? ['required'] : []),
    ];
    return [
      strong(`--${flag}`),
      `${description}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`.trim(),
    ];
  });
