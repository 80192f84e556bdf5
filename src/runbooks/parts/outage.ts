import type { Milliseconds } from '../../duration.ts';
import { isUnbroken, longestBetween, type Observation, type Observations } from '../../engine/observation.ts';
import type { Interval } from '../../engine/step.ts';

/** A time that is known no better than that. Without `notAfter` it was not seen to come. */
export interface Moment {
  readonly notBefore: Date;
  readonly notAfter?: Date;
}

/** A lane, and what it is asked. */
export interface Question<Seen> {
  readonly lane: Observations<Seen>;
  /** Just before the change was asked for: what was earlier is none of its consequences. */
  readonly from: Date;
  /** How it was then, as the checks before the change found it. */
  readonly wasGood: boolean;
  isGood(seen: Seen): boolean;
}

export interface Outage {
  /** How often it was seen to go bad. None may still hide an outage where nobody looked. */
  readonly times: number;
  /** Absent where nothing bad was seen. */
  readonly began?: Moment;
  /** Since when it is good for good. */
  readonly back: Moment;
  /** From the first bad moment to the last one. */
  readonly length: Interval;
  /** The bad times alone, without the good ones in between. */
  readonly total: Interval;
}

/** A point in time at which the state is known to lie between two times. */
interface Sighting {
  readonly asked: Milliseconds;
  readonly answered: Milliseconds;
  readonly isGood: boolean;
}

interface Link {
  readonly before: Sighting;
  readonly after: Sighting;
  readonly unbroken: boolean;
}

/**
 * What the observations of a lane prove about an outage. Whatever they leave open widens the intervals: a change lies somewhere
 * between the asking of the last look before it and the answer to the first look after it, and where looks are missing or late, an
 * outage may have come and gone. While every look is in time, only what is over within two periods may go unseen.
 */
export function outageOf<Seen>(question: Question<Seen>): Outage {
  const begin = sightingAt(question);
  const links = linksFrom(begin, question);
  const last = links.at(-1)?.after;
  const bad = [begin, ...links.map(({ after }) => after)].filter(({ isGood }) => !isGood);
  const doubtful = links.filter(isDoubtful);
  const [firstBad, lastBad] = [bad[0], bad.at(-1)];
  const from = (doubtful[0]?.before ?? begin).asked;
  const least =
    firstBad === undefined || lastBad === undefined ? 0 : spanOf(firstBad.answered, lastBad.asked);
  const times = timesBad(begin, links);
  const began =
    firstBad === undefined
      ? {}
      : { began: { notBefore: new Date(from), notAfter: new Date(firstBad.answered) } };
  const back = (lastBad ?? begin).asked;
  if (last === undefined || !last.isGood) {
    return {
      times,
      ...began,
      back: { notBefore: new Date(back) },
      length: { atLeast: least },
      total: { atLeast: badFor(links) },
    };
  }
  const until = doubtful.at(-1)?.after.answered ?? begin.answered;
  const unseen = Math.min(
    longestBetween(question.lane.every),
    Math.max(...links.map(({ before, after }) => spanOf(before.asked, after.answered))),
  );
  const isCalm = doubtful.length === 0;
  return {
    times,
    ...began,
    back: { notBefore: new Date(back), notAfter: new Date(until) },
    length: { atLeast: least, atMost: isCalm ? unseen : spanOf(from, until) },
    total: { atLeast: badFor(links), atMost: isCalm ? unseen : timeCovered(doubtful) },
  };
}

export interface GoodTime {
  /** How long every look saw it good, up to the last one, without a gap. */
  readonly goodFor: Milliseconds;
  /** Looks that saw it bad, or saw nothing. */
  readonly troubles: readonly Observation[];
}

/** For a baseline, which wants no trouble at all, and for "good for some time now", which asks only how long. */
export function goodTime<Seen>(
  { looks, every }: Observations<Seen>,
  isGood: (seen: Seen) => boolean,
): GoodTime {
  const isFine = (look: Observation<Seen>) => !('missing' in look) && isGood(look.seen);
  let since: Observation<Seen> | undefined;
  let before: Observation<Seen> | undefined;
  for (const look of looks) {
    if (!isFine(look)) since = undefined;
    else if (since === undefined || before === undefined || !isUnbroken(before, look, every)) since = look;
    before = look;
  }
  return {
    goodFor:
      since === undefined || before === undefined
        ? 0
        : spanOf(since.answered.getTime(), before.asked.getTime()),
    troubles: looks.filter((look) => !isFine(look)),
  };
}

const sightingAt = ({ from, wasGood }: Pick<Question<unknown>, 'from' | 'wasGood'>): Sighting => ({
  asked: from.getTime(),
  answered: from.getTime(),
  isGood: wasGood,
});

function linksFrom<Seen>(begin: Sighting, { lane, from, isGood }: Question<Seen>): readonly Link[] {
  const links: Link[] = [];
  let before = begin;
  for (const look of lane.looks) {
    if ('missing' in look || look.asked < from) continue;
    const after = {
      asked: look.asked.getTime(),
      answered: look.answered.getTime(),
      isGood: isGood(look.seen),
    };
    const unbroken = isUnbroken({ asked: new Date(before.asked) }, look, lane.every);
    links.push({ before, after, unbroken });
    before = after;
  }
  return links;
}

const isDoubtful = ({ before, after, unbroken }: Link): boolean =>
  !(before.isGood && after.isGood && unbroken);

const spanOf = (from: Milliseconds, to: Milliseconds): Milliseconds => Math.max(0, to - from);

const timesBad = (begin: Sighting, links: readonly Link[]): number =>
  links.filter(({ before, after }) => before.isGood && !after.isGood).length + (begin.isGood ? 0 : 1);

/** The time in which it was bad for certain: between looks that saw it bad, one after the other without a gap. */
function badFor(links: readonly Link[]): Milliseconds {
  let total = 0;
  let since: Milliseconds | undefined;
  for (const { before, after, unbroken } of links) {
    if (before.isGood || after.isGood || !unbroken) {
      since = undefined;
      continue;
    }
    const from = since ?? before.answered;
    total += spanOf(from, after.asked) - spanOf(from, before.asked);
    since = from;
  }
  return total;
}

/** Links overlap where a look took time. */
function timeCovered(links: readonly Link[]): Milliseconds {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { before, after } of links) {
    total += spanOf(Math.max(before.asked, until), after.answered);
    until = after.answered;
  }
  return total;
}
