import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ChangeClients } from '../../src/aws/clients.ts';
import { stateOf } from '../../src/engine/run-state.ts';
import {
  approve,
  type Change,
  change,
  check,
  forEach,
  type ListEntry,
  measure,
} from '../../src/engine/step.ts';
import { AwsCallError, Bug, Interrupted, OperatorError, Refusal } from '../../src/errors.ts';
import { bench, by, createThing, deleteThing, told, toldInShort } from '../helpers/engine-harness.ts';
import { creates, deletes, thing, waitsUntil } from '../helpers/engine-toy-steps.ts';

const asks = approve({
  id: 'go',
  title: 'Go?',
  ask: () => ({ question: 'Replace 3 nodes?', evidence: [] }),
});
const no = { approve: () => ({ approved: false, by: 'bob@desk', because: 'not tonight' }) } as const;

/** A check that says what the test wants it to say, each time anew. */
const saying = (id: string, say: () => void, alsoOnResume = false) =>
  check<void>({ id, title: `${id} holds`, alsoOnResume, run: async () => say() });

const fails = () => {
  throw new OperatorError({ code: 'NOT_SO', message: 'It is not so', hint: 'look' });
};
const refuses = () => {
  throw new Refusal({ code: 'STOP_ALARM', message: 'The stop alarm is on' });
};

describe('an approval', () => {
  test('that is declined ends the run before anything was changed', async () => {
    const it = bench([asks, creates('a')], no);
    const end = await it.start();
    expect(end.outcome).toBe('declined');
    expect(told(it).slice(2)).toEqual([
      { type: 'approval-declined', step: 'go', by: 'bob@desk', because: 'not tonight' },
      {
        type: 'step-failed',
        step: 'go',
        error: { code: 'DECLINED', message: 'Not approved by bob@desk: not tonight' },
      },
      {
        type: 'run-finished',
        outcome: 'declined',
        error: { code: 'DECLINED', message: 'Not approved by bob@desk: not tonight' },
      },
    ]);
    expect(it.failures).toEqual([]);
    expect(it.aws.effects).toEqual([]);
  });

  test.each([
    ['undo', 'rolled-back', []],
    ['leave', 'failed-with-changes', ['a']],
  ] as const)(
    'that is declined with changes in place: the operator chooses to %s them',
    async (choice, outcome, things) => {
      const it = bench([creates('a'), asks, creates('b')], { ...no, decide: () => ({ choice }) });
      expect((await it.start()).outcome).toBe(outcome);
      expect([...it.aws.things]).toEqual(things);
      expect(it.failures).toEqual([
        {
          path: 'go',
          title: 'Go?',
          error: { code: 'DECLINED', message: 'Not approved by bob@desk: not tonight' },
          maySkip: false,
          changesInPlace: ['Create a'],
        },
      ]);
    },
  );

  test('that was declined is asked for again when the run is resumed', async () => {
    let approved = false;
    const it = bench([asks, creates('a')], {
      approve: () => (approved ? { approved, by } : { approved, by, because: 'not yet' }),
    });
    await it.start();
    approved = true;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.approvals).toHaveLength(2);
  });

  test('that was given is not asked for again when the run is resumed', async () => {
    const it = bench([asks, saying('next', fails)]);
    await it.start();
    await it.resume();
    expect(it.approvals).toHaveLength(1);
  });

  test.each([
    [true, undefined, 'testing'],
    [true, 'delete everything', 'delete everything'],
    [false, undefined, undefined],
    [false, 'delete everything', 'delete everything'],
  ])(
    'protected environment: %s, the step has typed: %s, to be typed: %s',
    async (isProtected, own, typed) => {
      const ask = () => ({
        question: 'Go?',
        evidence: [],
        ...(own !== undefined && { typeToConfirm: own }),
      });
      const it = bench([approve({ id: 'go', title: 'Go?', ask })], { protected: isProtected });
      await it.start();
      expect(it.approvals.map(({ typeToConfirm }) => typeToConfirm)).toEqual([typed]);
    },
  );
});

describe('a refusal', () => {
  test('without changes ends the run as refused, and nobody is asked', async () => {
    const it = bench([saying('alarms', refuses), creates('a')]);
    const end = await it.start();
    expect(end.outcome).toBe('refused');
    expect(end.state.error).toEqual({ code: 'STOP_ALARM', message: 'The stop alarm is on' });
    expect(it.failures).toEqual([]);
  });

  test('with changes in place is for the operator to decide', async () => {
    const it = bench([creates('a'), saying('alarms', refuses)]);
    expect((await it.start()).outcome).toBe('failed-with-changes');
    expect(it.failures).toMatchObject([{ path: 'alarms', changesInPlace: ['Create a'] }]);
  });
});

describe('a failed step', () => {
  test('is put before the operator, with the changes in place, latest first', async () => {
    const it = bench([creates('a'), creates('b'), saying('c', fails)]);
    expect((await it.start()).outcome).toBe('failed-with-changes');
    expect(it.failures).toEqual([
      {
        path: 'c',
        title: 'c holds',
        error: { code: 'NOT_SO', message: 'It is not so', hint: 'look' },
        maySkip: true,
        changesInPlace: ['Create b', 'Create a'],
      },
    ]);
    expect(told(it).slice(-2)).toEqual([
      { type: 'failure-decided', step: 'c', choice: 'leave', by },
      {
        type: 'run-finished',
        outcome: 'failed-with-changes',
        error: { code: 'NOT_SO', message: 'It is not so', hint: 'look' },
      },
    ]);
  });

  test('is tried again, under a new number, as often as the operator wants', async () => {
    let failures = 2;
    const it = bench([saying('a', () => failures-- > 0 && fails()), creates('b')], {
      decide: () => ({ choice: 'retry' }),
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(toldInShort(it).slice(0, 8)).toEqual([
      'step-started a',
      'step-failed a',
      'failure-decided a',
      'step-started a',
      'step-failed a',
      'failure-decided a',
      'step-started a',
      'step-succeeded a',
    ]);
    expect(
      told(it).flatMap((event) =>
        event.type === 'step-started' && event.step === 'a' ? [event.attempt] : [],
      ),
    ).toEqual([1, 2, 3]);
  });

  test('is skipped for a reason, and stays skipped after a resume', async () => {
    let broken = true;
    const it = bench([saying('a', fails), saying('b', () => broken && fails())], {
      decide: ({ path }) => (path === 'a' ? { choice: 'skip', reason: 'known fault' } : { choice: 'leave' }),
    });
    expect((await it.start()).outcome).toBe('failed');
    broken = false;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.failures.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(told(it)).toContainEqual({ type: 'step-skipped', step: 'a', by, reason: 'known fault' });
  });

  test('ends the run as failed where there was nothing to undo', async () => {
    const it = bench([saying('a', fails)], { decide: () => ({ choice: 'undo' }) });
    expect((await it.start()).outcome).toBe('failed');
    expect(toldInShort(it)).not.toContain('rollback-started');
  });

  test('that was left is tried again when the run is resumed', async () => {
    let broken = true;
    const it = bench([creates('a'), saying('b', () => broken && fails()), creates('c')]);
    await it.start();
    broken = false;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a', 'Create c']);
  });
});

describe('a safety check', () => {
  const safety = (say: () => void) => saying('account', say, true);

  test('is made again at every resume, once, other checks are not', async () => {
    const made: string[] = [];
    let broken = true;
    const it = bench([
      safety(() => made.push('safety')),
      saying('other', () => made.push('other')),
      saying('last', () => broken && fails()),
    ]);
    await it.start();
    await it.resume();
    broken = false;
    await it.resume();
    expect(made).toEqual(['safety', 'other', 'safety', 'safety']);
  });

  test.each([
    ['refused', refuses],
    ['failed', fails],
  ])('that does not hold at a resume: nothing goes on, and nobody is asked (%s)', async (outcome, say) => {
    let holds = true;
    const it = bench([safety(() => !holds && say()), saying('b', () => holds && fails()), creates('c')], {
      decide: () => ({ choice: holds ? 'leave' : 'retry' }),
    });
    await it.start();
    holds = false;
    expect((await it.resume()).outcome).toBe(outcome);
    expect(it.failures).toHaveLength(1);
    expect(it.aws.effects).toEqual([]);
  });

  test.each([
    ['refused', refuses],
    ['failed-with-changes', fails],
  ])(
    'that does not hold with changes in place: they stay, and nobody is asked (%s)',
    async (outcome, say) => {
      let holds = true;
      const it = bench([safety(() => !holds && say()), creates('a'), saying('b', fails)]);
      await it.start();
      holds = false;
      expect((await it.resume()).outcome).toBe(outcome);
      expect(it.failures).toHaveLength(1);
      expect([...it.aws.things]).toEqual(['a']);
    },
  );

  test.each([
    ['STOP_ALARM', refuses],
    ['NOT_SO', fails],
  ])(
    'is made before a rollback, which does not begin where it does not hold: the run stays as it ended (%s)',
    async (code, say) => {
      let holds = true;
      const it = bench([safety(() => !holds && say()), creates('a')]);
      await it.start();
      holds = false;
      await expect(it.rollBack()).rejects.toMatchObject({ code });
      expect(stateOf(it.journal.events).outcome).toBe('succeeded');
      expect(toldInShort(it)).not.toContain('rollback-started');
      expect([...it.aws.things]).toEqual(['a']);
      holds = true;
      expect((await it.rollBack()).outcome).toBe('rolled-back');
    },
  );

  test('before a rollback, interrupted: the run stays as it ended', async () => {
    let interrupt = () => {};
    const it = bench([safety(() => interrupt()), saying('second', () => {}, true), creates('a')]);
    await it.start();
    interrupt = () => it.interrupt();
    expect((await it.rollBack()).outcome).toBe('interrupted');
    expect(stateOf(it.journal.events).outcome).toBe('succeeded');
    expect([...it.aws.things]).toEqual(['a']);
  });

  test('is made before the undo that the operator chose', async () => {
    let made = 0;
    const it = bench([safety(() => ++made === 2 && refuses()), creates('a'), saying('b', fails)], {
      decide: () => ({ choice: 'undo' }),
    });
    const end = await it.start();
    expect(end.outcome).toBe('refused');
    expect(end.state.error?.code).toBe('STOP_ALARM');
    expect(made).toBe(2);
    expect([...it.aws.things]).toEqual(['a']);
  });

  test.each([
    ['refused', refuses],
    ['rollback-failed', fails],
  ])('is made before a rollback that was cut off goes on (%s)', async (outcome, say) => {
    let holds = true;
    const it = bench([safety(() => !holds && say()), creates('a')], {
      troubles: { 'Delete a': ['denied'] },
    });
    await it.start();
    await it.rollBack();
    holds = false;
    expect((await it.resume()).outcome).toBe(outcome);
    expect([...it.aws.things]).toEqual(['a']);
    holds = true;
    expect((await it.resume()).outcome).toBe('rolled-back');
  });
});

test('a journal that can no longer be written ends the run where it is: nothing is written to AWS or journalled after', async () => {
  const full = new OperatorError({ code: 'STATE_NOT_WRITABLE', message: 'The disk is full' });
  for (let lines = 1; ; lines += 1) {
    const it = bench([saying('safe', () => {}, true), creates('a'), creates('b')], {
      decide: () => ({ choice: 'undo' }),
    });
    const append = it.journal.append.bind(it.journal);
    let effectsThen = 0;
    it.journal.append = (event) => {
      effectsThen = it.aws.effects.length;
      if (it.journal.lines.length === lines) throw full;
      append(event);
    };
    const end = await it.start().catch((error: unknown) => error);
    if (end !== full) break;
    expect(it.journal.lines).toHaveLength(lines);
    expect(it.aws.effects).toHaveLength(effectsThen);
    expect(it.failures).toEqual([]);
    it.journal.append = append;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a', 'Create b']);
  }
});

/** A runbook with a place for everything that a step's author writes, of which one throws. */
const places = {
  'a check': (throws: () => never) => [saying('x', throws)],
  'the look of a change': (throws: () => never) => [changing({ findApplied: async () => throws() })],
  'a change': (throws: () => never) => [changing({ apply: async () => throws() })],
  'a wait': (throws: () => never) => [waitsUntil('x', throws)],
  'an approval': (throws: () => never) => [approve({ id: 'x', title: 'X?', ask: () => throws() })],
  'a measure': (throws: () => never) => [
    measure({ id: 'x', title: 'X', unit: 'count', sample: async () => throws() }),
  ],
  'the list of a forEach': (throws: () => never) => [listing(async () => throws())],
  'a step of a forEach': (throws: () => never) => [
    listing(
      async () => ['x'],
      () => [saying('x', throws)],
    ),
  ],
} satisfies Record<string, (throws: () => never) => readonly ListEntry[]>;

const changing = (more: Partial<Pick<Change<{ thing: string }>, 'findApplied' | 'apply'>>): ListEntry =>
  change({
    id: 'x',
    title: 'X',
    returns: thing,
    findApplied: async () => undefined,
    async apply({ aws }) {
      await createThing(aws, 'x');
      return { thing: 'x' };
    },
    ...more,
    undo: deletes('x'),
  });

const listing = (items: () => Promise<string[]>, steps: () => readonly ListEntry[] = () => []): ListEntry =>
  forEach({ id: 'list', title: 'List', item: z.string(), items, key: (item) => item, steps, example: 'x' });

const sessionOver = () =>
  new AwsCallError({
    code: 'AWS_CREDENTIALS_REFUSED',
    message: 'AWS does not accept the credentials',
    hint: 'aws sso login',
    service: 'ssm',
    operation: 'Create',
    awsCode: 'ExpiredToken',
    transient: false,
  });

describe('a session that is over', () => {
  test.each(Object.entries(places))(
    'in %s: the run pauses with what to do, nothing is undone, nobody is asked, and it goes on where it was',
    async (_, place) => {
      const it = bench(
        [
          creates('a'),
          ...place(() => {
            throw sessionOver();
          }),
        ],
        { decide: () => ({ choice: 'undo' }) },
      );
      const end = await it.start();
      expect(end).toMatchObject({ outcome: 'interrupted', state: { outcome: 'interrupted' } });
      const { error } = end.state;
      expect(error?.message).toMatch(/session is over .* nothing was undone/);
      expect(error?.hint).toMatch(/Log in again, then: runbook resume .*aws sso login/);
      expect(it.journal.events.some(({ type }) => type === 'step-failed')).toBe(false);
      expect(it.aws.effects).toEqual(['Create a']);
      expect(it.failures).toEqual([]);
      it.steps = [creates('a'), ...place(() => undefined as never)];
      await it.resume();
      expect(it.aws.effects.filter((effect) => effect === 'Create a')).toHaveLength(1);
    },
  );

  test('in an undo: it goes on there, and nothing counts as impossible to undo', async () => {
    let isOver = true;
    const it = bench([
      creates('a'),
      creates('b', {
        undo: {
          title: 'Delete b',
          async apply({ aws }) {
            if (isOver) throw sessionOver();
            await deleteThing(aws, 'b');
          },
        },
      }),
    ]);
    await it.start();
    const end = await it.rollBack();
    expect(end.outcome).toBe('interrupted');
    expect(end.state.error?.hint).toContain('runbook rollback');
    expect(it.journal.events.some(({ type }) => type === 'undo-failed')).toBe(false);
    isOver = false;
    expect((await it.resume()).outcome).toBe('rolled-back');
    expect([...it.aws.things]).toEqual([]);
  });

  test('before anything was done the run has failed: there is no session to go on with', async () => {
    const it = bench([
      saying('x', () => {
        throw sessionOver();
      }),
    ]);
    const end = await it.start();
    expect(end).toMatchObject({ outcome: 'failed', state: { error: { code: 'AWS_CREDENTIALS_REFUSED' } } });
  });
});

describe('Ctrl-C', () => {
  test.each(Object.entries(places))(
    'in %s: the run is interrupted, nothing is undone, nobody is asked, and it can be resumed',
    async (_, place) => {
      const it = bench([
        creates('a'),
        ...place(() => {
          it.interrupt();
          throw new Interrupted();
        }),
      ]);
      const end = await it.start();
      expect(end).toMatchObject({ outcome: 'interrupted', state: { outcome: 'interrupted' } });
      expect(it.journal.events.at(-1)?.type).toBe('run-interrupted');
      expect(it.aws.effects).toEqual(['Create a']);
      expect(it.failures).toEqual([]);
      it.steps = [creates('a'), ...place(() => undefined as never)];
      await it.resume();
      expect(it.journal.events.filter(({ type }) => type === 'run-resumed')).toHaveLength(1);
    },
  );

  test('during a call: the call is the last one', async () => {
    const it = bench([creates('a'), creates('b')]);
    // run-started, step-started, look, apply-started, creation
    it.stopAt({ atLine: 5, how: 'ctrl-c' });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(toldInShort(it).slice(-2)).toEqual(['step-succeeded a', 'run-interrupted']);
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a', 'Create b']);
  });

  test('before a call: it is not sent', async () => {
    const it = bench([creates('a')]);
    // run-started, step-started, look, apply-started
    it.stopAt({ atLine: 4, how: 'ctrl-c' });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(it.aws.effects).toEqual([]);
  });

  test('in a sleep: the wait goes on with what is left of its time', async () => {
    const it = bench([waitsUntil('w', () => false)]);
    it.clock.onSleep = () => it.interrupt();
    expect((await it.start()).outcome).toBe('interrupted');
    expect(toldInShort(it)).toEqual(['step-started w', 'waiting w', 'run-interrupted']);
  });

  test('at a question: it counts as no answer', async () => {
    const it = bench([creates('a'), asks], {
      approve: () => {
        throw new Interrupted();
      },
    });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(toldInShort(it).slice(-2)).toEqual(['approval-asked go', 'run-interrupted']);
  });

  test('at the choice after a failure: the step is tried again at the resume', async () => {
    let broken = true;
    const it = bench([creates('a'), saying('b', () => broken && fails())], {
      decide: () => {
        throw new Interrupted();
      },
    });
    expect((await it.start()).outcome).toBe('interrupted');
    expect(it.aws.effects).toEqual(['Create a']);
    broken = false;
    expect((await it.resume()).outcome).toBe('succeeded');
  });

  test('after the last step comes too late', async () => {
    const it = bench([creates('a')]);
    // ... step-succeeded
    it.stopAt({ atLine: 6, how: 'ctrl-c' });
    expect((await it.start()).outcome).toBe('succeeded');
  });
});

describe('a fault of ours', () => {
  test.each(Object.entries(places))(
    'in %s ends the run, is recorded, and undoes nothing',
    async (_, place) => {
      const fault = new TypeError('x is not a function');
      const it = bench(
        [
          creates('a'),
          ...place(() => {
            throw fault;
          }),
        ],
        { decide: () => ({ choice: 'undo' }) },
      );
      const end = await it.start();
      expect(end.outcome).toBe('fault');
      expect(end.fault).toBe(fault);
      expect(told(it).at(-1)).toEqual({
        type: 'run-finished',
        outcome: 'fault',
        error: { code: 'Bug', message: 'x is not a function' },
      });
      expect(it.failures).toEqual([]);
      expect([...it.aws.things]).toEqual(['a']);
    },
  );

  test('in an undo ends the rollback, which can be begun again', async () => {
    let broken = true;
    const it = bench([
      creates('a', {
        undo: {
          title: 'Delete a',
          apply: async (context, applied) => {
            if (broken) throw new Bug('no way back');
            const undo = deletes('a');
            if ('apply' in undo) await undo.apply(context, applied);
          },
        },
      }),
    ]);
    await it.start();
    expect(await it.rollBack()).toMatchObject({ outcome: 'fault', state: { phase: 'rolling-back' } });
    broken = false;
    expect((await it.rollBack()).outcome).toBe('rolled-back');
    expect([...it.aws.things]).toEqual([]);
  });

  test('is an output that its schema does not allow, and the change is owed', async () => {
    const it = bench([changing({ apply: async () => ({ thing: 7 }) as unknown as { thing: string } })]);
    const end = await it.start();
    expect(end.outcome).toBe('fault');
    expect(end.state.steps.get('x')).toMatchObject({ status: 'started', mayBeApplied: true });
  });

  test('is a write where only reads are meant', async () => {
    const it = bench([
      changing({
        findApplied: async ({ aws }) => {
          await createThing(aws as ChangeClients, 'x');
          return undefined;
        },
      }),
    ]);
    expect((await it.start()).outcome).toBe('fault');
    expect(it.aws.effects).toEqual([]);
  });

  test('with changes in place can be resumed', async () => {
    let broken = true;
    const it = bench([
      creates('a'),
      saying('b', () => {
        if (broken) throw new TypeError('x is not a function');
      }),
    ]);
    await it.start();
    broken = false;
    expect((await it.resume()).outcome).toBe('succeeded');
  });
});

describe('a missed objective', () => {
  const lowest = (value: number) =>
    measure({
      id: 'lowest',
      title: 'Lowest healthy count',
      unit: 'count',
      objective: () => ({ atLeast: 3 }),
      sample: async () => ({ value }),
    });
  const missed = {
    code: 'OBJECTIVE_MISSED',
    message: 'Every step was carried out, but an objective was missed: Lowest healthy count',
  };

  test.each([
    ['failed', [lowest(2), saying('after', () => {})]],
    ['failed-with-changes', [creates('a'), lowest(2), saying('after', () => {})]],
  ] as const)('is found after every step was carried out: %s', async (outcome, steps) => {
    const it = bench(steps);
    const end = await it.start();
    expect(end.outcome).toBe(outcome);
    expect(end.state.error).toEqual(missed);
    expect(toldInShort(it)).toContain('step-succeeded after');
    expect(it.failures).toEqual([]);
  });

  test.each([
    [{ atLeast: 2 }, 'OBJECTIVE_UNCERTAIN', 'what was seen cannot tell whether an objective was met'],
    [{ atLeast: 1, atMost: 2 }, 'OBJECTIVE_MISSED', 'an objective was missed'],
  ])(
    'is one that lies in an interval, and one of which %j cannot tell is not met: %s',
    async (seen, code, what) => {
      const it = bench([{ ...lowest(2), objective: () => ({ atLeast: 3 }), sample: async () => seen }]);
      const end = await it.start();
      expect(end.outcome).toBe('failed');
      expect(end.state.error).toEqual({
        code,
        message: `Every step was carried out, but ${what}: Lowest healthy count`,
      });
    },
  );

  test('is named before one that cannot be told', async () => {
    const open = { ...lowest(2), id: 'open', title: 'Open', sample: async () => ({ atLeast: 1 }) };
    const { state } = await bench([open, lowest(2)]).start();
    expect(state.error).toEqual(missed);
  });

  test('is none where there was no number', async () => {
    const it = bench([{ ...lowest(2), sample: async () => ({ missing: 'no data' }) }]);
    expect((await it.start()).outcome).toBe('succeeded');
  });
});

describe('a forEach', () => {
  test('keeps its items when the run is resumed, whatever AWS lists by then, and reads them as its schema does', async () => {
    const item = z.object({ name: z.string(), since: z.codec(z.iso.datetime(), z.date(), isoDate) });
    const seen: z.output<typeof item>[] = [];
    const since = new Date('2026-01-01T00:00:00Z');
    let listed = [
      { name: 'a', since },
      { name: 'b', since },
    ];
    let looks = 0;
    let broken = true;
    const it = bench([
      forEach({
        id: 'nodes',
        title: 'Nodes',
        item,
        items: async () => {
          looks += 1;
          return listed;
        },
        key: ({ name }) => name,
        steps: (node) => [
          creates('node', { undo: deletes(node.name) }, node.name),
          saying('look', () => {
            seen.push(node);
            if (node.name === 'b' && broken) fails();
          }),
        ],
        example: { name: 'x', since },
      }),
    ]);
    await it.start();
    listed = [{ name: 'c', since }];
    broken = false;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(looks).toBe(1);
    expect(it.aws.effects).toEqual(['Create a', 'Create b']);
    expect(seen).toEqual(['a', 'b', 'b'].map((name) => ({ name, since })));
  });

  test('that cannot list its items is a failure like any other: retried, left or undone, and resumed', async () => {
    let left = 2;
    const listed = listing(
      async () => {
        left -= 1;
        return left >= 0 ? fails() : ['b'];
      },
      () => [creates('b')],
    );
    const retried = bench([creates('a'), listed], { decide: () => ({ choice: 'retry' }) });
    expect((await retried.start()).outcome).toBe('succeeded');
    expect(retried.failures.map(({ path, maySkip }) => ({ path, maySkip }))).toEqual([
      { path: 'list', maySkip: false },
      { path: 'list', maySkip: false },
    ]);
    left = 1;
    const leaving = bench([creates('a'), listed]);
    expect((await leaving.start()).outcome).toBe('failed-with-changes');
    expect((await leaving.resume()).outcome).toBe('succeeded');
    expect(leaving.aws.effects).toEqual(['Create a', 'Create b']);
    left = 1;
    const undoing = bench([creates('a'), listed], { decide: () => ({ choice: 'undo' }) });
    expect((await undoing.start()).outcome).toBe('rolled-back');
  });

  test('whose items share a key is a fault of ours, not two items taken for one', async () => {
    const it = bench([listing(async () => ['a', 'a'])]);
    expect((await it.start()).outcome).toBe('fault');
  });

  test('of nothing is done', async () => {
    const it = bench([listing(async () => [])]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)[0]).toEqual({ type: 'items-listed', step: 'list', title: 'List', items: [] });
  });
});

describe('a run that is over', () => {
  const nothingWritten = async (it: ReturnType<typeof bench>, code: string) => {
    const lines = it.journal.lines.length;
    await expect(it.resume()).rejects.toMatchObject({ name: 'UsageError', code });
    expect(it.journal.lines).toHaveLength(lines);
  };

  test('is not resumed after a success', async () => {
    const it = bench([creates('a')]);
    await it.start();
    await nothingWritten(it, 'RUN_IS_OVER');
  });

  test('is not resumed after a rollback', async () => {
    const it = bench([creates('a')]);
    await it.start();
    await it.rollBack();
    await nothingWritten(it, 'RUN_IS_OVER');
  });

  test('is not resumed after a rehearsal', async () => {
    const it = bench([creates('a')], { mode: 'rehearsal' });
    await it.start();
    await nothingWritten(it, 'REHEARSAL_IS_OVER');
  });
});

describe('a journal with steps that the code no longer has', () => {
  const begun = async () => {
    const it = bench([
      creates('a'),
      listing(
        async () => ['x'],
        () => [saying('inside', () => {})],
      ),
      saying('last', fails),
    ]);
    await it.start();
    return it;
  };
  const unknown = (steps: string) => ({
    name: 'OperatorError',
    code: 'JOURNAL_STEPS_UNKNOWN',
    message: expect.stringMatching(new RegExp(`does not have: ${steps}$`)),
    hint: expect.stringContaining('0.1.0'),
  });

  test.each([
    ['removed', [saying('last', fails)], 'a \\(change\\), list/x/inside \\(check\\)'],
    [
      'renamed',
      [
        creates('b'),
        listing(
          async () => [],
          () => [saying('within', () => {})],
        ),
        saying('last', fails),
      ],
      'a \\(change\\), list/x/inside \\(check\\)',
    ],
    [
      'of another kind',
      [
        saying('a', () => {}),
        listing(
          async () => [],
          () => [saying('inside', () => {})],
        ),
        saying('last', fails),
      ],
      'a \\(change\\)',
    ],
  ] as const)('(%s) is neither resumed nor rolled back: the message names them', async (_, steps, names) => {
    const it = await begun();
    const lines = it.journal.lines.length;
    it.steps = steps;
    await expect(it.resume()).rejects.toMatchObject(unknown(names));
    await expect(it.rollBack()).rejects.toMatchObject(unknown(names));
    expect(it.journal.lines).toHaveLength(lines);
  });

  test('may have more steps now than then', async () => {
    const it = await begun();
    it.steps = [
      creates('a'),
      creates('new'),
      listing(
        async () => [],
        () => [saying('inside', () => {}), saying('more', () => {})],
      ),
      saying('last', () => {}),
    ];
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a', 'Create new']);
  });
});

const isoDate = {
  decode: (text: string) => new Date(text),
  encode: (date: Date) => date.toISOString(),
};
