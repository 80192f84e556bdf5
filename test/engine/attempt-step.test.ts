import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import { approve, change, check, forEach, measure, wait } from '../../src/engine/step.ts';
import { idempotencyToken } from '../../src/engine/step-path.ts';
import { duration } from '../../src/environment/duration-codec.ts';
import { OperatorError, Refusal } from '../../src/errors.ts';
import { bench, by, createThing, runId, thingExists, told, toldInShort } from '../helpers/engine-harness.ts';
import { creates, deletes, thing, waitsUntil } from '../helpers/engine-toy-steps.ts';

const at = (seconds: number) => new Date(Date.parse('2026-03-01T03:00:00Z') + seconds * 1000).toISOString();

describe('what stands in the journal', () => {
  test('a run begins with what it takes to resume it', async () => {
    const it = bench([]);
    await it.start();
    expect(it.journal.events).toEqual([
      {
        type: 'run-started',
        at: at(0),
        version: 1,
        toolVersion: '0.1.0',
        runId,
        runbook: 'toy',
        title: 'Toy',
        parameters: {},
        environment: {
          name: 'testing',
          settings: {
            account: '111122223333',
            region: 'eu-central-1',
            protected: false,
            objectives: {},
            alarms: { blocking: [], stop: [], success: [] },
            components: {},
            secrets: {},
          },
        },
        mode: 'live',
        by,
      },
      { type: 'run-finished', at: at(0), outcome: 'succeeded' },
    ]);
  });

  test('a check: its output as its schema writes it, and its summary', async () => {
    const it = bench([
      check({
        id: 'age',
        title: 'The stack is old enough',
        returns: z.object({ age: duration }),
        run: async () => ({ age: minutes(90) }),
        summary: ({ age }) => `${age} ms`,
      }),
    ]);
    await it.start();
    expect(told(it)).toEqual([
      { type: 'step-started', step: 'age', kind: 'check', title: 'The stack is old enough', attempt: 1 },
      { type: 'step-succeeded', step: 'age', output: { age: '1h30m' }, summary: '5400000 ms' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
  });

  test('a check without an output has none in the journal', async () => {
    const it = bench([check({ id: 'fine', title: 'All is fine', run: async () => {} })]);
    await it.start();
    expect(told(it)[1]).toEqual({ type: 'step-succeeded', step: 'fine' });
  });

  test('a change: apply-started after it looked and before the first write, with every call', async () => {
    const it = bench([creates('a')]);
    await it.start();
    const call = { step: 'a', service: 'ssm', parameters: { thing: 'a' }, attempts: 1, milliseconds: 5 };
    expect(it.journal.events.slice(1).map(({ at: _at, ...event }) => event)).toEqual([
      { type: 'step-started', step: 'a', kind: 'change', title: 'Create a', attempt: 1 },
      { type: 'aws-called', phase: 'read', operation: 'Exists', write: false, ...call },
      { type: 'apply-started', step: 'a', idempotencyToken: idempotencyToken(runId, 'a') },
      { type: 'aws-called', phase: 'apply', operation: 'Create', write: true, ...call },
      { type: 'step-succeeded', step: 'a', output: { thing: 'a' }, applied: 'applied' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
  });

  test('a change that is already so: no apply-started, no write', async () => {
    const it = bench([creates('a')], { things: ['a'] });
    await it.start();
    expect(told(it).slice(1)).toEqual([
      { type: 'step-succeeded', step: 'a', output: { thing: 'a' }, applied: 'already-so' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(it.aws.effects).toEqual([]);
  });

  test('a change whose answer was lost: one more look, and it is adopted', async () => {
    const it = bench([creates('a')], { troubles: { 'Create a': ['lost answer'] } });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)).toEqual([
      { type: 'step-started', step: 'a', kind: 'change', title: 'Create a', attempt: 1 },
      { type: 'apply-started', step: 'a', idempotencyToken: idempotencyToken(runId, 'a') },
      { type: 'step-succeeded', step: 'a', output: { thing: 'a' }, applied: 'adopted' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(it.aws.effects).toEqual(['Create a']);
  });

  test('a change whose answer was lost, and which AWS shows only later: looked for again, and adopted', async () => {
    let looksAfter = 0;
    const late = change({
      id: 'late',
      title: 'Create a',
      returns: thing,
      async findApplied({ aws }) {
        if (!(await thingExists(aws, 'a'))) return undefined;
        looksAfter += 1;
        return looksAfter > 3 ? { thing: 'a' } : undefined;
      },
      async apply({ aws }) {
        await createThing(aws, 'a');
        return { thing: 'a' };
      },
      undo: deletes('a'),
    });
    const it = bench([late], { troubles: { 'Create a': ['lost answer'] } });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(it.aws.effects).toEqual(['Create a']);
    expect(told(it).at(-2)).toMatchObject({ type: 'step-succeeded', applied: 'adopted' });
    expect(it.clock.sleeps).toEqual([seconds(5), seconds(5), seconds(5)]);
  });

  test('a change whose answer was lost, as was that of the look: the next attempt adopts it', async () => {
    const it = bench([creates('a')], {
      troubles: { 'Create a': ['lost answer'], 'Exists a': ['none', 'throttled'] },
      decide: () => ({ choice: 'retry' }),
    });
    await it.start();
    expect(told(it)).toEqual([
      { type: 'step-started', step: 'a', kind: 'change', title: 'Create a', attempt: 1 },
      { type: 'apply-started', step: 'a', idempotencyToken: idempotencyToken(runId, 'a') },
      {
        type: 'step-failed',
        step: 'a',
        error: { code: 'TOY_TROUBLE', message: 'Create a: lost answer' },
      },
      { type: 'failure-decided', step: 'a', choice: 'retry', by },
      { type: 'step-started', step: 'a', kind: 'change', title: 'Create a', attempt: 2 },
      { type: 'step-succeeded', step: 'a', output: { thing: 'a' }, applied: 'adopted' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(it.aws.effects).toEqual(['Create a']);
  });

  test('a wait: its deadline, each new reason once, its output', async () => {
    const reasons = ['0 of 2', '0 of 2', '1 of 2', '1 of 2'];
    const it = bench([
      wait({
        id: 'nodes',
        title: 'Two nodes serve',
        every: seconds(15),
        timeout: minutes(10),
        returns: z.object({ since: z.codec(z.iso.datetime(), z.date(), isoDate) }),
        probe: async ({ clock }) => {
          const because = reasons.shift();
          return because === undefined
            ? { ready: true, output: { since: clock.now() } }
            : { ready: false, because };
        },
      }),
    ]);
    await it.start();
    expect(told(it)).toEqual([
      {
        type: 'step-started',
        step: 'nodes',
        kind: 'wait',
        title: 'Two nodes serve',
        attempt: 1,
        deadline: at(600),
      },
      { type: 'waiting', step: 'nodes', because: '0 of 2' },
      { type: 'waiting', step: 'nodes', because: '1 of 2' },
      { type: 'step-succeeded', step: 'nodes', output: { since: at(60) } },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(it.clock.sleeps).toEqual([15_000, 15_000, 15_000, 15_000]);
  });

  test('an approval: the question with its evidence before anybody is asked, then who said yes and why', async () => {
    const evidence = [{ label: 'lowest healthy count', value: '2' }];
    const it = bench(
      [approve({ id: 'go', title: 'Go?', ask: () => ({ question: 'Replace 3 nodes?', evidence }) })],
      { approve: () => ({ approved: true, by: 'bob@desk', reason: 'CVE-2026-1' }) },
    );
    await it.start();
    expect(told(it)).toEqual([
      { type: 'step-started', step: 'go', kind: 'approve', title: 'Go?', attempt: 1 },
      { type: 'approval-asked', step: 'go', question: 'Replace 3 nodes?', evidence },
      { type: 'approval-given', step: 'go', by: 'bob@desk', reason: 'CVE-2026-1' },
      { type: 'step-succeeded', step: 'go' },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
    expect(it.approvals).toEqual([{ question: 'Replace 3 nodes?', evidence }]);
  });

  test.each([
    [{ value: 3 }, { atLeast: 3 }, 'pass'],
    [{ value: 2 }, { atLeast: 3 }, 'fail'],
    [{ value: 3 }, { atMost: 3 }, 'pass'],
    [{ value: 3.1 }, { atMost: 3 }, 'fail'],
    [{ atLeast: 1, atMost: 3 }, { atMost: 3 }, 'pass'],
    [{ atLeast: 2, atMost: 4 }, { atMost: 3 }, 'cannot tell'],
    [{ atLeast: 3.1, atMost: 4 }, { atMost: 3 }, 'fail'],
    [{ atLeast: 2 }, { atMost: 3 }, 'cannot tell'],
    [{ atLeast: 4 }, { atMost: 3 }, 'fail'],
    [{ atLeast: 3 }, { atLeast: 3 }, 'pass'],
    [{ atLeast: 2, atMost: 3 }, { atLeast: 3 }, 'cannot tell'],
    [{ atLeast: 1, atMost: 2 }, { atLeast: 3 }, 'fail'],
    [{ atLeast: 1, atMost: 2 }, undefined, 'no objective'],
    [{ missing: 'no data' }, { atMost: 3 }, 'cannot tell'],
    [{ value: 3 }, undefined, 'no objective'],
    [{ missing: 'no data' }, undefined, 'no objective'],
  ])('a measure of %j against %j: %s', async (measured, objective, verdict) => {
    const it = bench([
      measure({
        id: 'lowest',
        title: 'Lowest healthy count',
        unit: 'count',
        sample: async () => measured,
        objective: () => objective,
      }),
    ]);
    await it.start();
    expect(told(it).slice(1, 3)).toEqual([
      {
        type: 'measured',
        step: 'lowest',
        title: 'Lowest healthy count',
        unit: 'count',
        ...measured,
        ...(objective && { objective }),
        verdict,
      },
      { type: 'step-succeeded', step: 'lowest' },
    ]);
  });

  test.each(['live', 'rehearsal'] as const)(
    'a measure whose number cannot be had tells why, and the run goes on (%s)',
    async (mode) => {
      const message = 'CloudWatch did not answer';
      const it = bench(
        [
          measure({
            id: 'lowest',
            title: 'Lowest healthy count',
            unit: 'count',
            sample: async () => {
              throw new OperatorError({ code: 'NO_DATA', message });
            },
            objective: () => ({ atLeast: 3 }),
          }),
        ],
        { mode },
      );
      expect((await it.start()).outcome).toBe('succeeded');
      expect(it.failures).toEqual([]);
      expect(told(it)[1]).toMatchObject({ type: 'measured', missing: message, verdict: 'cannot tell' });
    },
  );

  test('a measure that refuses stops the run', async () => {
    const it = bench([
      measure({
        id: 'lowest',
        title: 'Lowest healthy count',
        unit: 'count',
        sample: async () => {
          throw new Refusal({ code: 'STOP_ALARM', message: 'The stop alarm is on' });
        },
      }),
    ]);
    expect((await it.start()).outcome).toBe('refused');
  });

  test('a forEach: its items once, then the steps of each item in order', async () => {
    const it = bench([
      forEach({
        id: 'nodes',
        title: 'Replace each node',
        item: z.object({ name: z.string(), grace: duration }),
        items: async () => [
          { name: 'i-1', grace: seconds(30) },
          { name: 'eu/1a', grace: minutes(1) },
        ],
        key: ({ name }) => name,
        steps: ({ name }) => [
          check({ id: 'look', title: `${name} is there`, run: async () => {} }),
          creates('node', { undo: deletes(name) }, name),
        ],
        example: { name: 'i-0', grace: 0 },
      }),
    ]);
    await it.start();
    expect(told(it)[0]).toEqual({
      type: 'items-listed',
      step: 'nodes',
      title: 'Replace each node',
      items: [
        { key: 'i-1', item: { name: 'i-1', grace: '30s' } },
        { key: 'eu/1a', item: { name: 'eu/1a', grace: '1m' } },
      ],
    });
    expect(toldInShort(it).slice(1)).toEqual([
      'step-started nodes/i-1/look',
      'step-succeeded nodes/i-1/look',
      'step-started nodes/i-1/node',
      'apply-started nodes/i-1/node',
      'step-succeeded nodes/i-1/node',
      'step-started nodes/eu%2F1a/look',
      'step-succeeded nodes/eu%2F1a/look',
      'step-started nodes/eu%2F1a/node',
      'apply-started nodes/eu%2F1a/node',
      'step-succeeded nodes/eu%2F1a/node',
      'run-finished',
    ]);
  });

  test('progress and samples: once for each new line and number', async () => {
    const it = bench([
      check<void>({
        id: 'watch',
        title: 'Watched',
        run: async ({ progress, sample }) => {
          for (const line of ['33 %', '33 %', '66 %']) progress(line);
          for (const count of [3, 3, 2, 3]) sample('healthy', count);
        },
      }),
    ]);
    await it.start();
    expect(told(it).slice(1, -2)).toEqual([
      { type: 'progress', step: 'watch', line: '33 %' },
      { type: 'progress', step: 'watch', line: '66 %' },
      { type: 'sampled', name: 'healthy', value: 3 },
      { type: 'sampled', name: 'healthy', value: 2 },
      { type: 'sampled', name: 'healthy', value: 3 },
    ]);
  });

  test('an observer hears of an event only after the journal has it, and of each one', async () => {
    const heard: string[] = [];
    const it = bench([creates('a')], {
      observers: [
        (event) => {
          expect(it.journal.events.at(-1)).toEqual(event);
          heard.push(event.type);
        },
      ],
    });
    await it.start();
    expect(heard).toEqual(it.journal.events.map(({ type }) => type));
  });
});

describe('what a step may do', () => {
  test('it is granted the actions that it declares, for its own path and phase', async () => {
    const describeThing = { actions: ['ssm:DescribeThing'] };
    const makeThing = { actions: ['ssm:CreateThing', 'iam:PassRole'] };
    const it = bench([{ ...creates('a'), uses: [describeThing, makeThing] }]);
    await it.start();
    await it.rollBack();
    expect(it.aws.grants.map(({ step, phase, actions }) => ({ step, phase, actions }))).toEqual(
      ['read', 'apply', 'read', 'undo'].map((phase) => ({
        step: 'a',
        phase,
        actions: ['ssm:DescribeThing', 'ssm:CreateThing', 'iam:PassRole'],
      })),
    );
  });

  test('a change gets the same idempotency token on every attempt and when it is undone', async () => {
    const tokens: string[] = [];
    const it = bench(
      [
        change({
          id: 'a',
          title: 'Create a',
          returns: thing,
          findApplied: async ({ aws }) => ((await thingExists(aws, 'a')) ? { thing: 'a' } : undefined),
          async apply({ aws, idempotencyToken }) {
            tokens.push(idempotencyToken);
            await createThing(aws, 'a');
            return { thing: 'a' };
          },
          undo: {
            title: 'Delete a',
            apply: async ({ idempotencyToken }) => {
              tokens.push(idempotencyToken);
            },
          },
        }),
      ],
      { troubles: { 'Create a': ['throttled', 'denied'] }, decide: () => ({ choice: 'retry' }) },
    );
    await it.start();
    await it.rollBack();
    expect(tokens).toEqual(Array(4).fill(idempotencyToken(runId, 'a')));
  });
});

describe('a change that failed', () => {
  test('is owed where AWS may have acted', async () => {
    const it = bench([creates('a')], { troubles: { 'Create a': ['throttled'] } });
    const end = await it.start();
    expect(toldInShort(it)).not.toContain('undone a');
    expect(end.outcome).toBe('failed-with-changes');
  });

  test('is not owed where AWS said no and it is not in place', async () => {
    const it = bench([creates('a')], { troubles: { 'Create a': ['denied'] } });
    const end = await it.start();
    expect(told(it)).toContainEqual({ type: 'undone', step: 'a', how: 'was-never-applied' });
    expect(end.outcome).toBe('failed');
  });

  test('is owed where AWS said no but would not say whether it is in place', async () => {
    const it = bench([creates('a')], {
      troubles: { 'Create a': ['denied'], 'Exists a': ['none', 'throttled'] },
    });
    const end = await it.start();
    expect(end.outcome).toBe('failed-with-changes');
    expect(end.state.error?.message).toBe('Create a: denied');
  });
});

describe('a wait', () => {
  const looks = (every = seconds(10)) => {
    const seen: number[] = [];
    const look = (now: Date) => {
      seen.push((now.getTime() - Date.parse(at(0))) / 1000);
      return false;
    };
    const step = waitsUntil('w', ({ clock }) => look(clock.now()), { every });
    return { seen, step };
  };

  test('looks at once, at every interval, and a last time at its deadline', async () => {
    const { seen, step } = looks(seconds(25));
    const it = bench([step]);
    const end = await it.start();
    expect(seen).toEqual([0, 25, 50, 60]);
    expect(end.outcome).toBe('failed');
    expect(end.state.error).toEqual({
      code: 'WAIT_TIMED_OUT',
      message: 'Not so after 1m: "w is ready". Last seen: w is not ready',
    });
  });

  test('says what to type when its time is over', async () => {
    const it = bench([waitsUntil('w', () => false, { hint: 'look at w' })]);
    expect((await it.start()).state.error?.hint).toBe('look at w');
  });

  test('is satisfied by a look at its deadline', async () => {
    const it = bench([waitsUntil('w', ({ clock }) => clock.now().toISOString() === at(60))]);
    expect((await it.start()).outcome).toBe('succeeded');
  });

  test('counts its deadline from its first start, also when the run is cut off and resumed', async () => {
    const { seen, step } = looks();
    const it = bench([step]);
    it.clock.onSleep = () => it.clock.sleeps.length === 3 && it.interrupt();
    expect((await it.start()).outcome).toBe('interrupted');
    it.clock.pass(15_000);
    await it.resume();
    expect(seen).toEqual([0, 10, 20, 35, 45, 55, 60]);
    const started = told(it).filter(({ type }) => type === 'step-started');
    expect(started).toEqual([
      { type: 'step-started', step: 'w', kind: 'wait', title: 'w is ready', attempt: 1, deadline: at(60) },
      { type: 'step-started', step: 'w', kind: 'wait', title: 'w is ready', attempt: 1, deadline: at(60) },
    ]);
  });

  test('whose deadline passed while nobody looked is met by one look', async () => {
    let ready = false;
    const it = bench([waitsUntil('w', () => ready)]);
    it.clock.onSleep = () => it.interrupt();
    await it.start();
    it.clock.pass(minutes(90));
    it.clock.onSleep = () => {};
    ready = true;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(it.clock.sleeps).toHaveLength(1);
  });

  test('that the operator tries again has all its time again', async () => {
    const { seen, step } = looks();
    const it = bench([step], { decide: (_, nth) => ({ choice: nth === 1 ? 'retry' : 'leave' }) });
    await it.start();
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 60, 70, 80, 90, 100, 110, 120]);
    expect(told(it).filter(({ type }) => type === 'step-started')).toMatchObject([
      { attempt: 1, deadline: at(60) },
      { attempt: 2, deadline: at(120) },
    ]);
  });

  test('that failed and is resumed begins a new deadline', async () => {
    let ready = false;
    const it = bench([waitsUntil('w', () => ready)]);
    await it.start();
    ready = true;
    expect((await it.resume()).outcome).toBe('succeeded');
    expect(told(it).filter(({ type }) => type === 'step-started')).toMatchObject([
      { attempt: 1, deadline: at(60) },
      { attempt: 2, deadline: at(120) },
    ]);
  });

  test('takes AWS out of reach as a reason to wait', async () => {
    const it = bench([waitsUntil('w', ({ aws }) => thingExists(aws, 'w'))], {
      things: ['w'],
      troubles: { 'Exists w': ['throttled', 'throttled'] },
    });
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)).toContainEqual({ type: 'waiting', step: 'w', because: 'Exists w: throttled' });
    expect(it.clock.sleeps).toHaveLength(2);
  });

  test('fails at once where AWS says no', async () => {
    const it = bench([waitsUntil('w', ({ aws }) => thingExists(aws, 'w'))], {
      troubles: { 'Exists w': 'denied' },
    });
    expect((await it.start()).state.error?.message).toBe('Exists w: denied');
    expect(it.clock.sleeps).toEqual([]);
  });
});

const isoDate = {
  decode: (text: string) => new Date(text),
  encode: (date: Date) => date.toISOString(),
};
