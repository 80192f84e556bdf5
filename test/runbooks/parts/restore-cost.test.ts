import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutes } from '../../../src/duration.ts';
import { costOf, costText, type Paid } from '../../../src/runbooks/parts/restore-cost.ts';

const from = new Date('2026-03-02T02:00:00Z');
const after = (span: number) => new Date(from.getTime() + span);
const gib = 1024 ** 3;

const prices = {
  currency: 'EUR',
  regions: {
    'us-east-1': {
      instanceHour: { 'db.r5.large': 0.3, 't3.small': 0.02 },
      databaseGibMonth: 0.1,
      filesGibMonth: 0.3,
      filesRestoredGib: 0.02,
    },
    'us-west-2': { instanceHour: {} },
  },
};

const instance = (span: number, billedAtLeast = minutes(10)): Paid => ({
  what: 'instance',
  type: 'db.r5.large',
  from,
  to: after(span),
  billedAtLeast,
});

const storage = (bytes: number | undefined): Paid => ({
  what: 'storage',
  of: 'database',
  bytes,
  from,
  to: after(minutes(73 * 60)),
});

describe('what a test cost', () => {
  test('is billed by the second, and ten minutes of a DB instance at least', () => {
    const amount = (paid: Paid) => costOf([paid], { prices }, 'us-east-1').total;
    expect(amount(instance(minutes(60)))).toBeCloseTo(0.3, 9);
    expect(amount(instance(minutes(30) + 1))).toBeCloseTo((0.3 * 1801) / 3600, 9);
    expect(amount(instance(minutes(1)))).toBeCloseTo(0.05, 9);
    expect(amount(instance(0))).toBeCloseTo(0.05, 9);
  });

  test('counts storage by the share of a month', () => {
    const { items, total } = costOf([storage(100 * gib)], { prices }, 'us-east-1');
    expect(total).toBeCloseTo(100 * 0.1 * (73 / 730), 9);
    expect(items).toEqual([
      { what: 'storage of the database', hours: 73, gib: 100, amount: expect.any(Number) },
    ]);
  });

  test('says what there is no price of, and adds nothing for it', () => {
    const paid = [
      instance(minutes(60)),
      storage(undefined),
      { ...instance(minutes(60)), type: 'db.x' } as Paid,
    ];
    const cost = costOf(paid, { prices }, 'us-east-1');
    expect(cost).toMatchObject({ currency: 'EUR', unpriced: ['storage of the database', 'db.x'] });
    expect(cost.total).toBeCloseTo(0.3, 9);
    expect(costText(cost)).toBe(
      'at most EUR 0.3000: db.r5.large 1.00 h (0.3000), storage of the database 73.00 h, db.x 1.00 h; no price of storage of the database, db.x',
    );
  });

  test.each([
    ['no prices at all', undefined, 'us-east-1'],
    ['none of that Region', prices, 'eu-west-1'],
    ['none of what it took', prices, 'us-west-2'],
  ])('is hours where there are %s', (_what, known, region) => {
    const cost = costOf([instance(minutes(90)), storage(3 * gib)], { prices: known }, region);
    expect(cost.total).toBeUndefined();
    expect(cost.currency).toBeUndefined();
    expect(costText(cost)).toBe(
      `at most db.r5.large 1.50 h, storage of the database 3.0 GiB 73.00 h; no prices ${known === undefined ? 'in runbook.yaml' : 'of that in runbook.yaml'}`,
    );
  });

  test('is never less for having stood longer, and never less than its parts', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), fc.nat(1000), (span, more, size) => {
        const whole = (length: number) =>
          costOf([instance(length), storage(size * gib)], { prices }, 'us-east-1').total ?? 0;
        expect(whole(span + more)).toBeGreaterThanOrEqual(whole(span));
        expect(whole(span)).toBeGreaterThanOrEqual(
          costOf([instance(span)], { prices }, 'us-east-1').total ?? Number.NaN,
        );
      }),
    );
  });
});
