import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byNearness, editDistance, nearest } from '../../src/config/nearest.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['rto', 'rot', 1],
    ['region', 'regoin', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%s and %s are %i apart', (a, b, apart) => {
    expect(editDistance(a, b)).toBe(apart);
  });

  it('is the same in both directions, and 0 only between equals', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it('lies between the difference in length and the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('nearest', () => {
  const keys = ['type', 'group', 'targetGroup', 'healthUrl'];

  it.each([
    ['target_group', 'targetGroup'],
    ['TARGETGROUP', 'targetGroup'],
    ['healtUrl', 'healthUrl'],
    ['tpe', 'type'],
    ['groups', 'group'],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, keys)).toBe(meant);
  });

  it.each(['zzz', 'colour', ''])('%j means none of them', (typed) => {
    expect(nearest(typed, keys)).toBeUndefined();
  });

  it('has no answer without candidates', () => {
    expect(nearest('type', [])).toBeUndefined();
  });
});

it('byNearness puts the nearest first and keeps the order of equals', () => {
  expect(byNearness('prd', ['staging', 'xx1', 'prod', 'xx2'])).toEqual(['prod', 'xx1', 'xx2', 'staging']);
});
