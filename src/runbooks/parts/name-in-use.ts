import { OperatorError } from '../../errors.ts';

/** Somebody's else would be used, and deleted. */
export const nameInUse = (
  what: string,
  name: string,
  region: string,
  run: string | undefined,
): OperatorError =>
  new OperatorError({
    code: 'NAME_IN_USE',
    message: `A ${what} ${name} stands in ${region} already, ${run === undefined ? 'and no run of runbook made it' : `made by run ${run}`}: this run would have to use what is not its own`,
    hint:
      run === undefined
        ? 'Give it another name in runbook.yaml'
        : `Tear that run down first: runbook rollback ${run}`,
  });
