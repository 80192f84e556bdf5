import { debtsOf, type RunState } from '../engine/run-state.ts';
import { Declined, OperatorError, Refusal, UsageError } from '../errors.ts';

/** The command ends here, and what its run changed is still in place. Exit code 5. */
export class ChangesInPlace extends OperatorError {
  constructor(error: OperatorError) {
    const { code, message, hint } = error;
    super({ code, message, ...(hint !== undefined && { hint }), cause: error });
  }
}

/** A no, a refusal and wrong usage have exit codes of their own, whatever is in place. */
export const withChangesInPlace = (error: unknown, state: RunState): unknown =>
  error instanceof OperatorError &&
  ![Declined, Refusal, UsageError].some((ownCode) => error instanceof ownCode) &&
  debtsOf(state).length > 0
    ? new ChangesInPlace(error)
    : error;
