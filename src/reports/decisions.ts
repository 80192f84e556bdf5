import { formatDuration, type Milliseconds, minutes } from '../duration.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { countOf } from './outcome-text.ts';
import type { ScoreLine } from './scorecard.ts';
import { timeOfDay } from './times.ts';

/** A question that the run asked, and how long the answer took in virtual time. */
export interface Decision {
  readonly step: string;
  /** Approvals and changes deserve their time: only the time after failures is judged. */
  readonly about: 'approval' | 'change' | 'failure';
  readonly asked: string;
  readonly milliseconds: Milliseconds;
  /** An interruption decides nothing: the time goes on until the run is resumed or undone. `stopped` where it was neither. */
  readonly choice:
    | 'approved'
    | 'go on'
    | 'declined'
    | 'retry'
    | 'skip'
    | 'undo'
    | 'leave'
    | 'resume'
    | 'stopped';
}

export function decisionsIn(events: readonly RunEvent[]): readonly Decision[] {
  const decisions: Decision[] = [];
  let open: Pick<Decision, 'step' | 'about' | 'asked'> | undefined;
  let interruptedAt: string | undefined;
  let lastAt: string | undefined;
  const begun = new Set<string>();
  const answer = (at: string, choice: Decision['choice']): void => {
    if (open !== undefined)
      decisions.push({ ...open, milliseconds: Date.parse(at) - Date.parse(open.asked), choice });
    open = undefined;
  };
  for (const event of events) {
    switch (event.type) {
      case 'step-started': {
        // The question before a change stands in no event of its own: nothing else takes time between two steps.
        const milliseconds = Date.parse(event.at) - Date.parse(lastAt ?? event.at);
        if (event.kind === 'change' && !begun.has(event.step) && !isAtOnce(milliseconds))
          decisions.push({
            step: event.step,
            about: 'change',
            asked: lastAt ?? event.at,
            milliseconds,
            choice: 'go on',
          });
        begun.add(event.step);
        break;
      }
      case 'approval-asked':
        open = { step: event.step, about: 'approval', asked: event.at };
        break;
      case 'step-failed':
        open = { step: event.step, about: 'failure', asked: event.at };
        break;
      case 'approval-given':
        answer(event.at, 'approved');
        break;
      case 'approval-declined':
        answer(event.at, 'declined');
        break;
      case 'failure-decided':
        answer(event.at, event.choice);
        break;
      case 'run-interrupted':
        interruptedAt = event.at;
        break;
      case 'run-resumed':
        answer(event.at, 'resume');
        break;
      case 'rollback-started':
        answer(event.at, 'undo');
        break;
      // Nobody was asked: a no and a refusal are answers already.
      case 'run-finished':
        open = undefined;
        break;
      default:
    }
    lastAt = event.at;
  }
  if (interruptedAt !== undefined) answer(interruptedAt, 'stopped');
  return decisions;
}

/** Long enough to read what failed, and to look twice. */
const prompt = minutes(2);
const slow = minutes(10);

export function decisionsLine(decisions: readonly Decision[]): ScoreLine {
  const spans = decisions.map(({ milliseconds }) => milliseconds);
  const longestAfterFailure = Math.max(
    0,
    ...decisions.flatMap(({ about, milliseconds }) => (about === 'failure' ? [milliseconds] : [])),
  );
  const verdict =
    longestAfterFailure > slow ? 'wrong' : longestAfterFailure > prompt ? 'could be better' : 'good';
  return {
    about: 'decisions',
    title: 'Time to decide',
    verdict,
    fact:
      spans.length === 0
        ? 'no decision was asked for'
        : `${countOf(spans.length, 'decision')}, ${spansText(spans)}`,
    sentence:
      verdict === 'good'
        ? 'No failure waited long for an answer.'
        : `A failure waited ${formatDuration(longestAfterFailure)} for an answer, and the world went on meanwhile. Up to ${formatDuration(prompt)} is quick, more than ${formatDuration(slow)} is too long.`,
    details: decisions.map(
      ({ step, about, asked, milliseconds, choice }) =>
        `${timeOfDay(asked)} UTC, ${about} at ${step}: ${choice} ${isAtOnce(milliseconds) ? 'at once' : `after ${formatDuration(milliseconds)}`}`,
    ),
  };
}

/** As flags answer. */
const isAtOnce = (span: Milliseconds): boolean => span < 1000;

function spansText(spans: readonly Milliseconds[]): string {
  if (spans.every(isAtOnce)) return 'at once';
  const total = spans.reduce((sum, span) => sum + span, 0);
  return `the longest ${formatDuration(Math.max(...spans))}, in all ${formatDuration(total)}`;
}
