import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf, planCapacity, replacementOrder } from '../../../src/runbooks/parts/capacity.ts';

const request = fc
  .record({
    desired: fc.integer({ min: 1, max: 500 }),
    room: fc.integer({ min: 0, max: 10 }),
    batch: fc.integer({ min: 1, max: 10 }),
    minHealthy: fc.integer({ min: 0, max: 100 }),
    strategy: fc.constantFrom('instance-refresh' as const, 'node-by-node' as const),
  })
  .map(({ desired, room, batch, minHealthy, strategy }) => ({
    strategy,
    desired,
    maxSize: desired + room,
    batch,
    minHealthy,
    zones: new Map([
      ['a', Math.ceil(desired / 2)],
      ['b', Math.floor(desired / 2)],
    ]),
  }));

describe('the capacity plan', () => {
  test('with room for the whole batch nothing is missing', () => {
    const plan = planCapacity({
      desired: 3,
      maxSize: 6,
      batch: 1,
      minHealthy: 100,
      strategy: 'instance-refresh',
      zones: new Map([
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ]),
    });
    expect(plan).toMatchObject({ surge: 1, lowest: 3, floor: 3, holds: true });
    expect(plan.refresh).toEqual({ minHealthyPercentage: 100, maxHealthyPercentage: 134 });
    expect(Object.fromEntries(plan.lowestPerZone)).toEqual({ a: 0, b: 0, c: 0 });
  });

  test('without room the batch is missing, which 100 % forbids and 60 % allows', () => {
    const full = {
      strategy: 'node-by-node' as const,
      desired: 3,
      maxSize: 3,
      batch: 1,
      zones: new Map([
        ['a', 2],
        ['b', 1],
      ]),
    };
    expect(planCapacity({ ...full, minHealthy: 100 })).toMatchObject({
      surge: 0,
      lowest: 2,
      floor: 3,
      holds: false,
    });
    expect(planCapacity({ ...full, minHealthy: 60 })).toMatchObject({ lowest: 2, floor: 2, holds: true });
  });

  test('what it promises is what its numbers do', () => {
    fc.assert(
      fc.property(request, (numbers) => {
        const { surge, lowest, floor, holds, lowestPerZone, refresh } = planCapacity(numbers);
        const { desired, maxSize, batch, minHealthy, strategy } = numbers;
        expect(desired + surge).toBeLessThanOrEqual(maxSize);
        const room = Math.min(batch, desired, maxSize - desired);
        expect(lowest).toBe(desired + room - Math.min(batch, desired));
        expect(surge).toBe(strategy === 'node-by-node' || room >= Math.min(batch, desired) ? room : 0);
        expect(floor / desired).toBeGreaterThanOrEqual(minHealthy / 100);
        expect(holds).toBe(lowest >= floor);
        for (const [zone, count] of lowestPerZone)
          expect(count).toBeLessThanOrEqual(numbers.zones.get(zone) ?? 0);
        // Auto Scaling keeps the percentage of the desired capacity, rounded up: that is never below what was promised.
        expect(Math.ceil((desired * refresh.minHealthyPercentage) / 100)).toBeGreaterThanOrEqual(lowest);
        expect(refresh.maxHealthyPercentage).toBeGreaterThanOrEqual(100);
        expect(refresh.maxHealthyPercentage - refresh.minHealthyPercentage).toBeLessThanOrEqual(100);
      }),
    );
  });
});

const nodes = fc.uniqueArray(
  fc.record({
    id: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 8, maxLength: 8 }),
    zone: fc.constantFrom('a', 'b', 'c'),
  }),
  {
    selector: ({ id }) => id,
    maxLength: 12,
  },
);

describe('the order of replacement', () => {
  test('has every node once, whatever order they were listed in', () => {
    fc.assert(
      fc.property(nodes, (some) => {
        const order = replacementOrder(some);
        expect(order.toSorted(byId)).toEqual(some.toSorted(byId));
        expect(replacementOrder(some.toReversed())).toEqual(order);
      }),
    );
  });

  test('takes the zones in turn while they are even', () => {
    const even = ['a', 'b', 'c', 'a', 'b', 'c'].map((zone, index) => ({ id: `i-${index}`, zone }));
    const zones = replacementOrder(even).map(({ zone }) => zone);
    expect(new Set(zones.slice(0, 3)).size).toBe(3);
    expect(new Set(zones.slice(3)).size).toBe(3);
  });

  test('batches are the canary, then at most so many, each node once', () => {
    fc.assert(
      fc.property(
        nodes,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        (some, canary, batch) => {
          const batches = batchesOf(some, canary, batch);
          expect(batches.flat()).toEqual(some);
          for (const [index, one] of batches.entries()) {
            expect(one.length).toBeGreaterThan(0);
            expect(one.length).toBeLessThanOrEqual(index === 0 && canary > 0 ? canary : batch);
          }
        },
      ),
    );
  });
});

const byId = (a: { id: string }, b: { id: string }): number => a.id.localeCompare(b.id);
