import type { Milliseconds } from '../../duration.ts';
import type { Observation, Observations } from '../../engine/observation.ts';
import type { AskedFor } from './failover-change.ts';
import { type Moment, outageOf } from './outage.ts';

/** The two ways to write: over a connection of its own, and over the application's pool. */
export const ways = ['fresh', 'pooled'] as const;
export type Way = (typeof ways)[number];

/** Tries of one outcome, one after the other without a gap: `ok`, the number of a MySQL error, or a word. */
export interface Row {
  readonly way: Way;
  readonly outcome: string;
  readonly first: Pick<Observation, 'asked' | 'answered'>;
  readonly last: Pick<Observation, 'asked' | 'answered'>;
  readonly tries: number;
}

export interface Printed {
  readonly rows: readonly Row[];
  /** Systems Manager keeps the first 24,000 characters: what came after them is not known. */
  readonly isCut: boolean;
}

const line =
  /^(fresh|pooled) (\w+) (\d{4}-\d\d-\d\dT[\d:.]+Z)\+(\d+) (\d{4}-\d\d-\d\dT[\d:.]+Z)\+(\d+) ([1-9]\d*)$/;

/** What is not a row of a probe is passed over; but half a row at the end says that it is not the end. */
export function rowsIn(text: string): Printed {
  const rows = text.split('\n').flatMap((each): Row[] => {
    const [, way, outcome = '', first = '', firstTook, last = '', lastTook, tries] =
      line.exec(each.trim()) ?? [];
    if (way !== 'fresh' && way !== 'pooled') return [];
    return [
      { way, outcome, first: lookAt(first, firstTook), last: lookAt(last, lastTook), tries: Number(tries) },
    ];
  });
  return { rows, isCut: text.includes('---Output truncated---') };
}

function lookAt(at: string, took: string | undefined): Row['first'] {
  const asked = new Date(at);
  return { asked, answered: new Date(asked.getTime() + Number(took)) };
}

const isOk = (outcome: string): boolean => outcome === 'ok';

/** How writes of one way fared on one node. */
export interface Fared {
  readonly tries: number;
  readonly failed: number;
  /** The outcome of the last try. */
  readonly last: string;
  /** When that was, at the earliest, by the clock of this machine. */
  readonly until: Date;
  /** Since when they work for good, by the clock of this machine. */
  readonly back: Moment;
}

export interface Probing {
  readonly asked: AskedFor;
  readonly every: Milliseconds;
  /** The most that the clock of the node can differ from that of this machine. */
  readonly skew: Milliseconds;
}

/** @returns `undefined` where nothing was tried after the failover was asked for */
export function faredIn(
  { rows, isCut }: Printed,
  way: Way,
  { asked, every, skew }: Probing,
): Fared | undefined {
  const from = moved(asked.from, -skew);
  const own = rows.filter((row) => row.way === way && row.last.asked >= from);
  const last = own.at(-1);
  if (last === undefined) return undefined;
  const lane: Observations<string> = { every, looks: own.flatMap(looksOf) };
  const { back } = outageOf({ lane, from, wasGood: true, isGood: isOk });
  return {
    tries: own.reduce((sum, { tries }) => sum + tries, 0),
    failed: own.reduce((sum, { outcome, tries }) => sum + (isOk(outcome) ? 0 : tries), 0),
    last: last.outcome,
    until: moved(last.last.asked, -skew),
    back: {
      notBefore: moved(back.notBefore, -skew),
      ...(back.notAfter !== undefined && !isCut && { notAfter: moved(back.notAfter, skew) }),
    },
  };
}

/** The first and the last try; the row vouches for those in between. */
const looksOf = ({ outcome, first, last, tries }: Row): Observation<string>[] => [
  { ...first, looks: 1, seen: outcome },
  ...(tries > 1 ? [{ ...last, looks: tries - 1, seen: outcome }] : []),
];

const moved = (at: Date, by: Milliseconds): Date => new Date(at.getTime() + by);

/** When all of them were back. */
export function allBack(moments: readonly Moment[]): Moment {
  const latest = (times: readonly Date[]) => new Date(Math.max(...times.map(Number)));
  const ends = moments.flatMap(({ notAfter }) => notAfter ?? []);
  return {
    notBefore: latest(moments.map(({ notBefore }) => notBefore)),
    ...(ends.length === moments.length && { notAfter: latest(ends) }),
  };
}
