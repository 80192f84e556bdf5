import { bad, good, type Span, warning } from './layout.ts';
import type { RunReport } from './run-report.ts';

/** The first thing to read of a run: how it ended and what that means, in one line. Claims only what the journal holds. */
export function outcomeLine(report: RunReport): Span {
  const { outcome, mode, phase, changesInPlace, writes, drivenBy } = report;
  const inPlace =
    changesInPlace.length > 0 ? `${countOf(changesInPlace.length, 'change')} in place` : undefined;
  const consequence = inPlace ?? (writes.length === 0 ? 'nothing was changed' : 'no change is left in place');
  if (drivenBy !== undefined)
    return warning(`■ Under way, process ${drivenBy} on this machine. So far ${consequence}`);
  switch (outcome) {
    case 'succeeded':
      return mode === 'rehearsal' ? good('✔ Rehearsed: nothing was written') : good('✔ Succeeded');
    case 'declined':
      return warning(`✖ Declined: ${consequence}`);
    case 'failed':
    case 'failed-with-changes':
      return bad(`✖ Failed: ${consequence}`);
    case 'refused':
      return bad(`✖ Refused: ${consequence}`);
    case 'rolled-back':
      return warning(`✔ Rolled back: ${inPlace ?? 'no change is left in place'}`);
    case 'rollback-failed':
      return bad(`✖ Rollback failed: ${inPlace ?? 'no change is left in place'}. A person must look`);
    case 'interrupted':
      return warning(`■ Interrupted${phase === 'rolling-back' ? ' while rolling back' : ''}: ${consequence}`);
    case 'fault':
      return bad(`✖ Fault in runbook itself: ${consequence}`);
    case undefined:
      return warning(
        `■ No end in the journal: still under way, or its process was killed. So far ${consequence}`,
      );
    default:
      return outcome satisfies never;
  }
}

export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
