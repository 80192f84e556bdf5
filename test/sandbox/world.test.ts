import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance } from '../../src/sandbox/advance.ts';
import { beginning } from '../../src/sandbox/new-world.ts';
import { later } from '../../src/sandbox/schedule.ts';
import {
  accountOf,
  fromText,
  restore,
  seenFrom,
  snapshot,
  toText,
  type World,
} from '../../src/sandbox/world.ts';
import { aws, fleetIn, isSteady, name, pass, passUntil, prod } from './services/stack.ts';
import { standing } from './standing.ts';

const refresh = {
  AutoScalingGroupName: name,
  DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version: '3' } },
  Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 133 },
};

const kept = (world: World): string => snapshot(accountOf(world));

describe('world', () => {
  test('at rest nothing happens for a day', () => {
    const world = prod(3);
    expect(world.now).toEqual(beginning);
    expect(isSteady(world)).toBe(true);
    const before = standing(world);
    const { history } = world.cloudWatch;
    pass(world, 86_400);
    expect(standing(world)).toEqual(before);
    expect(fleetIn(world).activities).toEqual([]);
    expect(world.cloudWatch.history).toEqual(history);
  });

  test('a stored world goes on exactly as the one that was not stored', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 1500 }),
        fc.integer({ min: 1, max: 1500 }),
        (seed, before, after) => {
          const world = prod(seed);
          aws.StartInstanceRefresh(world, refresh);
          pass(world, before);
          const stored = seenFrom(restore(kept(world)), world.region);
          expect(accountOf(stored)).toEqual(accountOf(world));
          pass(world, after);
          pass(stored, after);
          expect(kept(stored)).toBe(kept(world));
        },
      ),
      { numRuns: 10 },
    );
  });

  test('what is stored comes back as it was, whatever clients called it', () => {
    const names = fc.constantFrom('$date', '__proto__', 'constructor', '$', 'a');
    const { data } = fc.letrec<{ data: unknown }>((tie) => ({
      data: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
        fc.date({ noInvalidDate: true }),
        fc.array(tie('data'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.oneof(names, fc.string()), tie('data')), { maxLength: 3 })
          .map((entries) => Object.fromEntries(entries)),
      ),
    }));
    fc.assert(
      fc.property(data, (held) => {
        // Vitest's own comparison reads `constructor` itself.
        expect(isDeepStrictEqual(fromText(toText({ held })), { held })).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('it makes no difference in how many steps time passes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const [whole, stepped] = [prod(5), prod(5)];
        for (const world of [whole, stepped]) aws.StartInstanceRefresh(world, refresh);
        for (const step of steps) pass(stepped, step);
        advance(whole, stepped.now);
        // Drained targets are swept out whenever somebody looks.
        expect(standing(stepped)).toEqual(standing(whole));
        expect(kept(stepped)).toBe(kept(whole));
      }),
      { numRuns: 10 },
    );
  });

  test('time never goes back', () => {
    const world = prod(1);
    advance(world, later(world.now, -5000));
    expect(world.now).toEqual(beginning);
  });

  test('the same seed makes the same world, another seed another', () => {
    const run = (seed: number) => {
      const world = prod(seed);
      aws.StartInstanceRefresh(world, refresh);
      pass(world, 1800);
      return kept(world);
    };
    expect(run(4)).toBe(run(4));
    expect(run(4)).not.toBe(run(5));
  });

  test('it stays small however long it runs', () => {
    const world = prod(2);
    world.ec2.zonesWithoutCapacity = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 6 });
    pass(world, 12 * 3600);
    expect(kept(world).length).toBeLessThan(450_000);
  });

  test('a refresh rolled back leaves everything as it was', () => {
    const world = prod(6);
    const before = standing(world);
    aws.StartInstanceRefresh(world, refresh);
    pass(world, 400);
    aws.RollbackInstanceRefresh(world, { AutoScalingGroupName: name });
    expect(standing(world)).not.toEqual(before);
    passUntil(world, () => fleetIn(world).refreshes[0]?.shown.EndTime !== undefined && isSteady(world));
    pass(world, 600);
    expect(standing(world)).toEqual(before);
  });
});
