import { expect, test } from 'vitest';
import { requestsFor, sampleHealth, serving } from '../../../src/runbooks/parts/health-sample.ts';

const { signal } = new AbortController();

/** Answers 200, but for the requests of these numbers, counted from 0. */
function answering(bad: (nth: number) => boolean, nodes: number) {
  let asked = 0;
  const http = {
    get: async () => {
      const isBad = bad(asked);
      asked += 1;
      return isBad
        ? { failed: 'ECONNREFUSED: connect ECONNREFUSED 10.0.0.1:443', milliseconds: 1 }
        : { status: 200, milliseconds: 1 };
    },
  };
  return sampleHealth({ http, signal }, 'https://a.example', nodes).then((seen) => ({ seen, asked }));
}

test('a look asks eight times for each node, and 48 times at most', async () => {
  expect([0, 1, 3, 6, 100].map(requestsFor)).toEqual([8, 8, 24, 48, 48]);
  expect(await answering(() => false, 3)).toEqual({ seen: serving, asked: 24 });
});

test('one node of three that fails is seen, whichever it is', async () => {
  for (const node of [0, 1, 2])
    expect((await answering((nth) => nth % 3 === node, 3)).seen).toBe('fails: ECONNREFUSED');
});

test('a single failure among many is none', async () => {
  expect((await answering((nth) => nth === 5, 3)).seen).toBe(serving);
});

test('the asking ends as soon as it is clear', async () => {
  expect((await answering(() => true, 3)).asked).toBeLessThan(24);
});
