import type { Runbook } from '../engine/runbook.ts';
import { UsageError } from '../errors.ts';
import { runbooks } from '../runbooks/index.ts';

/** @throws UsageError where there is no runbook of this id */
export function findRunbook(id: string): Runbook {
  const found = runbooks.find((runbook) => runbook.id === id);
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'RUNBOOK_UNKNOWN',
    message: `There is no runbook ${id}; there are: ${runbooks.map((runbook) => runbook.id).join(', ')}`,
    hint: 'runbook list',
  });
}
