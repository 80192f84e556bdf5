import type { Milliseconds } from '../duration.ts';
import type { Observation, Observations } from '../engine/observation.ts';
import type { RunState } from '../engine/run-state.ts';

/** What an observing step saw of one thing that it looked at again and again. */
export interface LaneReport {
  readonly step: string;
  readonly lane: string;
  readonly every: Milliseconds;
  readonly looks: number;
  /** Looks that saw nothing: failed, or not made in time. */
  readonly missed: number;
  /** Why it was not looked at. */
  readonly notObserved?: string;
  readonly spells: readonly SpellReport[];
}

/** Looks one after the other that saw the same, or that saw nothing for the same reason. */
export interface SpellReport {
  /** When the first of them was asked for. */
  readonly from: string;
  /** When the last of them was answered. */
  readonly to: string;
  readonly looks: number;
  readonly seen?: unknown;
  readonly missing?: string;
}

export const laneReports = ({ observations }: RunState): readonly LaneReport[] =>
  [...observations].flatMap(([step, lanes]) =>
    [...lanes].map(([lane, observed]) => laneReport(step, lane, observed)),
  );

function laneReport(step: string, lane: string, { every, looks, notObserved }: Observations): LaneReport {
  return {
    step,
    lane,
    every,
    looks: looksIn(looks),
    missed: looksIn(looks.filter((look) => 'missing' in look)),
    ...(notObserved !== undefined && { notObserved }),
    spells: spellsOf(looks),
  };
}

const looksIn = (observations: readonly Observation[]): number =>
  observations.reduce((sum, { looks }) => sum + looks, 0);

function spellsOf(observations: readonly Observation[]): readonly SpellReport[] {
  const spells: SpellReport[] = [];
  for (const { asked, answered, looks, ...what } of observations) {
    const before = spells.at(-1);
    const goesOn = before !== undefined && sameAs(before, what);
    if (goesOn) spells.pop();
    spells.push({
      from: goesOn ? before.from : asked.toISOString(),
      to: answered.toISOString(),
      looks: looks + (goesOn ? before.looks : 0),
      ...what,
    });
  }
  return spells;
}

type What = Pick<SpellReport, 'seen' | 'missing'>;

const sameAs = (one: What, other: What): boolean =>
  one.missing === other.missing && JSON.stringify(one.seen) === JSON.stringify(other.seen);
