import { expect, test } from 'vitest';
import { minutes, seconds } from '../../src/duration.ts';
import { Interrupted } from '../../src/errors.ts';
import { linkedClock } from '../../src/sandbox-link/linked-clock.ts';
import type { SandboxServer } from '../../src/sandbox-link/sandbox-server.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

interface ToyServer extends Pick<SandboxServer, 'url' | 'get'> {
  virtual: number;
  looks: number;
  gone: boolean;
}

const begin = Date.parse('2026-03-02T02:10:00Z');

/** Its time goes on with the real clock's, `speed` times as fast. */
function toyServer(real: FakeClock, speed: number): ToyServer {
  let at = real.now().getTime();
  const server: ToyServer = {
    url: 'http://127.0.0.1:4599',
    virtual: begin,
    looks: 0,
    gone: false,
    async get<Answer>() {
      server.looks += 1;
      if (server.gone) throw new Error('ECONNREFUSED');
      server.virtual += (real.now().getTime() - at) * speed;
      at = real.now().getTime();
      return { now: new Date(server.virtual).toISOString(), speed } as Answer;
    },
  };
  return server;
}

const sinceBegin = (date: Date) => date.getTime() - begin;

test('between two looks time goes on at the speed of the server', async () => {
  const real = fakeClock();
  const clock = await linkedClock(toyServer(real, 60), real);
  expect(sinceBegin(clock.now())).toBe(0);
  real.pass(seconds(2));
  expect(sinceBegin(clock.now())).toBe(minutes(2));
});

test('a sleep takes its share of real time, with a look every second and one at its end', async () => {
  const real = fakeClock();
  const server = toyServer(real, 60);
  const clock = await linkedClock(server, real);
  await clock.sleep(seconds(150));
  expect(real.sleeps).toEqual([1000, 1000, 500]);
  expect(server.looks).toBe(4);
  expect(sinceBegin(clock.now())).toBe(seconds(150));
});

test.each([0, 60])('a sleeper wakes when somebody lets time jump, at speed %d', async (speed) => {
  const real = fakeClock();
  const server = toyServer(real, speed);
  const clock = await linkedClock(server, real);
  real.onSleep = () => {
    if (real.sleeps.length === 3) server.virtual += minutes(60);
  };
  await clock.sleep(minutes(50));
  expect(real.sleeps).toEqual([1000, 1000, 1000]);
  expect(sinceBegin(clock.now())).toBe(minutes(60) + seconds(3 * speed));
});

test('time never goes back, not even with a server that was started anew', async () => {
  const real = fakeClock();
  const server = toyServer(real, 60);
  const clock = await linkedClock(server, real);
  await clock.sleep(minutes(10));
  server.virtual = begin;
  real.onSleep = () => {
    expect(sinceBegin(clock.now())).toBeGreaterThanOrEqual(minutes(10));
  };
  await clock.sleep(minutes(1));
  expect(sinceBegin(clock.now())).toBe(minutes(11));
});

test('a server that is away for a while is waited for, one that is gone ends the sleep', async () => {
  const real = fakeClock();
  const server = toyServer(real, 0);
  const clock = await linkedClock(server, real);
  const backAfter = (sleeps: number) => {
    real.onSleep = () => {
      if (real.sleeps.length < sleeps) return;
      server.gone = false;
      server.virtual += minutes(1);
    };
  };
  server.gone = true;
  backAfter(20);
  await clock.sleep(minutes(1));
  expect(real.sleeps).toHaveLength(20);
  server.gone = true;
  backAfter(100);
  await expect(clock.sleep(minutes(1))).rejects.toMatchObject({ code: 'SANDBOX_GONE' });
  expect(real.sleeps).toHaveLength(20 + 31);
});

test('a sleep is interrupted by its signal', async () => {
  const real = fakeClock();
  const stop = new AbortController();
  const clock = await linkedClock(toyServer(real, 60), real);
  real.onSleep = () => stop.abort();
  await expect(clock.sleep(minutes(10), stop.signal)).rejects.toThrow(Interrupted);
  await expect(clock.sleep(0, stop.signal)).rejects.toThrow(Interrupted);
});
