import type { NewEvent } from './recorder.ts';
import type { EventError } from './run-event.ts';

/** A service and an operation as the AWS CLI has them: `aws rds describe-events`. */
const cliCommand = /\baws (?:[a-z][a-z0-9-]* [a-z]+(?:-[a-z]+)+|sso login)/;

/** What only leads to the command behind it. */
const leadIn = /[,;]? ?(?:or|then|then compare with|to make one)$/;

const instead = 'runbook runs show last says what the run saw; its account exists only in its sandbox';

/** A hint without what the AWS CLI would have to do: sentence by sentence, what leads to a command stays where it says something. */
export function hintHere(hint: string): string {
  if (!cliCommand.test(hint)) return hint;
  const left = hint
    .split(/(?<=[.?;]) /)
    .map((part) => (cliCommand.test(part) ? beforeCommand(part) : part))
    .filter((part) => part !== '')
    .join(' ')
    .replace(leadIn, '')
    .replace(/;$/, '')
    .replace(/(?<=[.?] |^)(?!runbook)[a-z]/g, (letter) => letter.toUpperCase());
  return left === '' ? instead : left;
}

function beforeCommand(part: string): string {
  const [lead = '', command] = part.split(/: (?=`?aws )/);
  if (command === undefined || cliCommand.test(lead) || lead.startsWith('When ')) return '';
  const before = lead.replace(leadIn, '');
  return before === '' ? '' : `${before}${/[.;]$/.exec(part)?.[0] ?? ''}`;
}

/** The event as it is right where nobody but the run can reach the account. */
export function toldHere(event: NewEvent): NewEvent {
  switch (event.type) {
    case 'step-failed':
    case 'undo-failed':
      return { ...event, error: errorHere(event.error) };
    case 'run-finished':
      return event.error === undefined ? event : { ...event, error: errorHere(event.error) };
    default:
      return event;
  }
}

const errorHere = (error: EventError): EventError =>
  error.hint === undefined ? error : { ...error, hint: hintHere(error.hint) };
