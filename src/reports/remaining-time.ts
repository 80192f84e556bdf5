import { formatDuration, type Milliseconds, minutes } from '../duration.ts';
import type { RunState, StepState } from '../engine/run-state.ts';
import type { ListEntry } from '../engine/step.ts';
import { itemScope, listsIn, pathOf } from '../engine/step-path.ts';
import { countOf } from './outcome-text.ts';
import type { StepTimes } from './step-times.ts';

/** How long the rest of a run takes if it goes as earlier ones did. */
export interface Remaining {
  /** Without what is not known, and without approvals: those take as long as people do. */
  readonly milliseconds: Milliseconds;
  /** Steps, and lists of which the items are not known, that no earlier run timed. */
  readonly unknown: number;
  /** A step under way has taken longer than it usually does. */
  readonly overdue: boolean;
}

/** Branches count as the one that takes longest, a `forEach` by its items once they are known. */
export function remainingTime(
  list: readonly ListEntry[],
  times: StepTimes,
): (state: RunState, now: Date) => Remaining {
  /** Asked ten times a second: steps of items are not made anew each time. */
  const listsOfItems = new Map<string, readonly ItemList[]>();

  function itemLists(entry: ListEntry, path: string, state: RunState): readonly ItemList[] {
    const known =
      listsOfItems.get(path) ??
      listsIn(entry, path, state).map(({ scope, steps }) => ({ scope, steps: steps() }));
    listsOfItems.set(path, known);
    return known;
  }

  return (state, now) => {
    const ofList = (entries: readonly ListEntry[], scope: string, pattern: string): Remaining =>
      entries
        .map((entry) => ofEntry(entry, pathOf(scope, entry.id), pathOf(pattern, entry.id)))
        .reduce(inTurn, nothing);

    function ofEntry(entry: ListEntry, path: string, pattern: string): Remaining {
      switch (entry.kind) {
        case 'approve':
          return nothing;
        case 'for-each':
          if (!state.items.has(path)) return estimated(times.list(path, pattern));
          return itemLists(entry, path, state)
            .map(({ scope, steps }) => ofList(steps, scope, `${pattern}/*`))
            .reduce(inTurn, nothing);
        case 'together':
          return entry.branches
            .map(({ id, steps }) => ofList(steps, itemScope(path, id), itemScope(pattern, id)))
            .reduce(atOnce, nothing);
        default:
          return ofStep(state.steps.get(path), times.step(path, pattern), now);
      }
    }

    return ofList(list, '', '');
  };
}

interface ItemList {
  readonly scope: string;
  readonly steps: readonly ListEntry[];
}

const nothing: Remaining = { milliseconds: 0, unknown: 0, overdue: false };

function ofStep(step: StepState | undefined, usual: Milliseconds | undefined, now: Date): Remaining {
  // What failed is tried again, or somebody says that it need not be.
  if (step === undefined || step.status === 'failed') return estimated(usual);
  if (step.status !== 'started') return nothing;
  if (usual === undefined) return estimated(usual);
  const left = usual - (now.getTime() - Date.parse(step.startedAt));
  return { milliseconds: Math.max(0, left), unknown: 0, overdue: left < 0 };
}

const estimated = (usual: Milliseconds | undefined): Remaining =>
  usual === undefined ? { ...nothing, unknown: 1 } : { ...nothing, milliseconds: usual };

const inTurn = (one: Remaining, other: Remaining): Remaining => ({
  ...atOnce(one, other),
  milliseconds: one.milliseconds + other.milliseconds,
});

const atOnce = (one: Remaining, other: Remaining): Remaining => ({
  milliseconds: Math.max(one.milliseconds, other.milliseconds),
  unknown: one.unknown + other.unknown,
  overdue: one.overdue || other.overdue,
});

/** `about 34m left, from 3 runs`. What is not known is said to be. */
export function remainingText({ milliseconds, unknown, overdue }: Remaining, { runs }: StepTimes): string {
  const from = `from ${countOf(runs, 'run')}`;
  const known =
    milliseconds < minutes(1) ? undefined : formatDuration(Math.ceil(milliseconds / minutes(1)) * minutes(1));
  const doubts = [
    ...(unknown === 0 ? [] : [`${countOf(unknown, 'step')} ${unknown === 1 ? 'was' : 'were'} never timed`]),
    ...(overdue ? ['a step takes longer than usual'] : []),
  ].join(', ');
  if (doubts === '')
    return known === undefined ? `less than 1m left, ${from}` : `about ${known} left, ${from}`;
  return known === undefined
    ? `no telling how long it still takes, ${from}: ${doubts}`
    : `at least ${known} left, ${from}; ${doubts}`;
}
