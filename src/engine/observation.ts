import type * as z from 'zod';
import type { Milliseconds } from '../duration.ts';
import type { ReadContext } from './context.ts';

/** Something that is looked at again and again, on a schedule of its own. */
export interface Lane<Seen = unknown> {
  /** As reports show it. Unique in its step, and like an id: journals name it. */
  readonly name: string;
  readonly every: Milliseconds;
  /** What is seen, in few and steady words: an observation that equals the one before costs the journal next to nothing. */
  readonly sees: z.ZodType<Seen>;
  /** Why this environment has no such lane: what to configure. Without a reason the lane is observed. */
  notObserved?(context: ReadContext): string | undefined;
  /** Reads only. Throws an `OperatorError` where nothing can be seen: that look is missing then, and the others go on. */
  ask(context: ReadContext): Promise<Seen>;
}

/** What was seen held at some moment between the two times. Nobody knows at which. */
export type Observation<Seen = unknown> = {
  readonly asked: Date;
  readonly answered: Date;
  /** This one and those between it and the observation before it: all in time, and all the same. The times are those of the last. */
  readonly looks: number;
} & ({ readonly seen: Seen } | { readonly missing: string });

export interface Observations<Seen = unknown> {
  readonly every: Milliseconds;
  readonly notObserved?: string;
  /** Oldest first. */
  readonly looks: readonly Observation<Seen>[];
}

/** Looks that are made and answered within their periods see something at least this often. */
export const longestBetween = (every: Milliseconds): Milliseconds => 2 * every;

/**
 * Whether a lane was watched without a gap between two of its observations, which lie between the asking of the one and the answer to
 * the other. What lasts for two periods cannot have come and gone unseen then.
 */
export const isUnbroken = (
  before: Pick<Observation, 'asked'>,
  next: Observation,
  every: Milliseconds,
): boolean => next.looks > 1 || next.answered.getTime() - before.asked.getTime() <= longestBetween(every);

export const readObservations = <Seen>(
  { looks, ...lane }: Observations,
  { sees }: Lane<Seen>,
): Observations<Seen> => ({
  ...lane,
  looks: looks.map((look) => ('missing' in look ? look : { ...look, seen: sees.parse(look.seen) })),
});

export const neverObserved = ({ every }: Lane): Observations<never> => ({
  every,
  notObserved: 'it was never looked at in this run',
  looks: [],
});
