import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import type { ReadContext } from '../../src/engine/context.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import {
  approve,
  type Branch,
  type Change,
  check,
  cleanUp,
  forEach,
  type ListEntry,
  lane,
  observe,
  type StepReference,
  together,
} from '../../src/engine/step.ts';
import { AwsCallError, Bug, OperatorError, Refusal } from '../../src/errors.ts';
import { type Bench, bench, told, toldInShort } from '../helpers/engine-harness.ts';
import { creates, deletes, deletesInTurns, type Thing, waitsUntil } from '../helpers/engine-toy-steps.ts';

const begin = Date.parse('2026-03-01T03:00:00Z');
const elapsed = ({ clock }: Pick<ReadContext, 'clock'> | Bench) => (clock.now().getTime() - begin) / 1000;

const both = (left: readonly ListEntry[], right: readonly ListEntry[], id = 'both') =>
  together({
    id,
    title: 'Do both',
    branches: [
      { id: 'left', title: 'Do the left', steps: left },
      { id: 'right', title: 'Do the right', steps: right },
    ],
  });

/** Ready after so many seconds of the run. */
const waitsFor = (id: string, span: number) =>
  waitsUntil(id, (context) => elapsed(context) >= span, { every: seconds(10) });

/** Takes its time, in the middle of which AWS is asked. */
const slowly = (change: Change<Thing>, span: number): Change<Thing> => ({
  ...change,
  async apply(context) {
    await context.clock.sleep(seconds(span), context.signal);
    return change.apply(context);
  },
});

const failsAt = (id: string, span: number, error: () => Error = () => notSo) =>
  check<void>({
    id,
    title: `${id} holds`,
    async run({ clock, signal }) {
      await clock.sleep(seconds(span), signal);
      throw error();
    },
  });
const sessionOver = () =>
  new AwsCallError({
    code: 'AWS_CREDENTIALS_REFUSED',
    message: 'AWS does not accept the credentials',
    hint: 'Log in again',
    service: 'ec2',
    operation: 'DescribeInstances',
    awsCode: 'ExpiredToken',
    requestId: undefined,
    transient: false,
  });
const notSo = new OperatorError({ code: 'NOT_SO', message: 'It is not so' });

const says = (id: string, text: string) =>
  check({ id, title: id, returns: z.string(), run: async () => text });

const hears = (id: string, from: StepReference<string>, heard: string[]) =>
  check<void>({ id, title: id, run: async ({ outputOf }) => void heard.push(outputOf(from)) });

const made = (id: string, item: string) => creates(id, { undo: deletes(id + item) }, id + item);

/** Fails the first times, then holds. */
const failsTimes = (id: string, times: number) => {
  let left = times;
  return check<void>({
    id,
    title: `${id} holds`,
    async run() {
      left -= 1;
      if (left >= 0) throw notSo;
    },
  });
};

/** In seconds of the run. */
const decidedAt = ({ journal }: Bench) =>
  journal.events.flatMap(({ type, at }) =>
    type === 'failure-decided' ? [(Date.parse(at) - begin) / 1000] : [],
  );

const statusOf = (it: Bench, events = it.journal.events) =>
  Object.fromEntries(
    events.flatMap((event) => {
      if (!('step' in event)) return [];
      switch (event.type) {
        case 'step-started':
          return [[event.step, 'started']];
        case 'step-succeeded':
        case 'step-failed':
        case 'step-skipped':
          return [[event.step, event.type.slice('step-'.length)]];
        default:
          return [];
      }
    }),
  );

describe('branches', () => {
  test('are carried out at the same time: as long as the longest, each step journalled under its branch', async () => {
    const it = bench([
      both([waitsFor('w', 30), creates('a')], [waitsFor('v', 20), creates('b')]),
      creates('c'),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(elapsed(it)).toBe(30);
    expect(toldInShort(it).filter((line) => !line.startsWith('waiting'))).toEqual([
      'branches-started both',
      'step-started both/left/w',
      'step-started both/right/v',
      'step-succeeded both/right/v',
      'step-started both/right/b',
      'apply-started both/right/b',
      'step-succeeded both/right/b',
      'branch-finished both',
      'step-succeeded both/left/w',
      'step-started both/left/a',
      'apply-started both/left/a',
      'step-succeeded both/left/a',
      'branch-finished both',
      'step-started c',
      'apply-started c',
      'step-succeeded c',
      'run-finished',
    ]);
    expect(told(it)[0]).toEqual({
      type: 'branches-started',
      step: 'both',
      title: 'Do both',
      branches: [
        { id: 'left', title: 'Do the left' },
        { id: 'right', title: 'Do the right' },
      ],
    });
  });

  test('may hold lists and branches of their own', async () => {
    const nodes = forEach({
      id: 'nodes',
      title: 'Each node',
      item: z.string(),
      items: async () => ['1', '2'],
      key: (item) => item,
      steps: (item) => [both([made('x', item)], [made('y', item)], 'deep')],
      example: '1',
    });
    const it = bench([both([nodes], [both([creates('a')], [creates('b')], 'inner')])]);
    const end = await it.start();
    expect(end.outcome).toBe('succeeded');
    expect([...end.state.steps.keys()].sort()).toEqual([
      'both/left/nodes/1/deep/left/x',
      'both/left/nodes/1/deep/right/y',
      'both/left/nodes/2/deep/left/x',
      'both/left/nodes/2/deep/right/y',
      'both/right/inner/left/a',
      'both/right/inner/right/b',
    ]);
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect([...it.aws.things]).toEqual([]);
  });

  test('are noted again where another version of the runbook has others', async () => {
    const it = bench([both([creates('a')], [failsTimes('b', 1)])]);
    expect((await it.start()).outcome).toBe('failed-with-changes');
    it.steps = [
      together({
        id: 'both',
        title: 'Do all',
        branches: [
          { id: 'left', title: 'Do the left', steps: [creates('a')] },
          { id: 'right', title: 'Do the right', steps: [failsTimes('b', 0)] },
          { id: 'new', title: 'Do the new', steps: [says('n', 'new')] },
        ],
      }),
      hears('h', { id: 'n', returns: z.string() }, []),
    ];
    expect((await it.resume()).outcome).toBe('succeeded');
  });
});

describe('what a step sees', () => {
  const said = { id: 'said', returns: z.string() };

  test('before its branch and around it: all', async () => {
    const heard: string[] = [];
    const it = bench([
      says('said', 'above'),
      both(
        [hears('l', said, heard)],
        [says('r', 'mine'), hears('h', { id: 'r', returns: z.string() }, heard)],
      ),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(heard.sort()).toEqual(['above', 'mine']);
  });

  test('of a branch beside its own: nothing, though it was long done', async () => {
    const it = bench([both([says('said', 'left')], [waitsFor('w', 30), hears('h', said, [])])]);
    const { state } = await it.start();
    expect(state.steps.get('both/left/said')?.status).toBe('succeeded');
    expect(state.error).toEqual({
      code: 'STEP_OUTPUT_MISSING',
      message: 'The output of step said is needed here, but that step was not reached',
    });
  });

  test('of a branch within a branch beside its own: nothing either', async () => {
    const inner = both([says('said', 'left')], [waitsFor('w', 30), hears('h', said, [])], 'inner');
    const { state } = await bench([both([says('x', 'x'), inner], [])]).start();
    expect(state.error?.code).toBe('STEP_OUTPUT_MISSING');
  });

  test('after the branches, in the list and in later branches: all of them, and of those within', async () => {
    const heard: string[] = [];
    const it = bench([
      both([both([says('said', 'deep')], [], 'inner')], [says('other', 'other')]),
      hears('h', said, heard),
      both([hears('l', { id: 'other', returns: z.string() }, heard)], [hears('r', said, heard)], 'later'),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(heard).toEqual(['deep', 'other', 'deep']);
  });

  test('of a list in a branch: nothing', async () => {
    const nodes = forEach({
      id: 'nodes',
      title: 'Each',
      item: z.string(),
      items: async () => ['1'],
      key: (item) => item,
      steps: () => [says('said', 'inside')],
      example: '1',
    });
    const { state } = await bench([both([nodes], []), hears('h', said, [])]).start();
    expect(state.error?.code).toBe('STEP_OUTPUT_MISSING');
  });

  test('holds for observations as well', async () => {
    const light = lane({ name: 'light', every: seconds(10), sees: z.string(), ask: async () => 'on' });
    const watch = observe<void>({
      id: 'watch',
      title: 'Seen',
      lanes: [light],
      timeout: minutes(1),
      until: ({ seen }) =>
        seen(light).looks.length > 0 ? { ready: true } : { ready: false, because: 'dark' },
    });
    const looks: Record<string, number> = {};
    const counts = (id: string) =>
      check<void>({
        id,
        title: id,
        async run({ observationsOf }) {
          looks[id] = observationsOf(watch, light).looks.length;
        },
      });
    await bench([
      both([watch, counts('own')], [waitsFor('w', 30), counts('beside')]),
      counts('after'),
    ]).start();
    expect(looks).toEqual({ own: 1, beside: 0, after: 1 });
  });
});

describe('a list that could not be told apart, or in which two questions could be open, is a fault of ours', () => {
  const safety = check<void>({ id: 's', title: 'Safe', alsoOnResume: true, run: async () => {} });
  const asks = approve({ id: 'go', title: 'Go?', ask: () => ({ question: 'Go?', evidence: [] }) });
  const inEach = (steps: readonly ListEntry[]) =>
    forEach({
      id: 'nodes',
      title: 'Each',
      item: z.string(),
      items: async () => [],
      key: (item) => item,
      steps: () => steps,
      example: 'x',
    });
  const named = (...ids: readonly string[]) =>
    together({ id: 't', title: 'T', branches: ids.map((id): Branch => ({ id, title: id, steps: [] })) });

  test.each<[string, readonly ListEntry[], string]>([
    ['a step of both branches', [both([says('x', '')], [says('x', '')])], 'are called x'],
    ['a step of a branch and of its list', [says('x', ''), both([says('x', '')], [])], 'are called x'],
    ['a step of two of them', [both([says('x', '')], []), both([], [says('x', '')], 'more')], 'are called x'],
    ['a step within', [both([both([says('x', '')], [], 'in')], [says('x', '')])], 'are called x'],
    ['two branches', [named('a', 'a')], 'Branches of t share an id'],
    ['an approval in a branch', [both([asks], [])], 'go asks a person in a branch'],
    ['an approval in a list in a branch', [both([inEach([asks])], [])], 'go asks a person in a branch'],
    ['a safety check in a branch', [both([], [both([safety], [], 'in')])], 's is a safety check in a branch'],
    [
      'a clean-up of a change elsewhere',
      [creates('a'), both([cleanUp({ id: 'c', title: 'C', of: [creates('a')] })], [])],
      'c cleans up a',
    ],
  ])('%s', async (_what, steps, message) => {
    const it = bench([creates('first'), ...steps]);
    const { outcome, fault } = await it.start();
    expect(outcome).toBe('fault');
    expect(fault).toBeInstanceOf(Bug);
    expect((fault as Bug).message).toContain(message);
    expect(it.aws.effects).toEqual([]);
  });
});

describe('when a step fails in a branch', () => {
  test('a change under way elsewhere is finished, nothing further begins, and then the operator is asked', async () => {
    const it = bench([both([failsAt('f', 10)], [slowly(creates('a'), 30), creates('b')])], {
      decide: () => ({ choice: 'leave' }),
    });
    const end = await it.start();
    expect(end.outcome).toBe('failed-with-changes');
    expect(elapsed(it)).toBe(30);
    expect(statusOf(it)).toEqual({ 'both/left/f': 'failed', 'both/right/a': 'succeeded' });
    const lines = toldInShort(it);
    expect(lines.indexOf('failure-decided both/left/f')).toBeGreaterThan(
      lines.indexOf('step-succeeded both/right/a'),
    );
    expect(it.failures).toMatchObject([
      { path: 'both/left/f', changesInPlace: ['Create a'], maySkip: true, error: { code: 'NOT_SO' } },
    ]);
  });

  test('a check under way elsewhere is finished as well', async () => {
    const slow = check<void>({
      id: 'slow',
      title: 'Slow',
      run: ({ clock, signal }) => clock.sleep(seconds(30), signal),
    });
    const it = bench([both([failsAt('f', 10)], [slow, says('next', '')])]);
    await it.start();
    expect(statusOf(it)).toEqual({ 'both/left/f': 'failed', 'both/right/slow': 'succeeded' });
  });

  test('a wait elsewhere is given up where it stands, and goes on later under its attempt and its deadline', async () => {
    const it = bench([both([failsAt('f', 15)], [waitsFor('w', 30)])], {
      decide: (_failure, nth) => (nth === 1 ? { choice: 'retry' } : { choice: 'skip', reason: 'fine' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    const begun = it.journal.events.filter((event) => event.type === 'step-started');
    expect(begun.map(({ step, attempt, deadline }) => [step, attempt, deadline])).toEqual([
      ['both/left/f', 1, undefined],
      ['both/right/w', 1, '2026-03-01T03:01:00.000Z'],
      ['both/left/f', 2, undefined],
      ['both/right/w', 1, '2026-03-01T03:01:00.000Z'],
      ['both/right/w', 1, '2026-03-01T03:01:00.000Z'],
    ]);
    expect(it.failures.map(({ path }) => path)).toEqual(['both/left/f', 'both/left/f']);
    expect(decidedAt(it)).toEqual([15, 30]);
  });

  test('an observation elsewhere is given up too, and what it saw so far is kept', async () => {
    const light = lane({ name: 'light', every: seconds(5), sees: z.string(), ask: async () => 'on' });
    const watch = observe<void>({
      id: 'watch',
      title: 'Seen',
      lanes: [light],
      timeout: minutes(1),
      until: ({ now, runStartedAt }) =>
        now.getTime() - runStartedAt.getTime() >= seconds(30)
          ? { ready: true }
          : { ready: false, because: 'no' },
    });
    const it = bench([both([failsAt('f', 12)], [watch])], {
      decide: () => ({ choice: 'skip', reason: 'fine' }),
    });
    const { outcome, state } = await it.start();
    expect(outcome).toBe('succeeded');
    expect(decidedAt(it)).toEqual([12]);
    expect(state.steps.get('both/right/watch')).toMatchObject({
      attempt: 1,
      startedAt: new Date(begin).toISOString(),
    });
    expect(state.observations.get('both/right/watch')?.get('light')?.looks[0]?.asked).toEqual(
      new Date(begin),
    );
  });

  test('failures of several branches are decided one after the other, in the order of the branches', async () => {
    const it = bench([both([failsAt('slow', 20)], [failsAt('quick', 10)])], {
      decide: () => ({ choice: 'skip', reason: 'fine' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(toldInShort(it).slice(1)).toEqual([
      'step-started both/left/slow',
      'step-started both/right/quick',
      'step-failed both/right/quick',
      'step-failed both/left/slow',
      'failure-decided both/left/slow',
      'step-skipped both/left/slow',
      'failure-decided both/right/quick',
      'step-skipped both/right/quick',
      'branch-finished both',
      'branch-finished both',
      'run-finished',
    ]);
  });

  test('a retry passes over what is done', async () => {
    const it = bench([both([creates('a'), failsTimes('f', 2), creates('b')], [creates('c'), creates('d')])], {
      decide: () => ({ choice: 'retry' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(it.failures).toHaveLength(2);
    expect(toldInShort(it).filter((line) => line.startsWith('branch'))).toEqual([
      'branches-started both',
      'branch-finished both',
      'branch-finished both',
    ]);
    expect(it.aws.effects.toSorted()).toEqual(['Create a', 'Create b', 'Create c', 'Create d']);
  });

  test('undo takes back what every branch changed, the latest first', async () => {
    const it = bench(
      [
        creates('before'),
        both([slowly(creates('a'), 10), failsAt('f', 20)], [creates('b'), slowly(creates('c'), 40)]),
      ],
      { decide: () => ({ choice: 'undo' }) },
    );
    expect((await it.start()).outcome).toBe('rolled-back');
    expect(it.aws.effects).toEqual([
      'Create before',
      'Create b',
      'Create a',
      'Create c',
      'Delete c',
      'Delete b',
      'Delete a',
      'Delete before',
    ]);
  });

  test('leave ends the run; resumed, it tries the failed step again and goes on with the others', async () => {
    const it = bench([both([failsTimes('f', 1), creates('a')], [waitsFor('w', 30), creates('b')])]);
    expect((await it.start()).outcome).toBe('failed');
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a', 'Create b']);
  });

  test('a refusal while nothing was changed refuses the run; nobody is asked', async () => {
    const no = () => new Refusal({ code: 'STOP_ALARM', message: 'on' });
    const it = bench([both([failsAt('f', 10, no)], [waitsFor('w', 30)])]);
    expect((await it.start()).outcome).toBe('refused');
    expect(it.failures).toEqual([]);
  });

  test('a list in a branch that cannot be made fails like a step', async () => {
    let tries = 0;
    const nodes = forEach({
      id: 'nodes',
      title: 'Each',
      item: z.string(),
      items: async () => {
        tries += 1;
        if (tries === 1) throw notSo;
        return ['1'];
      },
      key: (item) => item,
      steps: () => [creates('x')],
      example: '1',
    });
    const it = bench([both([nodes], [slowly(creates('a'), 20)])], { decide: () => ({ choice: 'retry' }) });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(decidedAt(it)).toEqual([20]);
    expect(it.failures).toMatchObject([{ path: 'both/left/nodes', maySkip: false }]);
  });

  test('within a branch within a branch: all around begin nothing further, and come to rest before anybody is asked', async () => {
    const it = bench([
      both(
        [both([failsAt('f', 10)], [slowly(creates('a'), 20)], 'inner')],
        [slowly(creates('b'), 15), creates('c')],
      ),
    ]);
    await it.start();
    expect(decidedAt(it)).toEqual([20]);
    expect(statusOf(it)).toEqual({
      'both/left/inner/left/f': 'failed',
      'both/left/inner/right/a': 'succeeded',
      'both/right/b': 'succeeded',
    });
    expect(toldInShort(it).at(-2)).toBe('failure-decided both/left/inner/left/f');
  });

  test('branches within another one that were stopped for it are not over', async () => {
    const it = bench([both([failsAt('f', 10)], [both([waitsFor('w', 30)], [], 'inner')])]);
    await it.start();
    expect(
      it.journal.events.flatMap((event) =>
        event.type === 'branch-finished' ? [`${event.step}/${event.branch}`] : [],
      ),
    ).toEqual(['both/right/inner/right']);
  });
});

describe('Ctrl-C', () => {
  test('interrupts all branches as it interrupts one step; resumed, all go on', async () => {
    const it = bench([both([waitsFor('w', 30), creates('a')], [slowly(creates('b'), 20), creates('c')])]);
    it.clock.onSleep = () => {
      if (elapsed(it) === 10) it.interrupt();
    };
    expect((await it.start()).outcome).toBe('interrupted');
    expect(statusOf(it)).toEqual({ 'both/left/w': 'started', 'both/right/b': 'started' });
    it.clock.onSleep = () => {};
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects.toSorted()).toEqual(['Create a', 'Create b', 'Create c']);
  });

  test('while the branches come to rest after a failure: nobody is asked any more', async () => {
    const it = bench([both([failsAt('f', 10)], [slowly(creates('b'), 20)])], {
      decide: () => ({ choice: 'undo' }),
    });
    const { clock } = it;
    clock.onSleep = (span) => {
      if (span === seconds(20)) void clock.sleep(seconds(15)).then(() => it.interrupt());
    };
    expect((await it.start()).outcome).toBe('interrupted');
    expect(it.failures).toEqual([]);
  });
});

describe('a fault of ours in one branch', () => {
  test('ends the run once the others are at rest, and nothing goes on after its end', async () => {
    const bug = new Bug('ours');
    const it = bench([both([failsAt('f', 10, () => bug)], [slowly(creates('a'), 30), creates('b')])]);
    const { outcome, fault } = await it.start();
    expect([outcome, fault]).toEqual(['fault', bug]);
    expect(statusOf(it)).toEqual({ 'both/left/f': 'started', 'both/right/a': 'succeeded' });
    expect(it.journal.events.at(-1)?.type).toBe('run-finished');
    const lines = it.journal.lines.length;
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    expect(it.journal.lines).toHaveLength(lines);
  });

  test('outweighs a failure in another', async () => {
    const it = bench([both([failsAt('f', 10)], [failsAt('g', 20, () => new Bug('ours'))])]);
    expect((await it.start()).outcome).toBe('fault');
    expect(it.failures).toEqual([]);
  });

  test('outweighs a session that is over in another: whoever logs in again and resumes would meet it unwarned', async () => {
    const it = bench([
      creates('before'),
      both([failsAt('f', 10, sessionOver)], [failsAt('g', 20, () => new Bug('ours'))]),
    ]);
    expect((await it.start()).outcome).toBe('fault');
  });

  test('a session that is over in one lets the change of another be finished, and undoes nothing', async () => {
    const it = bench([both([failsAt('f', 10, sessionOver)], [slowly(creates('a'), 30), creates('b')])]);
    const { outcome, state } = await it.start();
    expect(outcome).toBe('interrupted');
    expect(statusOf(it)).toEqual({ 'both/left/f': 'started', 'both/right/a': 'succeeded' });
    expect(it.failures).toEqual([]);
    expect(debtsOf(state).map(({ path }) => path)).toEqual(['both/right/a']);
  });
});

describe('an operator who goes step by step', () => {
  test('is asked about one change at a time, while what needs no answer goes on', async () => {
    const asked: string[] = [];
    let open = 0;
    let most = 0;
    const it: Bench = bench([both([creates('a'), creates('b')], [creates('c')])], {
      async goOn({ path }) {
        most = Math.max(most, ++open);
        asked.push(path);
        await it.clock.sleep(seconds(10));
        open -= 1;
        return true;
      },
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(most).toBe(1);
    expect(asked).toEqual(['both/left/a', 'both/right/c', 'both/left/b']);
  });

  test('who says no interrupts all branches, and what is under way is finished first', async () => {
    const it = bench([both([waitsFor('w', 10), creates('a')], [waitsFor('v', 60)])], { goOn: () => false });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(statusOf(it)).toEqual({ 'both/left/w': 'succeeded', 'both/right/v': 'started' });
    expect(it.aws.effects).toEqual([]);
  });

  test('who says no where nothing else goes on interrupts the run too', async () => {
    const it = bench([both([creates('a')], []), creates('z')], { goOn: ({ path }) => path === 'z' });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(it.aws.effects).toEqual([]);
  });

  test('whose yes comes after a failure elsewhere is not taken for one: the change does not begin', async () => {
    const it: Bench = bench([both([creates('a')], [failsAt('f', 10)])], {
      async goOn() {
        await it.clock.sleep(seconds(20));
        return true;
      },
    });
    expect((await it.start()).outcome).toBe('failed');
    expect(statusOf(it)).toEqual({ 'both/right/f': 'failed' });
  });

  test('has the question taken back when another branch fails, and no next one is asked', async () => {
    const asked: string[] = [];
    const it: Bench = bench(
      [
        together({
          id: 'all',
          title: 'Do all',
          branches: [
            { id: 'left', title: 'Left', steps: [creates('a')] },
            { id: 'middle', title: 'Middle', steps: [creates('b')] },
            { id: 'right', title: 'Right', steps: [failsAt('f', 10)] },
          ],
        }),
      ],
      {
        async goOn({ path }, signal) {
          asked.push(path);
          await it.clock.sleep(minutes(60), signal);
          return true;
        },
      },
    );
    expect((await it.start()).outcome).toBe('failed');
    expect(elapsed(it)).toBe(10);
    expect(asked).toEqual(['all/left/a']);
    expect(it.failures).toMatchObject([{ path: 'all/right/f' }]);
    expect(it.aws.effects).toEqual([]);
  });
});

describe('what branches changed', () => {
  test('is undone in one order, the latest begun first, also after a kill', async () => {
    const steps = () => [both([creates('a'), creates('b')], [slowly(creates('c'), 5), creates('d')])];
    const it = bench(steps());
    await it.start();
    expect(debtsOf((await it.rollBack()).state)).toEqual([]);
    expect(it.aws.effects.slice(4)).toEqual(['Delete d', 'Delete b', 'Delete c', 'Delete a']);
  });

  test('can be cleaned up by a step after them, and is undone with an earlier one', async () => {
    const cluster = creates('cluster', { undo: deletesInTurns('cluster') });
    const note = creates('note', { undoneBy: { id: 'cluster' } });
    const other = creates('other', { undo: deletes('other') });
    const stays = creates('stays');
    const it = bench([
      both([cluster, both([stays], [], 'inner')], [both([], [other], 'deep')]),
      note,
      cleanUp({ id: 'clean', title: 'Delete it', of: [cluster, other, note] }),
    ]);
    const end = await it.start();
    expect(end.outcome).toBe('succeeded');
    expect(debtsOf(end.state).map(({ path }) => path)).toEqual(['both/left/inner/left/stays']);
    expect([...it.aws.things].toSorted()).toEqual(['note', 'stays']);
  });

  test('a clean-up in a branch is given up where it only waits, and gone on with', async () => {
    const cluster = creates('cluster', { undo: deletesInTurns('cluster') });
    const clean = cleanUp({ id: 'clean', title: 'Delete it', of: [cluster] });
    const it = bench([both([cluster, clean], [failsAt('f', 5)])], {
      decide: () => ({ choice: 'skip', reason: 'fine' }),
    });
    const end = await it.start();
    expect(end.outcome).toBe('succeeded');
    expect(decidedAt(it)).toEqual([5]);
    expect(debtsOf(end.state)).toEqual([]);
    expect(it.aws.effects).toEqual(['Create cluster', 'Delete cluster']);
    expect(end.state.steps.get('both/left/clean')?.attempt).toBe(1);
  });
});

describe('a rehearsal', () => {
  const rehearsal = (steps: readonly ListEntry[]) => bench(steps, { mode: 'rehearsal' });

  test('goes through the branches and writes nothing', async () => {
    const a = creates('a');
    const it = rehearsal([
      both([a, creates('b')], [creates('c')]),
      hears('h', { id: 'a', returns: z.string() }, []),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual([]);
    expect(toldInShort(it)).toEqual([
      'branches-started both',
      'step-started both/left/a',
      'step-rehearsed both/left/a',
      'step-started both/left/b',
      'step-rehearsed both/left/b',
      'branch-finished both',
      'step-started both/right/c',
      'step-rehearsed both/right/c',
      'branch-finished both',
      'step-started h',
      'step-depends h',
      'run-finished',
    ]);
  });

  test('takes no change of a branch beside it for the reason why something does not hold', async () => {
    const inOtherBranch = await rehearsal([both([creates('a')], [failsAt('f', 0)])]).start();
    expect(inOtherBranch.outcome).toBe('failed');
    const after = await rehearsal([both([creates('a')], []), failsAt('f', 0)]).start();
    expect(after.outcome).toBe('succeeded');
  });
});
