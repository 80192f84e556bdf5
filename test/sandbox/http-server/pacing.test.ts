import { expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../../src/duration.ts';
import { startPacing, type TimedWorld } from '../../../src/sandbox/http-server/pacing.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';

interface Watched extends TimedWorld {
  /** Minutes since the beginning, at every step. */
  readonly steps: number[];
}

const begin = new Date('2026-03-02T02:10:00Z').getTime();

function worldOf(onStep: (minute: number) => void = () => {}): Watched {
  let now = begin;
  const steps: number[] = [];
  return {
    steps,
    clock: { now: () => new Date(now) },
    advanceTo(date) {
      now = Math.max(now, date.getTime());
      steps.push((now - begin) / minutes(1));
      onStep((now - begin) / minutes(1));
    },
  };
}

const noFault = (fault: unknown): never => {
  throw fault;
};

const pacingOf = (world: TimedWorld, clock: FakeClock, speed = 60) =>
  startPacing({ world, clock, speed, report: noFault });

test('time goes on at the speed, in steps that are short', () => {
  const [world, clock] = [worldOf(), fakeClock()];
  const pacing = pacingOf(world, clock);
  clock.pass(seconds(1));
  pacing.catchUp();
  clock.pass(seconds(25));
  pacing.catchUp();
  expect(world.steps).toEqual([1, 11, 21, 26]);
});

test('time stands still with speed 0, until it jumps; then it goes on from there', async () => {
  for (const speed of [0, 60]) {
    const [world, clock] = [worldOf(), fakeClock()];
    const pacing = pacingOf(world, clock, speed);
    expect(await pacing.jump(hours(1))).toBe(0);
    clock.pass(seconds(2));
    pacing.catchUp();
    expect(world.steps.at(-1)).toBe(60 + (speed === 0 ? 0 : 2));
  }
});

test('calls that take their time make none pass twice', () => {
  const [world, clock] = [worldOf(), fakeClock()];
  const pacing = pacingOf(world, clock);
  clock.pass(seconds(1));
  world.advanceTo(new Date(begin + minutes(1)));
  pacing.catchUp();
  expect(world.steps.at(-1)).toBe(1);
});

test('a machine that slept, or is too slow, owes nothing: nobody waits for a week to be caught up', () => {
  const clock = fakeClock();
  const world = worldOf(() => clock.pass(30));
  const pacing = pacingOf(world, clock);
  clock.pass(hours(3));
  pacing.catchUp();
  expect(world.steps).toEqual([10, 20, 30, 40]);
  clock.pass(seconds(1));
  pacing.catchUp();
  expect(world.steps.at(-1)).toBe(41);
});

test("the machine's clock set back does not stop time", () => {
  const [world, clock] = [worldOf(), fakeClock()];
  const pacing = pacingOf(world, clock);
  clock.pass(-hours(1));
  pacing.catchUp();
  clock.pass(seconds(1));
  pacing.catchUp();
  expect(world.steps).toEqual([1]);
});

test('a jump that takes too long is cut, says what is left, and lets others in between', async () => {
  const clock = fakeClock();
  const world = worldOf(() => clock.pass(seconds(1)));
  const pacing = startPacing({ world, clock, speed: 60, patience: seconds(3), report: noFault });
  expect(await pacing.jump(hours(1))).toBe(minutes(30));
  expect(clock.sleeps).toEqual([0, 0, 0]);
});

test('it beats while nobody calls, and outlives faults, which are reported', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const faults: unknown[] = [];
  const world = worldOf((minute) => {
    if (minute === 1) throw new Error('it has a bug');
    if (minute >= 2) stop.abort();
  });
  const pacing = startPacing({ world, clock, speed: 60, report: (fault) => faults.push(fault) });
  await pacing.run(stop.signal);
  expect(world.steps).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
  expect(faults).toEqual([new Error('it has a bug')]);
});
