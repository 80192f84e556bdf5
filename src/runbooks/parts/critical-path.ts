import type { Milliseconds } from '../../duration.ts';

/** Something that takes time, and what must be over before it can begin. */
export interface Phase {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  /** Names of phases. */
  readonly after: readonly string[];
}

export interface PathLink {
  readonly name: string;
  /** By how much the whole would have been shorter without it, with nothing else in its place. */
  readonly took: Milliseconds;
  /** Of the whole, from 0 to 1. */
  readonly share: number;
}

/** What nobody's phase accounts for: a question that was not answered, a process that had stopped. */
export const between = 'between the phases';

/**
 * The phases that decided when all was over: back from the one that ended last, each time over the one that it had to wait for longest.
 * The times of all links add up to the whole.
 */
export function criticalPath(phases: readonly Phase[], begun: Date, ended: Date): readonly PathLink[] {
  const whole = ended.getTime() - begun.getTime();
  const links: { name: string; took: Milliseconds }[] = [];
  let until = ended.getTime();
  let next = latest(phases);
  while (next !== undefined) {
    const phase: Phase = next;
    const to = Math.min(phase.to.getTime(), until);
    if (until > to) links.unshift({ name: between, took: until - to });
    const before = latest(phases.filter(({ name }) => phase.after.includes(name)));
    // One that began while what it waits for was not over was not held up by that any longer.
    const from = Math.max(phase.from.getTime(), before?.to.getTime() ?? 0, begun.getTime());
    links.unshift({ name: phase.name, took: Math.max(0, to - from) });
    until = Math.min(from, to);
    next = before;
  }
  if (until > begun.getTime()) links.unshift({ name: between, took: until - begun.getTime() });
  return links
    .filter(({ took }) => took > 0)
    .map((link) => ({ ...link, share: whole > 0 ? link.took / whole : 0 }));
}

const latest = (phases: readonly Phase[]): Phase | undefined =>
  phases.toSorted((one, other) => one.to.getTime() - other.to.getTime()).at(-1);
