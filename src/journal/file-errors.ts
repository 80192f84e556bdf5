import { OperatorError } from '../errors.ts';

/** @throws OperatorError where the system refuses to read what stands at `path` */
export const reading = <Result>(path: string, read: () => Result): Result =>
  explained(read, (reason) => ({
    code: 'JOURNAL_UNREADABLE',
    message: `${path} cannot be read: ${reason}. Nothing can be said about the run that it belongs to`,
    hint: `ls -ld ${path}`,
  }));

/** @throws OperatorError where the system refuses to write to the state folder: a run never goes on without its journal */
export const writing = <Result>(path: string, hint: string, write: () => Result): Result =>
  explained(write, (reason) => ({
    code: 'STATE_NOT_WRITABLE',
    message: `${path} cannot be written: ${reason}. No run goes on without keeping its journal there`,
    hint,
  }));

function explained<Result>(
  act: () => Result,
  explain: (reason: string) => { readonly code: string; readonly message: string; readonly hint: string },
): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error;
    throw new OperatorError({ ...explain(error.message), cause: error });
  }
}
