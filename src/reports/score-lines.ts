import type { Outcome } from '../engine/outcome.ts';
import type { RunEvent, RunEventOf } from '../engine/run-event.ts';
import { debtsOf, type RunState } from '../engine/run-state.ts';
import { countOf } from './outcome-text.ts';
import type { ExerciseFacts, GoodConduct, ScoreLine, Truth } from './scorecard.ts';

export function outcomeLine(outcome: Outcome | undefined, { outcomes }: GoodConduct): ScoreLine {
  const isRight = outcome !== undefined && outcomes.includes(outcome);
  return {
    about: 'outcome',
    title: 'Outcome',
    verdict: isRight ? 'good' : 'wrong',
    fact: outcome ?? 'no end',
    sentence: isRight
      ? 'That is how it should end here.'
      : `Right would have been here: ${outcomes.join(' or ')}.`,
    details: [],
  };
}

/** What an undo writes is judged by whether undoing was right. */
export function changesLine(events: readonly RunEvent[], { changes }: GoodConduct): ScoreLine {
  const writes = acceptedWrites(events).filter(({ phase }) => phase === 'apply');
  const unneeded = writes.filter(({ operation }) => changes !== undefined && !changes.includes(operation));
  return {
    about: 'changes',
    title: 'Unneeded changes',
    verdict: unneeded.length === 0 ? 'good' : 'wrong',
    fact:
      unneeded.length === 0
        ? writes.length === 0
          ? 'none'
          : `none of ${countOf(writes.length, 'write')}`
        : `${unneeded.length} of ${countOf(writes.length, 'write')}`,
    sentence:
      writes.length === 0
        ? 'Nothing was written.'
        : changes === undefined
          ? 'The scenario names no writes: those of the procedure are taken for needed.'
          : unneeded.length === 0
            ? 'Every write was one that this scenario needs.'
            : `A good operator writes nothing here but ${changes.join(', ')}.`,
    details: unneeded.map(({ service, operation, step }) => `${service}:${operation} by ${step}`),
  };
}

/** Undoing is right where the run may end rolled back, whether it came to that or not, and work for nothing elsewhere. */
export function undoneLine(events: readonly RunEvent[], { outcomes }: GoodConduct): ScoreLine {
  // What a procedure itself takes away again, such as a restore that was only a test, is undone while the run goes forwards.
  const rollback = events.findIndex(({ type }) => type === 'rollback-started');
  const undone = events
    .slice(rollback === -1 ? events.length : rollback)
    .filter(
      (event): event is RunEventOf<'undone'> => event.type === 'undone' && event.how !== 'was-never-applied',
    );
  const isRight = undone.length === 0 || outcomes.includes('rolled-back');
  return {
    about: 'undone',
    title: 'Made and undone',
    verdict: isRight ? 'good' : 'could be better',
    fact: undone.length === 0 ? 'nothing' : countOf(undone.length, 'change'),
    sentence:
      undone.length === 0
        ? 'No change was taken back.'
        : isRight
          ? 'Taking it back was right here.'
          : 'It did not have to be taken back here: each of these changed production twice for nothing.',
    details: undone.map(({ step }) => step),
  };
}

const reading = /^(Describe|Get|List|Lookup|Head|Simulate|BatchGet|Search|Query|Scan|Filter)/;

/** Writes that AWS accepted and the run did not make, by whoever made those of the run. */
export function byHandLine(
  events: readonly RunEvent[],
  { calls }: Truth,
  { during = [] }: ExerciseFacts,
): ScoreLine {
  const others = new Set(during.map(({ by }) => by));
  const begin = Date.parse(events[0]?.at ?? '');
  const byRun = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'aws-called') continue;
    byRun.set(event.operation, (byRun.get(event.operation) ?? 0) + event.attempts);
  }
  const trainees = new Set(
    calls.filter(({ by, operation }) => byRun.has(operation) && !others.has(by)).map(({ by }) => by),
  );
  const byHand = calls
    .filter(
      ({ by, at, operation, error }) =>
        trainees.has(by) && at.getTime() >= begin && error === undefined && !reading.test(operation),
    )
    .filter(({ operation }) => {
      const left = (byRun.get(operation) ?? 0) - 1;
      byRun.set(operation, left);
      return left < 0;
    });
  return {
    about: 'by-hand',
    title: 'Changes by hand',
    verdict: byHand.length === 0 ? 'good' : 'could be better',
    fact: byHand.length === 0 ? 'none' : countOf(byHand.length, 'write'),
    sentence:
      byHand.length === 0
        ? 'The journal holds everything that you changed.'
        : 'No journal holds these, and no rollback undoes them.',
    details: byHand.map(
      ({ service, operation, at }) => `${at.toISOString().slice(11, 19)} UTC, ${service}:${operation}`,
    ),
  };
}

export function skipsLine(events: readonly RunEvent[], { skips: allowed }: GoodConduct): ScoreLine {
  const skips = events.filter((event) => event.type === 'step-skipped');
  const isAllowed = (path: string): boolean =>
    allowed.some((name) => name === path || name === path.split('/').at(-1));
  const wrong = skips.filter(({ step }) => !isAllowed(step));
  return {
    about: 'skips',
    title: 'Steps skipped',
    verdict: wrong.length === 0 ? 'good' : 'wrong',
    fact: skips.length === 0 ? 'none' : countOf(skips.length, 'step'),
    sentence:
      skips.length === 0
        ? 'Every step was carried out or failed openly.'
        : wrong.length === 0
          ? 'These may be skipped here.'
          : `${wrong.map(({ step }) => step).join(', ')} had to hold here: whoever goes on without it does not see where.`,
    details: skips.map(({ step, reason }) => `${step}: ${reason}`),
  };
}

/** A second failure with the same code is one that trying again could not help. */
export function retriesLine(events: readonly RunEvent[]): ScoreLine {
  const futile: { readonly step: string; readonly code: string }[] = [];
  const lastCode = new Map<string, string>();
  const retried = new Set<string>();
  for (const event of events) {
    if (event.type === 'failure-decided' && event.choice === 'retry') retried.add(event.step);
    if (event.type !== 'step-failed') continue;
    const { step, error } = event;
    if (retried.has(step) && lastCode.get(step) === error.code) futile.push({ step, code: error.code });
    retried.delete(step);
    lastCode.set(step, error.code);
  }
  return {
    about: 'retries',
    title: 'Retries that could not help',
    verdict: futile.length === 0 ? 'good' : futile.length === 1 ? 'could be better' : 'wrong',
    fact: futile.length === 0 ? 'none' : String(futile.length),
    sentence:
      futile.length === 0
        ? 'Nothing was tried again in vain.'
        : 'What failed the same way before fails again until its cause is gone: look first.',
    details: futile.map(({ step, code }) => `${step}: ${code} again`),
  };
}

/** What a run that succeeded changed is as it should be. */
export function debtsLine(state: RunState, { outcomes }: GoodConduct): ScoreLine {
  const debts = state.outcome === 'succeeded' ? [] : debtsOf(state);
  const isRight = debts.length === 0 || (state.outcome !== undefined && outcomes.includes(state.outcome));
  return {
    about: 'debts',
    title: 'Debts left',
    verdict: isRight ? 'good' : 'wrong',
    fact: debts.length === 0 ? 'none' : `${countOf(debts.length, 'change')} still in place`,
    sentence:
      debts.length === 0
        ? 'Nothing half-done is left behind.'
        : isRight
          ? 'Leaving it in place is right here. Somebody has to know of it.'
          : 'The run failed and what it changed is still in place: undo it, or hand it over in so many words.',
    details: debts.map(({ title, path }) => `${title} (${path})`),
  };
}

const acceptedWrites = (events: readonly RunEvent[]): readonly RunEventOf<'aws-called'>[] =>
  events.filter(
    (event): event is RunEventOf<'aws-called'> =>
      event.type === 'aws-called' && event.write && event.error === undefined,
  );
