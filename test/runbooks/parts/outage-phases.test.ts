import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Moment } from '../../../src/runbooks/parts/outage.ts';
import { lastBack, phasesOf } from '../../../src/runbooks/parts/outage-phases.ts';

const begin = Date.parse('2026-03-01T03:00:00Z');
const moment = (notBefore: number, notAfter?: number): Moment => ({
  notBefore: new Date(begin + notBefore),
  ...(notAfter !== undefined && { notAfter: new Date(begin + notAfter) }),
});

describe('phases', () => {
  test('last from one milestone to the next', () => {
    const phases = phasesOf(moment(0, 200), [
      { name: 'detect', reached: moment(4000, 5000) },
      { name: 'promote', reached: moment(9000, 11_000) },
    ]);
    expect(phases).toEqual([
      { name: 'detect', lasted: { atLeast: 3800, atMost: 5000 } },
      { name: 'promote', lasted: { atLeast: 4000, atMost: 7000 } },
    ]);
  });

  test('took no time where the milestone was reached before its turn', () => {
    const phases = phasesOf(moment(0, 0), [
      { name: 'promote', reached: moment(9000, 11_000) },
      { name: 'DNS', reached: moment(6000, 7000) },
      { name: 'healthy', reached: moment(20_000, 20_000) },
    ]);
    expect(phases.slice(1)).toEqual([
      { name: 'DNS', lasted: { atLeast: 0, atMost: 0 } },
      { name: 'healthy', lasted: { atLeast: 9000, atMost: 11_000 } },
    ]);
  });

  test('are part of the next one where nobody looked, and open where the end was not seen', () => {
    const phases = phasesOf(moment(0, 0), [
      { name: 'DNS', reached: { missing: 'the endpoint is not configured' } },
      { name: 'reconnect', reached: moment(8000) },
      { name: 'healthy', reached: moment(9000, 12_000) },
    ]);
    expect(phases).toEqual([
      { name: 'DNS', lasted: { missing: 'the endpoint is not configured' } },
      { name: 'reconnect', lasted: { atLeast: 8000 } },
      { name: 'healthy', lasted: { atLeast: 0, atMost: 4000 } },
    ]);
  });

  test('hold the truth, and the truth of all adds up to the whole', () => {
    const anyTruth = fc.record({
      time: fc.integer({ min: 0, max: 60_000 }),
      before: fc.integer({ min: 0, max: 5000 }),
      after: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    });
    const momentOf = ({ time, before, after }: { time: number; before: number; after: number | undefined }) =>
      moment(time - before, after === undefined ? undefined : time + after);
    fc.assert(
      fc.property(anyTruth, fc.array(anyTruth, { minLength: 1, maxLength: 6 }), (start, truths) => {
        const phases = phasesOf(
          momentOf(start),
          truths.map((truth, index) => ({ name: String(index), reached: momentOf(truth) })),
        );
        let reached = start.time;
        for (const [index, { lasted }] of phases.entries()) {
          const next = Math.max(reached, truths[index]?.time ?? 0);
          if ('missing' in lasted) throw new Error('Nothing is missing here');
          expect(next - reached).toBeGreaterThanOrEqual(lasted.atLeast);
          expect(next - reached).toBeLessThanOrEqual(lasted.atMost ?? Number.POSITIVE_INFINITY);
          reached = next;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('which lane came back last', () => {
  const lane = (name: string, ...times: [number, number?]) => ({ name, back: moment(...times) });

  test.each([
    ['one, where it is certain', [lane('db', 0, 1000), lane('app', 1500, 2500)], ['app']],
    [
      'all that it can be',
      [lane('db', 0, 2000), lane('app', 1500, 2500), lane('dns', 0, 1000)],
      ['db', 'app'],
    ],
    ['what is not back at all', [lane('db', 0, 9000), lane('app', 1500)], ['app']],
    ['none of none', [], []],
  ])('%s', (_, lanes, expected) => {
    expect(lastBack(lanes)).toEqual(expected);
  });

  test('is among those named', () => {
    const anyLane = fc.record({
      time: fc.integer({ min: 0, max: 9000 }),
      before: fc.integer({ min: 0, max: 3000 }),
      after: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(anyLane, { minLength: 1, maxLength: 6 }), (lanes) => {
        const named = lastBack(
          lanes.map(({ time, before, after }, index) => lane(String(index), time - before, time + after)),
        );
        const last = Math.max(...lanes.map(({ time }) => time));
        for (const [index, { time }] of lanes.entries()) {
          if (time === last) expect(named).toContain(String(index));
        }
      }),
    );
  });
});
