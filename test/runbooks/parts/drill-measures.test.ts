import { expect, test } from 'vitest';
import { beaconTime, lossOf, pathText } from '../../../src/runbooks/parts/drill-measures.ts';
import { skewOf } from '../../../src/runbooks/parts/recovery-set.ts';

const declared = '2026-03-02T02:00:00.000Z';
const at = (time: string) => `2026-03-02T${time}.000Z`;
const minutes = (count: number) => count * 60_000;

test('what is lost lies between the end of the backup and its beginning', () => {
  expect(lossOf({ from: at('01:00:00') }, declared)).toEqual({ atLeast: 0, atMost: minutes(60) });
  expect(lossOf({ from: at('01:00:00'), until: at('01:20:00') }, declared)).toEqual({
    atLeast: minutes(40),
    atMost: minutes(60),
  });
});

test('a beacon that was read proves that all before it is there', () => {
  const backup = { from: at('01:00:00'), until: at('01:20:00') };
  expect(lossOf(backup, declared, new Date(at('01:15:00')))).toEqual({
    atLeast: minutes(40),
    atMost: minutes(45),
  });
  expect(lossOf(backup, declared, new Date('2026-01-01T00:00:00Z'))).toEqual(lossOf(backup, declared));
});

test('nothing is lost of what was copied after the start', () => {
  expect(lossOf({ from: at('02:10:00'), until: at('02:20:00') }, declared)).toEqual({ value: 0 });
});

test('the time of a beacon stands at the end of its line', () => {
  expect(beaconTime('drill-7 2026-03-02T01:15:00.000Z')).toEqual(new Date(at('01:15:00')));
  expect(beaconTime(undefined)).toBeUndefined();
  expect(beaconTime('nonsense')).toBeUndefined();
});

test('the skew is that of the oldest and the newest', () => {
  expect(skewOf([{ from: at('01:10:00') }, { from: at('01:00:00') }, { from: at('01:05:00') }])).toBe(
    minutes(10),
  );
  expect(skewOf([{ from: at('01:10:00') }])).toBe(0);
});

test('the longest link is named first', () => {
  expect(
    pathText([
      { name: 'fleet', took: minutes(10), share: 0.25 },
      { name: 'restoring Aurora', took: minutes(30), share: 0.75 },
    ]),
  ).toBe('"restoring Aurora" was 75 % of it (30m), then fleet 25 % (10m)');
});

test('time between the phases is named once, and what is below a hundredth not at all', () => {
  const short = { name: 'between the phases', took: minutes(1), share: 0.006 };
  const longest = { name: 'restoring Aurora', took: minutes(160), share: 0.98 };
  expect(pathText([short, longest, short])).toBe(
    '"restoring Aurora" was 98 % of it (2h 40m), then between the phases 1 % (2m)',
  );
  expect(pathText([short, longest])).toBe('"restoring Aurora" was 98 % of it (2h 40m)');
});
