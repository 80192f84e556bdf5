import { formatDuration, type Milliseconds, minutes } from '../duration.ts';
import type { RunEvent, RunEventOf } from '../engine/run-event.ts';
import { areBeside } from '../engine/step-path.ts';
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
  /** Of branches more than one may have failed before anybody is asked. */
  let open: readonly Pick<Decision, 'step' | 'about' | 'asked'>[] = [];
  let interruptedAt: string | undefined;
  let lastAt: string | undefined;
  let answeredAt: string | undefined;
  const begun = new Set<string>();
  const branches = new Map<string, RunEventOf<'branches-started'>['branches']>();
  const decide = (question: (typeof open)[number], at: string, choice: Decision['choice']): void => {
    decisions.push({ ...question, milliseconds: Date.parse(at) - Date.parse(question.asked), choice });
  };
  /** Of several that failed one is asked about first, and only once the others are at rest: when nothing happens any more. */
  const answer = (at: string, choice: Decision['choice'], step = open[0]?.step): void => {
    const question = open.find((each) => each.step === step);
    if (question !== undefined) decide(question, at, choice);
    open = open.filter((each) => each !== question);
  };
  const askedNow = (): void => {
    open = open.map((each) => (each.about === 'failure' ? { ...each, asked: lastAt ?? each.asked } : each));
  };
  const answerAll = (at: string, choice: Decision['choice']): void => {
    answer(at, choice);
    open = [];
  };
  for (const [index, event] of events.entries()) {
    switch (event.type) {
      case 'branches-started':
        branches.set(event.step, event.branches);
        break;
      case 'step-started': {
        if (event.kind === 'change' && !begun.has(event.step)) {
          // The question before a change stands in no event of its own: nothing else takes time between two steps, but another question.
          const before = events
            .slice(0, index)
            .findLast((each) => !('step' in each) || !areBeside(each.step, event.step, { branches }));
          const asked = [before?.at ?? event.at, answeredAt ?? ''].reduce(later);
          if (!isAtOnce(Date.parse(event.at) - Date.parse(asked))) {
            decide({ step: event.step, about: 'change', asked }, event.at, 'go on');
            answeredAt = event.at;
          }
        }
        begun.add(event.step);
        break;
      }
      case 'approval-asked':
        open = [{ step: event.step, about: 'approval', asked: event.at }];
        break;
      case 'step-failed':
        open = [
          ...open.filter(({ about }) => about === 'failure'),
          { step: event.step, about: 'failure', asked: event.at },
        ];
        break;
      case 'approval-given':
        answer(event.at, 'approved');
        break;
      case 'approval-declined':
        answer(event.at, 'declined');
        break;
      case 'failure-decided':
        askedNow();
        answer(event.at, event.choice, event.step);
        break;
      case 'run-interrupted':
        askedNow();
        interruptedAt = event.at;
        break;
      case 'run-resumed':
        answerAll(event.at, 'resume');
        break;
      case 'rollback-started':
        answerAll(event.at, 'undo');
        break;
      // Nobody was asked: a no and a refusal are answers already.
      case 'run-finished':
        open = [];
        break;
      default:
    }
    lastAt = event.at;
  }
  if (interruptedAt !== undefined) answer(interruptedAt, 'stopped');
  return decisions;
}

const later = (one: string, other: string): string => (one > other ? one : other);

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
