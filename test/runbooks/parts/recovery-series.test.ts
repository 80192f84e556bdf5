import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hours, minutes } from '../../../src/duration.ts';
import {
  expiryFinding,
  gapsIn,
  longestGap,
  type Point,
  recoveryPointWords,
} from '../../../src/runbooks/parts/recovery-series.ts';

const now = new Date('2026-03-02T02:10:00Z');
const rules = [
  { schedule: 'cron(0 5 * * ? *)', keepDays: 7, every: hours(24) },
  { schedule: 'cron(0 1,9,13,17,21 * * ? *)', keepDays: 1, every: hours(4) },
];

const point = (hoursAgo: number, more: Partial<Point> = {}): Point => ({
  arn: `arn:${hoursAgo}`,
  created: new Date(now.getTime() - hours(hoursAgo)),
  status: 'COMPLETED',
  ...more,
});

/** Every so many hours, and for longer only every 24. */
const series = (): readonly Point[] => [
  ...[1, 5, 9, 13, 17, 21].map((ago) => point(ago)),
  ...[21 + 24, 21 + 48, 21 + 72, 21 + 96, 21 + 120].map((ago) => point(ago)),
];

describe('gaps', () => {
  test('behind an old recovery point may be as long as the rules that keep it so long allow', () => {
    expect(longestGap(rules, hours(3))).toBe(hours(4));
    expect(longestGap(rules, hours(30))).toBe(hours(24));
    expect(longestGap(rules, hours(24 * 30))).toBe(hours(24));
  });

  test('are none in a whole series, however its backups are spread over their start windows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 45 }), { minLength: 11, maxLength: 11 }), (late) => {
        const spread = series().map((each, index) => ({
          ...each,
          created: new Date(each.created.getTime() + minutes(late[index] ?? 0)),
        }));
        expect(gapsIn(spread, rules, now, hours(24 * 7))).toEqual([]);
      }),
    );
  });

  test('are there wherever one is missing, failed or partial; one that is being made is none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('PARTIAL', 'EXPIRED', 'gone'),
        (at, how) => {
          const broken = series().flatMap((each, index) =>
            index !== at ? [each] : how === 'gone' ? [] : [{ ...each, status: how }],
          );
          expect(gapsIn(broken, rules, now, hours(24 * 7))).toHaveLength(1);
          const made = series().map((each, index) => (index === at ? { ...each, status: 'CREATING' } : each));
          expect(gapsIn(made, rules, now, hours(24 * 7))).toEqual([]);
        },
      ),
    );
  });

  test('reach up to now', () => {
    expect(gapsIn([point(20)], rules, now, hours(24))).toEqual([{ from: point(20).created, to: now }]);
  });

  test('before the window do not count', () => {
    expect(gapsIn([point(1), point(3), point(100)], rules, now, hours(24))).toEqual([]);
  });
});

test.each([
  ['lives on', 10, 'pass'],
  ['goes before the next can be there', 3, 'fail'],
])('the newest %s', (_what, inHours, verdict) => {
  const deleteAt = new Date(now.getTime() + hours(inHours));
  expect(expiryFinding([point(1, { deleteAt })], rules, now, recoveryPointWords)).toMatchObject([
    { verdict },
  ]);
});
