import type { Milliseconds } from '../duration.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { stateOf } from '../engine/run-state.ts';
import { type Decision, decisionsIn, decisionsLine } from './decisions.ts';
import { downtimeLine, type OutageReport, outagesIn } from './outages.ts';
import {
  byHandLine,
  changesLine,
  debtsLine,
  outcomeLine,
  retriesLine,
  skipsLine,
  undoneLine,
} from './score-lines.ts';

/** What really happened in a sandbox, whatever the run saw of it. Times are virtual. */
export interface Truth {
  readonly now: Date;
  /** Oldest first; one without `to` is not over. */
  readonly outages: readonly Outage[];
  readonly requests: number;
  readonly failedRequests: number;
  /** Of everybody, oldest first. */
  readonly calls: readonly TrueCall[];
}

export interface Outage {
  readonly application: string;
  readonly from: Date;
  readonly to?: Date | undefined;
  /** `unavailable`, `requests-failing` or `writes-failing`. */
  readonly what: string;
}

export interface TrueCall {
  readonly by: string;
  readonly service: string;
  readonly operation: string;
  readonly at: Date;
  readonly error?: string | undefined;
}

/** What the exercise's scenario says about itself. */
export interface ExerciseFacts {
  readonly id: string;
  readonly title: string;
  readonly story: string;
  /** Calls that others make. */
  readonly during?: readonly { readonly by: string }[];
  readonly good?: GoodConduct | undefined;
}

export interface GoodConduct {
  readonly outcomes: readonly string[];
  readonly downtime: Milliseconds;
  readonly changes?: readonly string[] | undefined;
  readonly skips: readonly string[];
  readonly advice: readonly string[];
}

/** From best to worst. */
export const verdicts = ['good', 'could be better', 'wrong'] as const;

export type Verdict = (typeof verdicts)[number];

/** One thing that is judged. */
export interface ScoreLine {
  readonly about:
    | 'outcome'
    | 'downtime'
    | 'changes'
    | 'undone'
    | 'by-hand'
    | 'skips'
    | 'decisions'
    | 'retries'
    | 'debts';
  readonly title: string;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly fact: string;
  /** What it means. */
  readonly sentence: string;
  /** The single things that the fact counts. */
  readonly details: readonly string[];
}

/**
 * How an exercise went, from the run's journal and the world's truth. Plain JSON, as the run's report: times are ISO 8601, spans are
 * milliseconds. Members are added, never renamed, while `version` stays the same.
 */
export interface Scorecard {
  readonly version: 1;
  readonly scenario: string;
  readonly title: string;
  readonly runId: string;
  /** Until when the run is judged. */
  readonly until: string;
  /** As good as the worst line. */
  readonly result: Verdict;
  /** The run ended as it should in this scenario: exit code 0. */
  readonly solved: boolean;
  readonly outcome?: Outcome;
  readonly lines: readonly ScoreLine[];
  readonly outages: readonly OutageReport[];
  readonly requests: number;
  readonly failedRequests: number;
  readonly decisions: readonly Decision[];
  /** What really happened. */
  readonly story: string;
  readonly advice: readonly string[];
}

/** Without a word from the scenario, a run has to succeed and to cost nothing. */
const usual: GoodConduct = { outcomes: ['succeeded'], downtime: 0, skips: [], advice: [] };

export function scorecardOf(events: readonly RunEvent[], truth: Truth, exercise: ExerciseFacts): Scorecard {
  const state = stateOf(events);
  const { started, outcome, lastAt } = state;
  const good = exercise.good ?? usual;
  const outages = outagesIn(truth, new Date(started.at));
  const decisions = decisionsIn(events);
  const lines = [
    outcomeLine(outcome, good),
    downtimeLine(outages, truth, good),
    changesLine(events, good),
    undoneLine(events, good),
    byHandLine(events, truth, exercise),
    skipsLine(events, good),
    decisionsLine(decisions),
    retriesLine(events),
    debtsLine(state, good),
  ];
  return {
    version: 1,
    scenario: exercise.id,
    title: exercise.title,
    runId: started.runId,
    until: lastAt,
    result: worstOf(lines),
    solved: outcome !== undefined && good.outcomes.includes(outcome),
    ...(outcome !== undefined && { outcome }),
    lines,
    outages,
    requests: truth.requests,
    failedRequests: truth.failedRequests,
    decisions,
    story: exercise.story,
    advice: good.advice,
  };
}

const worstOf = (lines: readonly ScoreLine[]): Verdict =>
  verdicts.findLast((verdict) => lines.some((line) => line.verdict === verdict)) ?? 'good';
