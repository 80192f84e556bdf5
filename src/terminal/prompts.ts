import { confirm, input, select } from '@inquirer/prompts';
import type { ApprovalAnswer, FailedStep, FailureChoice, Operator } from '../engine/operator.ts';
import type { ApprovalRequest } from '../engine/step.ts';
import { Interrupted } from '../errors.ts';
import {
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  table,
  textOf,
  visible,
} from '../reports/layout.ts';
import { countOf } from '../reports/outcome-text.ts';

export interface Prompting {
  /** Whoever sits at the terminal: login and machine. */
  readonly name: string;
  readonly colour: boolean;
  /** Asks while nothing is being drawn: two writers would spoil each other's lines. */
  aside<Answer>(ask: () => Promise<Answer>): Promise<Answer>;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly columns?: number };
  /** What the run has seen so far. Where it is given, it can be looked at before a choice is made. */
  facts?(): readonly Paragraph[];
}

/** Asks the person at the terminal. Ctrl-C and Ctrl-D at a prompt interrupt the run. */
export const terminalOperator = (prompting: Prompting): Operator => ({
  name: prompting.name,
  approve: approveOnTerminal(prompting),
  decide: decideOnTerminal(prompting),
});

export const approveOnTerminal =
  (prompting: Prompting): Operator['approve'] =>
  (request, signal) =>
    prompting.aside(() => approval(request, prompting, signal));

async function approval(
  { question, evidence, typeToConfirm }: ApprovalRequest,
  prompting: Prompting,
  signal: AbortSignal,
): Promise<ApprovalAnswer> {
  const { name } = prompting;
  const look = lookOf(prompting);
  show(
    table(
      evidence.map(({ label, value }) => [quiet(label), value]),
      2,
      widthOf(prompting),
    ),
    prompting,
  );
  if (typeToConfirm === undefined) {
    const message = visible(question);
    const yes = await ask(confirm, { message, default: false, ...look }, prompting, signal);
    return yes ? approvedBy(name) : declinedBy(name, 'answered no');
  }
  show([paragraph(0, strong(question))], prompting);
  const typed = await ask(
    input,
    {
      message: `Type ${typeToConfirm} to go on, or press Enter to decline:`,
      ...look,
      validate: (text: string) =>
        ['', typeToConfirm].includes(text.trim()) || `Type exactly ${typeToConfirm}, or nothing to decline`,
    },
    prompting,
    signal,
  );
  return typed.trim() === typeToConfirm
    ? approvedBy(name)
    : declinedBy(name, `did not type ${typeToConfirm}`);
}

const approvedBy = (by: string): ApprovalAnswer => ({ approved: true, by });
const declinedBy = (by: string, because: string): ApprovalAnswer => ({ approved: false, by, because });

export const decideOnTerminal =
  (prompting: Prompting): Operator['decide'] =>
  (failure, signal) =>
    prompting.aside(() => decision(failure, prompting, signal));

async function decision(
  { title, maySkip, changesInPlace }: FailedStep,
  prompting: Prompting,
  signal: AbortSignal,
): Promise<FailureChoice> {
  const look = lookOf(prompting);
  show(
    changesInPlace.length === 0
      ? []
      : [
          paragraph(2, strong('Changes in place, latest first')),
          ...changesInPlace.map((change) => paragraph(4, change)),
        ],
    prompting,
  );
  const choice = await choose<FailureChoice['choice']>(
    {
      message: `Failed: ${visible(title)}${title.endsWith('?') ? '' : '.'} What now?`,
      choices: choicesFor(maySkip, changesInPlace.length),
    },
    prompting,
    signal,
  );
  if (choice !== 'skip') return { choice };
  const reason = await ask(
    input,
    {
      ...look,
      message: 'Why is it right to skip this step? It stands in the journal:',
      validate: (text: string) => text.trim() !== '' || 'A step is skipped for a reason',
    },
    prompting,
    signal,
  );
  return { choice, reason: reason.trim() };
}

function choicesFor(maySkip: boolean, changesInPlace: number) {
  const inPlace = countOf(changesInPlace, 'change');
  return [
    // Enter typed too early, while the run was still at work, must not set anything going.
    {
      value: 'leave',
      name: changesInPlace > 0 ? `Stop and leave the ${inPlace} in place` : 'Stop: no change is in place',
      short: 'stop',
    },
    { value: 'retry', name: 'Try the step again', short: 'try again' },
    ...(maySkip
      ? [{ value: 'skip', name: 'Skip the step, with a reason, and go on', short: 'skip' } as const]
      : []),
    ...(changesInPlace > 0
      ? [{ value: 'undo', name: `Undo the ${inPlace} in place, the latest first`, short: 'undo' } as const]
      : []),
  ] as const;
}

export interface Question<Choice extends string> {
  readonly message: string;
  /** The first is what Enter alone means, and where Escape leads to: it must be the one that changes nothing. */
  readonly choices: readonly { readonly value: Choice; readonly name: string; readonly short: string }[];
}

const lookBack = { value: 'look', name: 'Look at what this run has seen so far', short: 'look' } as const;

/**
 * Asks until something is chosen other than a look back.
 * @throws Interrupted for Ctrl-C, Ctrl-D and an aborted signal
 */
export async function choose<Choice extends string>(
  { message, choices }: Question<Choice>,
  prompting: Prompting,
  signal: AbortSignal,
): Promise<Choice> {
  const mayLook = prompting.facts === undefined ? [] : [lookBack];
  for (;;) {
    const choice = await ask(
      select<Choice | 'look'>,
      { ...lookOf(prompting), message, choices: [...choices, ...mayLook] },
      prompting,
      signal,
    );
    if (choice !== 'look') return choice as Choice;
    write([...(prompting.facts?.() ?? []), emptyLine], prompting);
  }
}

export const show = (paragraphs: readonly Paragraph[], prompting: Prompting): void =>
  write([emptyLine, ...paragraphs], prompting);

function write(paragraphs: readonly Paragraph[], prompting: Prompting): void {
  const text = textOf(paragraphs, { width: widthOf(prompting), colour: prompting.colour });
  prompting.output.write(`${text}\n`);
}

const widthOf = ({ output }: Prompting): number => output.columns ?? 80;

interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** @throws Interrupted for Ctrl-C, Ctrl-D, the end of the input and an aborted signal */
async function ask<Config, Answer>(
  prompt: (config: Config, context: PromptContext) => Promise<Answer>,
  config: Config,
  prompting: Prompting,
  signal: AbortSignal,
): Promise<Answer> {
  const { input: from, output } = prompting;
  // Nothing more can come, not even the event that says so.
  if (!from.readable) throw new Interrupted();
  const closed = new AbortController();
  // For Ctrl-D and for the end of the input, readline closes, which inquirer passes over and waits for ever; closing pauses the input.
  const onPause = (): void => closed.abort();
  from.on('pause', onPause);
  try {
    return await prompt(config, { input: from, output, signal: AbortSignal.any([signal, closed.signal]) });
  } catch (error) {
    if (error instanceof Error && interruptions.includes(error.name)) throw new Interrupted();
    throw error;
  } finally {
    from.off('pause', onPause);
    output.write('\n');
  }
}

/** By name: the classes are exported by a package that is none of our own dependencies. */
const interruptions = ['ExitPromptError', 'AbortPromptError'];

const asIs = (text: string): string => text;

const lookOf = ({ colour }: Prompting) => (colour ? {} : { theme: plainTheme });

/** inquirer knows NO_COLOR, but not --no-color. */
const plainTheme = {
  prefix: { idle: '?', done: '✔' },
  style: {
    answer: asIs,
    message: asIs,
    error: (text: string) => `> ${text}`,
    defaultAnswer: (text: string) => `(${text})`,
    help: asIs,
    highlight: asIs,
    key: (text: string) => `<${text}>`,
    description: asIs,
    disabled: (text: string) => `- ${text}`,
    keysHelpTip: (keys: readonly (readonly [string, string])[]) =>
      keys.map(([key, action]) => `${key} ${action}`).join(' • '),
  },
};
