import { describe, expect, test } from 'vitest';
import { beside } from '../../src/clock.ts';
import { Interrupted } from '../../src/errors.ts';
import { sandboxClock } from '../../src/sandbox/clock.ts';
import { beginning, newWorld } from '../../src/sandbox/new-world.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const hour = 3_600_000;

async function turnsPass(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}

function clockAtBeginning(pace?: number) {
  const clock = sandboxClock(newWorld({ seed: 1 }), pace);
  return { clock, elapsed: () => clock.now().getTime() - beginning.getTime() };
}

describe('sandbox clock', () => {
  test('a sleep takes its virtual time and no other', async () => {
    const { clock, elapsed } = clockAtBeginning();
    await clock.sleep(hour);
    expect(elapsed()).toBe(hour);
  });

  test('several sleepers wake in the order of their times', async () => {
    const { clock, elapsed } = clockAtBeginning();
    const woken: [string, number][] = [];
    const sleeper = async (who: string, ...naps: number[]) => {
      for (const nap of naps) {
        await clock.sleep(nap);
        woken.push([who, elapsed()]);
      }
    };
    await Promise.all([sleeper('a', 300, 300), sleeper('b', 100, 450), sleeper('c', 500)]);
    expect(woken).toEqual([
      ['b', 100],
      ['a', 300],
      ['c', 500],
      ['b', 550],
      ['a', 600],
    ]);
  });

  test('while a call is under way no sleeper makes time pass', async () => {
    const { clock, elapsed } = clockAtBeginning();
    let answer = () => {};
    const call = clock.during(() => new Promise<void>((resolve) => (answer = resolve)));
    const slept = clock.sleep(1000);
    await turnsPass();
    expect(elapsed()).toBe(0);
    answer();
    await Promise.all([call, slept]);
    expect(elapsed()).toBe(1000);
  });

  test('work beside a sleeper holds time back until it sleeps too, or is done', async () => {
    const { clock, elapsed } = clockAtBeginning();
    let goOn = () => {};
    const seen: number[] = [];
    const work = beside(clock, async () => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      seen.push(elapsed());
      await clock.sleep(400);
      seen.push(elapsed());
    });
    const slept = clock.sleep(1000).then(() => seen.push(elapsed()));
    await turnsPass();
    goOn();
    await Promise.all([work, slept]);
    expect(seen).toEqual([0, 400, 1000]);
  });

  test('works side by side take as long as the longest; their caller holds nothing back', async () => {
    const { clock, elapsed } = clockAtBeginning();
    const naps = (...spans: number[]) =>
      beside(clock, async () => {
        for (const span of spans) await clock.sleep(span);
        return elapsed();
      });
    expect(await Promise.all([naps(300, 1500), naps(1200), naps()])).toEqual([1800, 1200, 0]);
    await clock.sleep(100);
    expect(elapsed()).toBe(1900);
  });

  test('of works side by side one that is awake holds time back, however many sleep in another', async () => {
    const { clock, elapsed } = clockAtBeginning();
    let goOn = () => {};
    const busy = beside(clock, async () => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return elapsed();
    });
    const twoAtOnce = beside(clock, async () => {
      await Promise.all([clock.sleep(100), clock.sleep(200)]);
      return elapsed();
    });
    await turnsPass();
    expect(elapsed()).toBe(0);
    goOn();
    expect(await Promise.all([busy, twoAtOnce])).toEqual([0, 200]);
  });

  test('works within works: whoever waits for some is none who is awake', async () => {
    const { clock, elapsed } = clockAtBeginning();
    const sleeps = (span: number) => beside(clock, () => clock.sleep(span));
    await Promise.all([
      beside(clock, async () => {
        await Promise.all([sleeps(500), sleeps(700)]);
        await clock.sleep(100);
      }),
      sleeps(600),
    ]);
    expect(elapsed()).toBe(800);
  });

  test('of works side by side one goes on at a time, in the same order however long each takes here', async () => {
    const { clock } = clockAtBeginning();
    const order: string[] = [];
    const works = (name: string, turns: number) =>
      beside(clock, async () => {
        for (const round of [1, 2]) {
          order.push(`${name}${round} begins`);
          await turnsPass(turns);
          order.push(`${name}${round} ends`);
          await clock.sleep(100);
        }
      });
    await Promise.all([works('slow', 9), works('quick', 1)]);
    expect(order).toEqual([
      'slow1 begins',
      'slow1 ends',
      'quick1 begins',
      'quick1 ends',
      'slow2 begins',
      'slow2 ends',
      'quick2 begins',
      'quick2 ends',
    ]);
  });

  test('a call that takes longer than a sleep wakes the sleeper', async () => {
    const { clock, elapsed } = clockAtBeginning();
    const seen: number[] = [];
    const slept = clock.sleep(50).then(() => seen.push(elapsed()));
    await clock.during(() => clock.spend(80));
    await slept;
    expect(seen).toEqual([80]);
  });

  test('an aborted sleep ends at once, and the world does not move for it', async () => {
    const { clock, elapsed } = clockAtBeginning();
    const stop = new AbortController();
    const slept = clock.sleep(hour, stop.signal);
    stop.abort();
    await expect(slept).rejects.toBeInstanceOf(Interrupted);
    await expect(clock.sleep(hour, stop.signal)).rejects.toBeInstanceOf(Interrupted);
    await turnsPass();
    expect(elapsed()).toBe(0);
  });

  test('paced, several sleepers make time pass no faster than one, and never back', async () => {
    const real = fakeClock();
    const clock = sandboxClock(newWorld({ seed: 1 }), 60, real);
    const [begun, realBegun] = [clock.now().getTime(), real.now().getTime()];
    let latest = begun;
    const check = () => {
      const now = clock.now().getTime();
      expect(now).toBeGreaterThanOrEqual(latest);
      expect(now - begun).toBeLessThanOrEqual((real.now().getTime() - realBegun) * 60);
      latest = now;
    };
    const naps = async (...spans: number[]) => {
      for (const span of spans) {
        await clock.sleep(span);
        check();
      }
    };
    await Promise.all([naps(hour), naps(...Array.from({ length: 100 }, () => 27_600)), naps(60, 34_980, 60)]);
    expect(clock.now().getTime() - begun).toBe(hour);
    expect(real.now().getTime() - realBegun).toBeLessThan(hour / 60 + 1000);
  });

  test('paced, virtual time passes along with the real one', async () => {
    const { clock, elapsed } = clockAtBeginning(3_600_000);
    await Promise.all([clock.sleep(hour), clock.sleep(2 * hour)]);
    expect(elapsed()).toBe(2 * hour);
    await expect(clock.sleep(hour, AbortSignal.abort())).rejects.toBeInstanceOf(Interrupted);
  });
});
