import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { LaneLog } from '../../../src/engine/lane-log.ts';
import type { Observation, Observations } from '../../../src/engine/observation.ts';
import { lane } from '../../../src/engine/step.ts';
import { goodTime, type Moment, type Outage, outageOf } from '../../../src/runbooks/parts/outage.ts';

const begin = Date.parse('2026-03-01T03:00:00Z');
const at = (milliseconds: number) => new Date(begin + milliseconds);
const period = 1000;

/** What is so, and from when on: good and bad in turn, good at first. */
type Timeline = readonly number[];

const isGoodAt = (changes: Timeline, time: number): boolean =>
  changes.filter((change) => change <= time).length % 2 === 0;

interface Probe {
  /** From being asked to the answer. */
  readonly takes: number;
  /** At which part of that time the state is seen. */
  readonly seenAt: number;
  readonly fails: boolean;
}

interface Looked {
  readonly lane: Observations<boolean>;
  /** Times at which something was really seen, with what. */
  readonly end: number;
}

/** Looks as the engine makes them, written as the engine writes them. */
function looked(changes: Timeline, probes: readonly Probe[], nobodyLooks: readonly [number, number]): Looked {
  const looks: Observation<boolean>[] = [];
  const any = lane({ name: 'any', every: period, sees: z.boolean(), ask: async () => true });
  const log = new LaneLog(any, (look) => looks.push(look as Observation<boolean>));
  let busyUntil = 0;
  let end = 0;
  for (const [index, { takes, seenAt, fails }] of probes.entries()) {
    const slot = index * period;
    if (slot >= nobodyLooks[0] && slot < nobodyLooks[1]) continue;
    if (slot < busyUntil) {
      log.add({ asked: at(slot), answered: at(slot), looks: 1, missing: 'still under way' });
      continue;
    }
    busyUntil = slot + takes;
    const times = { asked: at(slot), answered: at(slot + takes), looks: 1 };
    if (fails) {
      log.add({ ...times, missing: 'no answer' });
      continue;
    }
    end = slot + takes * seenAt;
    log.add({ ...times, seen: isGoodAt(changes, end) });
  }
  log.close();
  return { lane: { every: period, looks }, end };
}

const ask = ({ lane }: Looked, from = 0) =>
  outageOf({ lane, from: at(from), wasGood: true, isGood: (good) => good });

const inTime: Probe = { takes: 50, seenAt: 0.5, fails: false };
const inTimeProbes = (count: number): readonly Probe[] => Array.from({ length: count }, () => inTime);
const always: readonly [number, number] = [0, 0];

const moment = (notBefore: number, notAfter?: number): Moment => ({
  notBefore: at(notBefore),
  ...(notAfter !== undefined && { notAfter: at(notAfter) }),
});

describe('an outage', () => {
  test('begins and ends between the asking of the last look before and the answer to the first look after', () => {
    expect(ask(looked([3500, 9200], inTimeProbes(20), always))).toEqual<Outage>({
      times: 1,
      began: moment(3000, 4050),
      back: moment(9000, 10_050),
      length: { atLeast: 9000 - 4050, atMost: 10_050 - 3000 },
      total: { atLeast: 9000 - 4050, atMost: 10_050 - 3000 },
    });
  });

  test('in several dips: from the first to the last, and the bad times alone', () => {
    expect(ask(looked([3500, 6200, 12_100, 15_900], inTimeProbes(20), always))).toEqual<Outage>({
      times: 2,
      began: moment(3000, 4050),
      back: moment(15_000, 16_050),
      length: { atLeast: 15_000 - 4050, atMost: 16_050 - 3000 },
      total: { atLeast: 6000 - 4050 + 15_000 - 13_050, atMost: 7050 - 3000 + 16_050 - 12_000 },
    });
  });

  test('that is not seen to end is open', () => {
    expect(ask(looked([3500], inTimeProbes(10), always))).toEqual<Outage>({
      times: 1,
      began: moment(3000, 4050),
      back: moment(9000),
      length: { atLeast: 9000 - 4050 },
      total: { atLeast: 9000 - 4050 },
    });
  });

  test('of which nothing was seen lasted two periods at most', () => {
    expect(ask(looked([], inTimeProbes(10), always))).toEqual<Outage>({
      times: 0,
      back: moment(0, 0),
      length: { atLeast: 0, atMost: 2000 },
      total: { atLeast: 0, atMost: 2000 },
    });
  });

  test('may have come and gone while nobody looked', () => {
    expect(ask(looked([5500, 17_500], inTimeProbes(30), [4000, 20_000]))).toEqual<Outage>({
      times: 0,
      back: moment(0, 20_050),
      length: { atLeast: 0, atMost: 20_050 - 3000 },
      total: { atLeast: 0, atMost: 20_050 - 3000 },
    });
  });

  test('of a lane that answered nothing is not known at all', () => {
    const probes = inTimeProbes(5).map((probe) => ({ ...probe, fails: true }));
    expect(ask(looked([], probes, always))).toEqual<Outage>({
      times: 0,
      back: moment(0),
      length: { atLeast: 0 },
      total: { atLeast: 0 },
    });
  });

  test('counts from the time that is asked about', () => {
    const seen = looked([1500, 5200], inTimeProbes(10), always);
    expect(ask(seen, 1700)).toMatchObject({ began: moment(1700, 2050), length: { atMost: 6050 - 1700 } });
    expect(ask(seen, 7500)).toMatchObject({ times: 0, length: { atMost: 9050 - 7500 } });
  });

  test('of something that was not so before the change is over when it is so', () => {
    const { lane } = looked([4200], inTimeProbes(10), always);
    const promoted = outageOf({ lane, from: at(500), wasGood: false, isGood: (good) => !good });
    expect(promoted).toMatchObject({ began: moment(500, 500), back: moment(4000, 5050) });
  });
});

/** A state that is over in less may go unseen. */
const shortest = 2 * period;

const anyTimeline: fc.Arbitrary<Timeline> = fc
  .array(fc.integer({ min: shortest, max: 15_000 }), { maxLength: 6 })
  .map((spans) => spans.map((_, index) => spans.slice(0, index + 1).reduce((sum, span) => sum + span, 0)));

const anyTakes = fc.integer({ min: 0, max: period });
const anyInTime = fc.record<Probe>({
  takes: anyTakes,
  seenAt: fc.double({ min: 0, max: 1, noNaN: true }),
  fails: fc.constant(false),
});
const anyProbe = fc.record<Probe>({
  takes: fc.oneof({ weight: 4, arbitrary: anyTakes }, fc.integer({ min: 0, max: 20 * period })),
  seenAt: fc.double({ min: 0, max: 1, noNaN: true }),
  fails: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
});
const anyGap = fc
  .tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 30_000 }))
  .map(([from, span]): readonly [number, number] => [from, from + span]);
const some = { minLength: 5, maxLength: 80 } as const;

interface Truth {
  readonly began: number;
  /** Absent where it was bad to the end. */
  readonly back: number | undefined;
  readonly length: number;
  readonly total: number;
}

/** What really happened from `from` to the last moment at which anything was seen. */
function truthOf(changes: Timeline, from: number, end: number): Truth | undefined {
  const spells: [number, number][] = [];
  for (let index = 0; index < changes.length; index += 2) {
    const start = Math.max(changes[index] ?? 0, from);
    const stop = Math.min(changes[index + 1] ?? Number.POSITIVE_INFINITY, end);
    if (start < stop || (start <= end && start === stop && stop === end)) spells.push([start, stop]);
  }
  const [first, last] = [spells[0], spells.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    began: first[0],
    back: isGoodAt(changes, end) ? last[1] : undefined,
    length: last[1] - first[0],
    total: spells.reduce((sum, [start, stop]) => sum + stop - start, 0),
  };
}

const lies = (value: number, { atLeast, atMost = Number.POSITIVE_INFINITY }: Outage['length']) => {
  expect(value).toBeGreaterThanOrEqual(atLeast);
  expect(value).toBeLessThanOrEqual(atMost);
};

const liesAt = (time: number, { notBefore, notAfter }: Moment) => {
  expect(begin + time).toBeGreaterThanOrEqual(notBefore.getTime());
  if (notAfter !== undefined) expect(begin + time).toBeLessThanOrEqual(notAfter.getTime());
};

function holds(changes: Timeline, seen: Looked, from: number): void {
  const outage = ask(seen, from);
  const truth = truthOf(changes, from, seen.end);
  if (truth === undefined) {
    expect(outage.times).toBe(0);
    lies(0, outage.length);
    lies(0, outage.total);
    return;
  }
  lies(truth.length, outage.length);
  lies(truth.total, outage.total);
  if (outage.began !== undefined) liesAt(truth.began, outage.began);
  if (truth.back !== undefined) liesAt(truth.back, outage.back);
  else expect(outage.back.notAfter).toBeUndefined();
}

describe('the truth', () => {
  test('lies in every interval, however late, lost or left out the looks were', () => {
    fc.assert(
      fc.property(
        anyTimeline,
        fc.array(anyProbe, some),
        anyGap,
        fc.integer({ min: 0, max: 2000 }),
        (changes, probes, gap, from) => holds(changes, looked(changes, probes, gap), from),
      ),
      { numRuns: 5000 },
    );
  });

  test('is known to two periods where every look was in time', () => {
    fc.assert(
      fc.property(anyTimeline, fc.array(anyInTime, some), (changes, probes) => {
        const seen = looked(changes, probes, always);
        holds(changes, seen, 0);
        const { began, back, length } = ask(seen);
        for (const moment of [began, back]) {
          if (moment?.notAfter === undefined) continue;
          expect(moment.notAfter.getTime() - moment.notBefore.getTime()).toBeLessThanOrEqual(2 * period);
        }
        const slowest = Math.max(...probes.map(({ takes }) => takes));
        if (length.atMost !== undefined)
          expect(length.atMost - length.atLeast).toBeLessThanOrEqual(2 * (period + slowest));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a good time', () => {
  const good = (seen: boolean) => seen;

  test('is counted from the last trouble, and troubles are named', () => {
    const { goodFor, troubles } = goodTime(looked([2500, 5500], inTimeProbes(20), always).lane, good);
    expect(goodFor).toBe(19_000 - 6050);
    expect(troubles.map(({ asked, looks }) => [asked.getTime() - begin, looks])).toEqual([
      [3000, 1],
      [5000, 2],
    ]);
  });

  test('is over where looks are missing, and where nobody looked', () => {
    const lost = inTimeProbes(10).map((probe, index) => ({ ...probe, fails: index === 6 }));
    expect(goodTime(looked([], lost, always).lane, good)).toMatchObject({
      goodFor: 9000 - 7050,
      troubles: [{ missing: 'no answer' }],
    });
    expect(goodTime(looked([], inTimeProbes(10), [4000, 7000]).lane, good)).toEqual({
      goodFor: 9000 - 7050,
      troubles: [],
    });
  });

  test('is none where nothing was seen, or where it is bad now', () => {
    expect(goodTime({ every: period, looks: [] }, good).goodFor).toBe(0);
    expect(goodTime(looked([4500], inTimeProbes(10), always).lane, good).goodFor).toBe(0);
  });

  test('was good all the time that it counts', () => {
    fc.assert(
      fc.property(anyTimeline, fc.array(anyProbe, some), anyGap, (changes, probes, gap) => {
        const { lane, end } = looked(changes, probes, gap);
        const { goodFor } = goodTime(lane, good);
        if (goodFor > 0) expect(truthOf(changes, end - goodFor, end)?.total ?? 0).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});
