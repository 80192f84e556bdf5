import { Interrupted, OperatorError } from '../errors.ts';
import { bad, paragraph, quiet, strong, type TextOptions, textOf } from '../reports/layout.ts';

/** What an operator sees of an error: code, what happened, what to type next. Only our own bugs show where they happened. */
export function errorText(error: unknown, command: string | undefined, options: TextOptions): string {
  if (error instanceof OperatorError) return operatorErrorText(error, options);
  if (error instanceof Interrupted) {
    return `${textOf(messageLines('INTERRUPTED', 'Nothing was begun'), options)}\n`;
  }
  if (isOclifError(error)) {
    const help = command === undefined ? 'runbook --help' : `runbook ${command.replaceAll(':', ' ')} --help`;
    const message = error.message.replace(/\nSee more help with --help$/, '');
    return `${textOf([...messageLines('USAGE', message), next(help)], options)}\n`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const heading = textOf(
    [...messageLines('FAULT', 'This is a fault of runbook itself, not of the environment:')],
    options,
  );
  return `${heading}\n${stack}\n`;
}

function operatorErrorText({ code, message, hint }: OperatorError, options: TextOptions): string {
  return `${textOf([...messageLines(code, message), ...(hint === undefined ? [] : [next(hint)])], options)}\n`;
}

/** The first line beside the code; a list of problems keeps its lines. */
const messageLines = (code: string, message: string) =>
  message
    .split('\n')
    .map((line, index) =>
      index === 0 ? paragraph(0, bad(`✖ ${code}`), '  ', line) : paragraph(2, line.trimStart()),
    );

const next = (hint: string) => paragraph(2, quiet('→ '), strong(hint));

export const isOclifError = (error: unknown): error is Error & { readonly oclif: unknown } =>
  error instanceof Error && 'oclif' in error;
