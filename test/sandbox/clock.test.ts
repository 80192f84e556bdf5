import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../src/errors.ts';
import { sandboxClock } from '../../src/sandbox/clock.ts';
import { beginning, newWorld } from '../../src/sandbox/new-world.ts';

const hour = 3_600_000;

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
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    expect(elapsed()).toBe(0);
    answer();
    await Promise.all([call, slept]);
    expect(elapsed()).toBe(1000);
  });

  test('work beside a sleeper holds time back until it sleeps too, or is done', async () => {
    const { clock, elapsed } = clockAtBeginning();
    let goOn = () => {};
    const seen: number[] = [];
    const work = clock.beside?.(async () => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      seen.push(elapsed());
      await clock.sleep(400);
      seen.push(elapsed());
    });
    const slept = clock.sleep(1000).then(() => seen.push(elapsed()));
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    goOn();
    await Promise.all([work, slept]);
    expect(seen).toEqual([0, 400, 1000]);
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
    for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate);
    expect(elapsed()).toBe(0);
  });

  test('paced, virtual time passes along with the real one', async () => {
    const { clock, elapsed } = clockAtBeginning(3_600_000);
    await Promise.all([clock.sleep(hour), clock.sleep(2 * hour)]);
    expect(elapsed()).toBe(2 * hour);
    await expect(clock.sleep(hour, AbortSignal.abort())).rejects.toBeInstanceOf(Interrupted);
  });
});
