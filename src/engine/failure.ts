import { AwsCallError, BlockedWrite, Bug, Interrupted, OperatorError, Refusal } from '../errors.ts';
import type { EventError, RunStarted } from './run-event.ts';
import { StepNotReached } from './step-context.ts';

/** AWS does not accept who calls: no step can do anything about that, and a person who logs in again can. */
const sessionCodes: readonly string[] = [
  'AWS_CREDENTIALS_REFUSED',
  'AWS_CREDENTIALS_MISSING',
  // EC2 says of an expired session that the request has expired.
  'AWS_CLOCK_SKEW',
];

/** The session ended, not the step: it was refused before anything was done, and goes on once somebody has logged in again. */
export const isSessionOver = (error: unknown): error is AwsCallError =>
  error instanceof AwsCallError && sessionCodes.includes(error.code);

/** Faults of ours, interruptions and a session that is over end the run; everything else is the step's failure. */
export const isStepFailure = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && !isSessionOver(error);

/** Whether AWS can have acted although the call failed: it may, unless it answered with a plain no. */
export const leavesDoubt = (error: OperatorError): boolean =>
  !(error instanceof AwsCallError) || error.transient;

/** Where a number or a look is only wanted, it may be missing; but a refusal is an answer, and so is a rehearsal's "not yet". */
export const mayBeMissing = (error: unknown, mode: RunStarted['mode']): error is OperatorError =>
  isStepFailure(error) &&
  !(error instanceof Refusal) &&
  !(mode === 'rehearsal' && error instanceof StepNotReached);

export function eventError(error: unknown): EventError {
  if (error instanceof OperatorError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    };
  }
  if (error instanceof BlockedWrite || error instanceof Bug || error instanceof Interrupted) {
    return { code: error.name, message: error.message };
  }
  return { code: 'Bug', message: error instanceof Error ? error.message : String(error) };
}
