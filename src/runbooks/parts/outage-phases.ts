import type { Interval } from '../../engine/step.ts';
import type { Moment } from './outage.ts';

/** Something that had to happen before users were served again, and when it did. */
export interface Milestone {
  readonly name: string;
  readonly reached: Moment | { readonly missing: string };
}

export interface Phase {
  readonly name: string;
  readonly lasted: Interval | { readonly missing: string };
}

export const spanBetween = (start: Moment, end: Moment): Interval => ({
  atLeast: start.notAfter === undefined ? 0 : positive(start.notAfter, end.notBefore),
  ...(end.notAfter !== undefined && { atMost: positive(start.notBefore, end.notAfter) }),
});

/**
 * How long each milestone kept one waiting once those before it were reached. So the phases add up to the whole, and one whose
 * milestone came before its turn took no time. A milestone that nobody looked at is passed over: its time is part of the next phase.
 */
export function phasesOf(start: Moment, milestones: readonly Milestone[]): readonly Phase[] {
  const phases: Phase[] = [];
  let before = start;
  for (const { name, reached } of milestones) {
    if ('missing' in reached) {
      phases.push({ name, lasted: reached });
      continue;
    }
    phases.push({ name, lasted: spanBetween(before, reached) });
    before = laterOf(before, reached);
  }
  return phases;
}

/** Names of the lanes that can have come back last: one, where it is certain. A lane that is not back is later than all that are. */
export function lastBack(
  lanes: readonly { readonly name: string; readonly back: Moment }[],
): readonly string[] {
  const latest = Math.max(...lanes.map(({ back }) => back.notBefore.getTime()));
  const away = lanes.filter(({ back }) => back.notAfter === undefined);
  const candidates =
    away.length > 0
      ? away
      : lanes.filter(({ back: { notAfter } }) => notAfter !== undefined && notAfter.getTime() >= latest);
  return candidates.map(({ name }) => name);
}

const positive = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());

/** The time at which both have come. */
function laterOf(one: Moment, other: Moment): Moment {
  const notBefore = one.notBefore > other.notBefore ? one.notBefore : other.notBefore;
  if (one.notAfter === undefined || other.notAfter === undefined) return { notBefore };
  return { notBefore, notAfter: one.notAfter > other.notAfter ? one.notAfter : other.notAfter };
}
