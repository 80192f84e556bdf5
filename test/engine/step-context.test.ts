import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import { check, forEach, type ListEntry, type StepReference } from '../../src/engine/step.ts';
import { duration } from '../../src/environment/duration-codec.ts';
import { OperatorError } from '../../src/errors.ts';
import { bench } from '../helpers/engine-harness.ts';

const says = (id: string, text: string) =>
  check({ id, title: id, returns: z.string(), run: async () => text });

/** Puts what it reads into `heard`, under its path in short. */
const hears = (id: string, from: StepReference<string>, heard: Map<string, string>, as: string) =>
  check<void>({
    id,
    title: id,
    run: async ({ outputOf }) => {
      heard.set(as, outputOf(from));
    },
  });

const each = (id: string, items: readonly string[], steps: (item: string) => readonly ListEntry[]) =>
  forEach({
    id,
    title: id,
    item: z.string(),
    items: async () => items,
    key: (item) => item,
    steps,
    example: 'x',
  });

describe('outputOf', () => {
  test('reads the step of its own turn, else of the turn around it, else of the top', async () => {
    const heard = new Map<string, string>();
    const [own, around, top] = ['own', 'around', 'top'].map((id) => ({ id, returns: z.string() }));
    if (own === undefined || around === undefined || top === undefined) throw new Error();
    const it = bench([
      says('top', 'the top'),
      says('own', 'a step of the top with the same id'),
      each('outer', ['a', 'b'], (outer) => [
        says('around', outer),
        each('inner', ['1', '2'], (inner) => [
          says('own', outer + inner),
          hears('hear-own', own, heard, `${outer}${inner} own`),
          hears('hear-around', around, heard, `${outer}${inner} around`),
          hears('hear-top', top, heard, `${outer}${inner} top`),
        ]),
      ]),
      hears('hear-own', own, heard, 'own after the lists'),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(Object.fromEntries(heard)).toEqual({
      'a1 own': 'a1',
      'a1 around': 'a',
      'a1 top': 'the top',
      'a2 own': 'a2',
      'a2 around': 'a',
      'a2 top': 'the top',
      'b1 own': 'b1',
      'b1 around': 'b',
      'b1 top': 'the top',
      'b2 own': 'b2',
      'b2 around': 'b',
      'b2 top': 'the top',
      'own after the lists': 'a step of the top with the same id',
    });
  });

  test('does not see into a list from outside, nor another turn of it', async () => {
    const inside = { id: 'inside', returns: z.string() };
    const listed = each('list', ['a', 'b'], (item) =>
      item === 'a' ? [says('inside', 'a')] : [hears('hear', inside, new Map(), '')],
    );
    const fromAnotherTurn = await bench([listed]).start();
    const fromOutside = await bench([
      each('list', ['a'], () => [says('inside', 'a')]),
      hears('hear', inside, new Map(), ''),
    ]).start();
    for (const { state } of [fromAnotherTurn, fromOutside]) {
      expect(state.error).toEqual({
        code: 'STEP_OUTPUT_MISSING',
        message: 'The output of step inside is needed here, but that step was not reached',
      });
    }
  });

  test('says of a skipped step that it was skipped', async () => {
    const fails = check({
      id: 'fails',
      title: 'Fails',
      returns: z.string(),
      run: async () => {
        throw new OperatorError({ code: 'NO', message: 'no' });
      },
    });
    const it = bench([fails, hears('hear', fails, new Map(), '')], {
      decide: ({ path }) => (path === 'fails' ? { choice: 'skip', reason: 'fine' } : { choice: 'leave' }),
    });
    const { state } = await it.start();
    expect(state.error?.message).toBe('The output of step fails is needed here, but that step was skipped');
  });

  test('is open to the items of a list', async () => {
    const count = check({ id: 'count', title: 'Count', returns: z.int(), run: async () => 2 });
    const it = bench([
      count,
      forEach({
        id: 'list',
        title: 'List',
        item: z.int(),
        items: async ({ outputOf }) => Array.from({ length: outputOf(count) }, (_, index) => index),
        key: String,
        steps: () => [says('inside', 'a')],
        example: 0,
      }),
    ]);
    const { state } = await it.start();
    expect([...state.steps.keys()]).toEqual(['count', 'list/0/inside', 'list/1/inside']);
  });

  test('gives dates and durations as such, the same before and after a resume', async () => {
    const heard: unknown[] = [];
    const output = z.object({
      since: z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
      drain: duration,
      nodes: z.array(z.string()),
      note: z.string().optional(),
    });
    const facts = check({
      id: 'facts',
      title: 'Facts',
      returns: output,
      run: async ({ clock }) => ({ since: clock.now(), drain: minutes(5), nodes: ['i-1'] }),
    });
    const hear = (id: string) =>
      check<void>({
        id,
        title: id,
        run: async ({ outputOf }) => {
          heard.push(outputOf(facts));
        },
      });
    const it = bench([facts, hear('before'), hear('after')]);
    it.stopAt({ atLine: 6, how: 'killed' });
    await expect(it.start()).rejects.toThrow();
    it.clock.pass(minutes(90));
    expect((await it.resume()).outcome).toBe('succeeded');
    const expected = { since: new Date('2026-03-01T03:00:00Z'), drain: minutes(5), nodes: ['i-1'] };
    expect(heard).toEqual([expected, expected]);
  });
});

describe('what a step knows of its run', () => {
  test('outlives a resume: its start, its environment, its samples', async () => {
    const seen: unknown[] = [];
    const look = (id: string, healthy: number) =>
      check<void>({
        id,
        title: id,
        run: async ({ runStartedAt, environment, sample, samplesOf }) => {
          sample('healthy', healthy);
          seen.push([runStartedAt.toISOString(), environment.name, samplesOf('healthy')]);
        },
      });
    const it = bench([look('one', 3), look('two', 2)]);
    it.stopAt({ atLine: 4, how: 'killed' });
    await expect(it.start()).rejects.toThrow();
    it.clock.pass(seconds(30));
    await it.resume();
    const start = '2026-03-01T03:00:00.000Z';
    const first = { at: new Date(start), value: 3 };
    expect(seen).toEqual([
      [start, 'testing', [first]],
      [start, 'testing', [first, { at: new Date('2026-03-01T03:00:30.000Z'), value: 2 }]],
    ]);
  });

  test('a name that nobody sampled has no samples', async () => {
    let samples: unknown;
    const it = bench([
      check<void>({
        id: 'look',
        title: 'Look',
        run: async ({ samplesOf }) => {
          samples = samplesOf('nothing');
        },
      }),
    ]);
    await it.start();
    expect(samples).toEqual([]);
  });
});
