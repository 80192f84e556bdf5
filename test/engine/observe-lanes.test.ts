import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import type { ReadContext } from '../../src/engine/context.ts';
import type { Lane } from '../../src/engine/observation.ts';
import { stateOf } from '../../src/engine/run-state.ts';
import { check, lane, type Observe, observe } from '../../src/engine/step.ts';
import { Bug, OperatorError, Refusal } from '../../src/errors.ts';
import {
  type Bench,
  bench,
  Killed,
  type Stop,
  thingExists,
  told,
  toldInShort,
} from '../helpers/engine-harness.ts';
import { creates } from '../helpers/engine-toy-steps.ts';

const begin = Date.parse('2026-03-01T03:00:00Z');
const at = (seconds: number) => new Date(begin + seconds * 1000).toISOString();
const secondsAt = (date: Date) => (date.getTime() - begin) / 1000;

type Ask = (context: ReadContext) => Promise<string>;

const laneOf = (name: string, every: number, ask: Ask, more: Partial<Lane<string>> = {}): Lane<string> =>
  lane({ name, every: seconds(every), sees: z.string(), ask, ...more });

const now = ({ clock }: ReadContext) => secondsAt(clock.now());

const slow =
  (span: number, answer: Ask): Ask =>
  async (context) => {
    await context.clock.sleep(seconds(span), context.signal);
    return answer(context);
  };

/** Looks for a minute, whatever it sees. */
const forAMinute = (lanes: readonly Lane[], more: Partial<Observe<void>> = {}): Observe<void> =>
  observe<void>({
    id: 'watch',
    title: 'A minute is over',
    lanes,
    timeout: minutes(10),
    until: ({ now, runStartedAt }) =>
      now.getTime() - runStartedAt.getTime() >= seconds(60)
        ? { ready: true }
        : { ready: false, because: 'not yet a minute' },
    ...more,
  });

/** What the journal holds of a lane: `[asked, answered, looks, what]`. */
const linesOf = ({ journal }: Bench, name: string) =>
  journal.events.flatMap((event) =>
    event.type === 'observed' && event.lane === name
      ? [
          [
            secondsAt(new Date(event.asked)),
            secondsAt(new Date(event.answered)),
            event.looks,
            event.missing ?? event.seen,
          ],
        ]
      : [],
  );

describe('the schedule', () => {
  test('every lane is looked at in its own period, counted from the beginning', async () => {
    const times: Record<string, number[]> = { a: [], b: [] };
    const asks = (name: 'a' | 'b', every: number, span: number) =>
      laneOf(name, every, (context) => {
        times[name]?.push(now(context));
        return slow(span, async () => 'fine')(context);
      });
    await bench([forAMinute([asks('a', 20, 0.3), asks('b', 15, 7)])]).start();
    expect(times).toEqual({ a: [0, 20, 40, 60], b: [0, 15, 30, 45, 60] });
  });

  test('a slow lane delays no other; its own looks that it leaves no time for are missing', async () => {
    const it = bench([
      forAMinute([
        laneOf(
          'slow',
          10,
          slow(25, async () => 'fine'),
        ),
        laneOf('quick', 10, async (context) => String(now(context))),
      ]),
    ]);
    await it.start();
    const missing = 'the look before it was still under way';
    expect(linesOf(it, 'slow')).toEqual([
      [10, 10, 1, missing],
      [20, 20, 1, missing],
      [0, 25, 1, 'fine'],
      [40, 40, 1, missing],
      [50, 50, 1, missing],
      [30, 55, 1, 'fine'],
    ]);
    expect(linesOf(it, 'quick').map(([asked]) => asked)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  test('at most one look of a lane is under way', async () => {
    let underWay = 0;
    let most = 0;
    const busy = laneOf('busy', 1, async (context) => {
      most = Math.max(most, ++underWay);
      await context.clock.sleep(seconds(2.5), context.signal);
      underWay -= 1;
      return 'fine';
    });
    await bench([forAMinute([busy])]).start();
    expect(most).toBe(1);
  });

  test('looks that a sleeping machine left out are missing', async () => {
    const it = bench([
      forAMinute([
        laneOf('a', 10, async (context) => {
          if (now(context) === 20) it.clock.pass(seconds(33));
          return 'fine';
        }),
      ]),
    ]);
    await it.start();
    expect(linesOf(it, 'a').slice(-4)).toEqual([
      [20, 53, 1, 'fine'],
      [30, 53, 2, 'not looked in time: this machine was busy or asleep'],
      [53, 53, 1, 'fine'],
      [60, 60, 1, 'fine'],
    ]);
  });
});

describe('what is journalled', () => {
  test('of a lane that does not change, few lines; of each state the first look and the last', async () => {
    const it = bench([forAMinute([laneOf('a', 1, async (context) => (now(context) < 25 ? 'good' : 'bad'))])]);
    await it.start();
    expect(linesOf(it, 'a')).toEqual([
      [0, 0, 1, 'good'],
      [10, 10, 10, 'good'],
      [20, 20, 10, 'good'],
      [24, 24, 4, 'good'],
      [25, 25, 1, 'bad'],
      [35, 35, 10, 'bad'],
      [45, 45, 10, 'bad'],
      [55, 55, 10, 'bad'],
      [60, 60, 5, 'bad'],
    ]);
  });

  test('the lanes with their periods, and why one is not observed', async () => {
    const asked: string[] = [];
    const ask = (name: string) => async () => {
      asked.push(name);
      return 'fine';
    };
    const it = bench([
      forAMinute([
        laneOf('a', 30, ask('a')),
        laneOf('b', 30, ask('b'), { notObserved: () => 'components.app.healthUrl is not configured' }),
      ]),
    ]);
    await it.start();
    expect(told(it)[1]).toEqual({
      type: 'observing',
      step: 'watch',
      lanes: [
        { lane: 'a', every: 30_000 },
        { lane: 'b', every: 30_000, missing: 'components.app.healthUrl is not configured' },
      ],
    });
    expect(new Set(asked)).toEqual(new Set(['a']));
  });

  test('a look that failed says why, and the others go on', async () => {
    const it = bench(
      [
        forAMinute([
          laneOf('a', 30, async ({ aws }) => String(await thingExists(aws, 'a'))),
          laneOf('b', 30, async () => 'fine'),
        ]),
      ],
      { troubles: { 'Exists a': ['none', 'denied'] } },
    );
    expect((await it.start()).outcome).toBe('succeeded');
    expect(linesOf(it, 'a').map(([, , , what]) => what)).toEqual(['false', 'Exists a: denied', 'false']);
    expect(linesOf(it, 'b')).toHaveLength(2);
  });

  test('a later step reads what was seen, through the schema of the lane', async () => {
    const dated = lane({
      name: 'writer',
      every: seconds(20),
      sees: z.object({
        since: z.codec(z.iso.datetime(), z.date(), {
          decode: (text) => new Date(text),
          encode: (date) => date.toISOString(),
        }),
      }),
      ask: async ({ runStartedAt }) => ({ since: runStartedAt }),
    });
    const watch = forAMinute([dated]);
    const found: unknown[] = [];
    await bench([
      watch,
      check<void>({
        id: 'read',
        title: 'It was read',
        run: async ({ observationsOf }) => {
          found.push(observationsOf(watch, dated), observationsOf({ id: 'other' }, dated));
        },
      }),
    ]).start();
    const since = new Date(begin);
    expect(found).toEqual([
      {
        every: 20_000,
        looks: [
          { asked: since, answered: since, looks: 1, seen: { since } },
          { asked: new Date(at(60)), answered: new Date(at(60)), looks: 3, seen: { since } },
        ],
      },
      { every: 20_000, notObserved: 'it was never looked at in this run', looks: [] },
    ]);
  });
});

describe('the end', () => {
  const seesBad = laneOf('a', 5, async (context) => (now(context) < 12 ? 'bad' : 'good'));
  const untilGood = observe({
    id: 'good',
    title: 'It is good',
    lanes: [seesBad],
    timeout: seconds(60),
    returns: z.object({ looks: z.int() }),
    until({ seen }) {
      const { looks } = seen(seesBad);
      const last = looks.at(-1);
      const isGood = last !== undefined && 'seen' in last && last.seen === 'good';
      return isGood
        ? { ready: true, output: { looks: looks.reduce((sum, look) => sum + look.looks, 0) } }
        : { ready: false, because: 'it is bad' };
    },
    hint: 'look yourself',
  });

  test('comes as soon as the decision says so, which knows looks that are not journalled yet', async () => {
    const it = bench([untilGood]);
    await it.start();
    expect(told(it).filter(({ type }) => type !== 'observed')).toEqual([
      {
        type: 'step-started',
        step: 'good',
        kind: 'observe',
        title: 'It is good',
        attempt: 1,
        deadline: at(60),
      },
      { type: 'observing', step: 'good', lanes: [{ lane: 'a', every: 5000 }] },
      { type: 'waiting', step: 'good', because: 'it is bad' },
      { type: 'step-succeeded', step: 'good', output: { looks: 4 } },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(secondsAt(it.clock.now())).toBe(15);
  });

  test('comes at the deadline, with what was seen last; nothing that is under way then is waited for', async () => {
    const never = laneOf('never', 5, async ({ clock, signal }) => {
      await clock.sleep(minutes(60), signal);
      return 'late';
    });
    const it = bench([
      { ...untilGood, lanes: [never], until: () => ({ ready: false, because: 'no answer' }) },
    ]);
    const end = await it.start();
    expect(end.state.error).toEqual({
      code: 'WAIT_TIMED_OUT',
      message: 'Not so after 1m: "It is good". Last seen: no answer',
      hint: 'look yourself',
    });
    expect(secondsAt(it.clock.now())).toBe(60);
    expect(toldInShort(it).at(-1)).toBe('run-finished');
  });

  test.each([
    ['a decision that says it cannot become so', 'failed'],
    ['a refusal', 'refused'],
    ['a bug', 'fault'],
  ])('comes with %s: %s', async (what, outcome) => {
    const details = { code: 'OTHER_WRITER', message: 'db-3 was promoted' };
    const ask: Ask = async () => {
      if (what === 'a refusal') throw new Refusal(details);
      if (what === 'a bug') throw new Bug('oh');
      return 'fine';
    };
    const until = () => {
      throw new OperatorError(details);
    };
    expect((await bench([forAMinute([laneOf('a', 5, ask)], { until })]).start()).outcome).toBe(outcome);
  });

  test('lanes of one name are a bug', async () => {
    const a = laneOf('a', 5, async () => 'fine');
    expect((await bench([forAMinute([a, a])]).start()).outcome).toBe('fault');
  });
});

describe('stopped and taken up again', () => {
  const health = (done: number) => {
    const a = laneOf('a', 1, async (context) => (now(context) < 25 ? 'good' : 'bad'));
    const until: Observe<void>['until'] = ({ now }) =>
      secondsAt(now) >= done ? { ready: true } : { ready: false, because: 'not yet' };
    return forAMinute([a], { until, timeout: seconds(100) });
  };

  test('Ctrl-C keeps what was seen, and the deadline is kept', async () => {
    const it = bench([health(60)]);
    it.clock.onSleep = () => {
      if (secondsAt(it.clock.now()) === 8) it.interrupt();
    };
    expect((await it.start()).outcome).toBe('interrupted');
    expect(linesOf(it, 'a')).toEqual([
      [0, 0, 1, 'good'],
      [8, 8, 8, 'good'],
    ]);
    it.clock.pass(seconds(30));
    it.clock.onSleep = () => {};
    expect((await it.resume()).outcome).toBe('succeeded');
    const state = stateOf(it.journal.events).steps.get('watch');
    expect(state).toMatchObject({ attempt: 1, deadline: at(100) });
    expect(linesOf(it, 'a')[2]).toEqual([38, 38, 1, 'bad']);
  });

  test('a deadline that passed while nobody looked is met by one look', async () => {
    const it = bench([health(300)]);
    it.stopAt({ atLine: 8, how: 'killed' });
    await expect(it.start()).rejects.toThrow(Killed);
    it.clock.pass(seconds(400));
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(linesOf(it, 'a').slice(-1)).toMatchObject([[expect.any(Number), expect.any(Number), 1, 'bad']]);
  });

  test('anywhere and any number of times: what is in the journal was so', async () => {
    const anyStop = fc.record<Stop>({
      atLine: fc.integer({ min: 1, max: 30 }),
      how: fc.constantFrom('killed', 'line lost', 'ctrl-c'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStop, { maxLength: 4 }), async (stops) => {
        const it = bench([health(60)]);
        let go = it.start;
        for (const stop of [...stops, undefined]) {
          const lines = it.journal.lines.length;
          if (stop !== undefined) it.stopAt(stop);
          await go().catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
          if (it.journal.lines.length > lines) go = it.resume;
          if (it.journal.events.at(-1)?.type === 'run-finished') break;
        }
        const looks = linesOf(it, 'a');
        for (const [asked, , , what] of looks) expect(what).toBe(Number(asked) < 25 ? 'good' : 'bad');
        expect(looks.map(([asked]) => asked)).toEqual(
          looks.map(([asked]) => asked).toSorted((a, b) => Number(a) - Number(b)),
        );
        expect(looks.at(-1)?.[0]).toBeGreaterThanOrEqual(59);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a rehearsal', () => {
  const a = laneOf('a', 5, async () => 'fine');

  test('looks once', async () => {
    const it = bench([forAMinute([a])], { mode: 'rehearsal' });
    await it.start();
    expect(told(it).slice(2, -1)).toEqual([
      { type: 'observed', step: 'watch', lane: 'a', asked: at(0), answered: at(0), looks: 1, seen: 'fine' },
      { type: 'waiting', step: 'watch', because: 'not yet a minute' },
      {
        type: 'step-depends',
        step: 'watch',
        because: 'would observe for up to 10m; now: not yet a minute',
      },
    ]);
  });

  test('depends on a change that was not made, where a lane or the decision needs it', async () => {
    const made = creates('made');
    const needs = laneOf('a', 5, async ({ outputOf }) => outputOf(made).thing);
    const it = bench([made, forAMinute([needs])], { mode: 'rehearsal' });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)).toContainEqual({
      type: 'step-depends',
      step: 'watch',
      because: 'depends on made, which was not carried out',
    });
  });
});

test('the lanes may only read, and only what the step declares', async () => {
  const uses = [{ actions: ['ssm:Exists'] }];
  const it = bench([
    forAMinute([laneOf('a', 30, async ({ aws }) => String(await thingExists(aws, 'a')))], { uses }),
  ]);
  await it.start();
  expect(it.aws.calls).toHaveLength(3);
  for (const { phase, actions } of it.aws.grants) {
    expect(phase).toBe('read');
    expect(actions).toEqual(['ssm:Exists']);
  }
});
