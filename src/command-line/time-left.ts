import type { Clock } from '../clock.ts';
import type { RunEvent } from '../engine/run-event.ts';
import type { RunState } from '../engine/run-state.ts';
import type { ListEntry } from '../engine/step.ts';
import type { RunKind, RunStore } from '../journal/run-directory.ts';
import { remainingText, remainingTime } from '../reports/remaining-time.ts';
import { stepTimesOf, timedEvents } from '../reports/step-times.ts';

/** What a run of this kind took before. Read when a run begins, and then no more. */
export const earlierRuns = (
  store: RunStore,
  kind: RunKind,
  itself: string,
): readonly (readonly RunEvent[])[] =>
  kind.mode === 'rehearsal'
    ? []
    : store
        .ended(kind, timedEvents)
        .filter(([first]) => first?.type === 'run-started' && first.runId !== itself);

/** Says how long a run still takes; nothing where no earlier one tells, and while it goes backwards. */
export function timeLeft(
  steps: readonly ListEntry[],
  earlier: readonly (readonly RunEvent[])[],
  clock: Clock,
): (state: RunState) => string | undefined {
  const times = stepTimesOf(earlier);
  const remaining = remainingTime(steps, times);
  return (state) =>
    times.runs === 0 || state.phase === 'rolling-back' || state.outcome !== undefined
      ? undefined
      : remainingText(remaining(state, clock.now()), times);
}
