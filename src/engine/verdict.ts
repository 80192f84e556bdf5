import type { Measured } from './step.ts';

export interface Objective {
  readonly atMost?: number | undefined;
  readonly atLeast?: number | undefined;
}

export type Verdict = 'pass' | 'fail' | 'cannot tell' | 'no objective';

/** An interval passes or fails as a whole. One that lies across the objective tells nothing. */
export function verdictOn(measured: Measured, objective: Objective | undefined): Verdict {
  if (objective === undefined) return 'no objective';
  if ('missing' in measured) return 'cannot tell';
  const { atMost: highest = Number.POSITIVE_INFINITY, atLeast: lowest = Number.NEGATIVE_INFINITY } =
    objective;
  const [low, high] = boundsOf(measured);
  if (low >= lowest && high <= highest) return 'pass';
  return high < lowest || low > highest ? 'fail' : 'cannot tell';
}

function boundsOf(measured: Exclude<Measured, { missing: string }>): readonly [low: number, high: number] {
  return 'value' in measured
    ? [measured.value, measured.value]
    : [measured.atLeast, measured.atMost ?? Number.POSITIVE_INFINITY];
}
