import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hours, minutes } from '../../../src/duration.ts';
import { hindrances, meets } from '../../../src/runbooks/parts/due-work.ts';

/** A Monday. */
const now = new Date('2026-03-02T02:10:00Z');
const within = (span: number) => new Date(now.getTime() + span);

describe('a window', () => {
  test.each([
    ['03:00-04:00', minutes(30), false],
    ['03:00-04:00', minutes(51), true],
    ['02:00-02:30', minutes(1), true],
    ['23:30-02:20', minutes(1), true],
    ['23:30-02:05', minutes(1), false],
    ['sun:23:30-mon:02:30', minutes(1), true],
    ['mon:02:15-mon:02:45', minutes(4), false],
    ['mon:02:15-mon:02:45', minutes(6), true],
    ['sun:02:00-sun:02:30', hours(1), false],
    ['tue:02:00-tue:02:30', hours(25), true],
  ])('%s is met within %d ms: %s', (window, span, isMet) => {
    expect(meets(window, now, within(span))).toBe(isMet);
  });

  test('is met whenever a moment of the time lies in it', () => {
    const minuteOfDay = fc.integer({ min: 0, max: 1439 });
    const text = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    fc.assert(
      fc.property(
        minuteOfDay,
        fc.integer({ min: 30, max: 600 }),
        fc.integer({ min: 1, max: 1000 }),
        (opens, lasts, span) => {
          const end = new Date(now.getTime() + minutes(span));
          const isIn = (at: number) => (at % 1440) - opens + (at % 1440 < opens ? 1440 : 0) < lasts;
          const moments = Array.from({ length: span }, (_, passed) => 130 + passed);
          expect(meets(`${text(opens)}-${text((opens + lasts) % 1440)}`, now, end)).toBe(moments.some(isIn));
        },
      ),
    );
  });

  test('that nobody knows is no obstacle', () => {
    expect(meets(undefined, now, within(hours(200)))).toBe(false);
  });
});

test('what is under way, due or waiting is all named', () => {
  const facts = {
    name: 'database',
    cluster: 'a',
    status: 'available',
    host: 'a.example',
    backupWindow: '02:15-02:45',
    maintenanceWindow: 'mon:02:00-mon:03:00',
    pending: ['EngineVersion'],
    members: [],
  };
  const found = hindrances({
    facts,
    snapshots: [
      { DBClusterSnapshotIdentifier: 's', Status: 'creating' },
      { DBClusterSnapshotIdentifier: 't', Status: 'available' },
    ],
    actions: [
      { Action: 'system-update', CurrentApplyDate: within(minutes(5)) },
      { Action: 'db-upgrade', ForcedApplyDate: within(hours(50)) },
      { Action: 'optional' },
    ],
    now,
    span: minutes(10),
  });
  expect(found.map(({ code }) => code)).toEqual([
    'BACKUP_UNDER_WAY',
    'CHANGE_PENDING',
    'BACKUP_DUE',
    'MAINTENANCE_DUE',
    'MAINTENANCE_DUE',
  ]);
});
