import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { seconds } from '../../src/duration.ts';
import { approve, check, forEach, type ListEntry, measure, wait } from '../../src/engine/step.ts';
import { BlockedWrite, OperatorError, Refusal } from '../../src/errors.ts';
import { anyRun, benchOf } from '../helpers/engine-any-runbook.ts';
import {
  type BenchOptions,
  bench,
  createThing,
  thingExists,
  told,
  toldInShort,
} from '../helpers/engine-harness.ts';
import { creates, thing, waitsUntil } from '../helpers/engine-toy-steps.ts';

const rehearsal = (steps: readonly ListEntry[], options: BenchOptions = {}) =>
  bench(steps, { ...options, mode: 'rehearsal' });

const a = creates('a');
const needsA = { aOf: ({ outputOf }: { outputOf(step: typeof a): { thing: string } }) => outputOf(a).thing };
const dependsOnA = 'depends on a, which was not carried out';

describe('a rehearsal', () => {
  test('stops a change at its first write, shows that call, and goes on', async () => {
    const it = rehearsal([a, creates('b')]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it)).toEqual(
      ['a', 'b']
        .flatMap((step): object[] => [
          { type: 'step-started', step, kind: 'change', title: `Create ${step}`, attempt: 1 },
          {
            type: 'step-rehearsed',
            step,
            service: 'ssm',
            operation: 'Create',
            parameters: { thing: step },
          },
        ])
        .concat({ type: 'run-finished', outcome: 'succeeded' }),
    );
    expect(it.aws.effects).toEqual([]);
    expect(it.journal.events).toContainEqual(
      expect.objectContaining({
        type: 'aws-called',
        operation: 'Create',
        phase: 'apply',
        error: 'BlockedWrite',
      }),
    );
  });

  test('says of a change that is already so that it is', async () => {
    const it = rehearsal([a], { things: ['a'] });
    await it.start();
    expect(told(it)[1]).toEqual({
      type: 'step-succeeded',
      step: 'a',
      output: { thing: 'a' },
      applied: 'already-so',
    });
  });

  test('shows every kind of step that needs the output of a blocked change as depending on it', async () => {
    const needs = needsA.aOf;
    const it = rehearsal([
      a,
      check<void>({
        id: 'check',
        title: 'Check',
        run: async (context) => {
          needs(context);
        },
      }),
      { ...creates('change'), apply: async (context) => ({ thing: needs(context) }) },
      wait<void>({
        id: 'wait',
        title: 'Wait',
        every: seconds(1),
        timeout: seconds(5),
        probe: async (context) => ({ ready: false, because: needs(context) }),
      }),
      approve({
        id: 'approve',
        title: 'Approve?',
        ask: (context) => ({ question: needs(context), evidence: [] }),
      }),
      forEach({
        id: 'list',
        title: 'List',
        item: z.string(),
        items: async (context) => [needs(context)],
        key: (item) => item,
        steps: () => [creates('inside')],
        example: 'x',
      }),
      creates('last'),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(told(it).filter(({ type }) => type === 'step-depends')).toEqual(
      ['check', 'change', 'wait', 'approve', 'list'].map((step) => ({
        type: 'step-depends',
        step,
        because: dependsOnA,
      })),
    );
    expect(toldInShort(it)).toContain('step-rehearsed last');
  });

  test('looks once where a run would wait', async () => {
    let looks = 0;
    const it = rehearsal([
      waitsUntil('later', () => ++looks > 1),
      waitsUntil('now', () => true),
      wait({
        id: 'with-output',
        title: 'With an output',
        every: seconds(1),
        timeout: seconds(5),
        returns: z.string(),
        probe: async () => ({ ready: true, output: 'here' }),
      }),
    ]);
    expect((await it.start()).outcome).toBe('succeeded');
    expect(looks).toBe(1);
    expect(it.clock.sleeps).toEqual([]);
    expect(told(it)).toContainEqual({
      type: 'step-depends',
      step: 'later',
      because: 'would wait up to 1m; now: later is not ready',
    });
    expect(told(it)).toContainEqual({ type: 'step-succeeded', step: 'now' });
    expect(told(it)).toContainEqual({ type: 'step-succeeded', step: 'with-output', output: 'here' });
  });

  test('shows what a run would ask, and asks nobody', async () => {
    const evidence = [{ label: 'nodes', value: '3' }];
    const it = rehearsal(
      [approve({ id: 'go', title: 'Go?', ask: () => ({ question: 'Replace 3?', evidence }) })],
      { protected: true },
    );
    expect((await it.start()).outcome).toBe('succeeded');
    expect(it.approvals).toEqual([]);
    expect(told(it).slice(1, 3)).toEqual([
      { type: 'approval-asked', step: 'go', question: 'Replace 3?', evidence },
      { type: 'step-depends', step: 'go', because: 'would ask the operator here' },
    ]);
  });

  test('measures only where no change was blocked before', async () => {
    const lowest = (id: string) =>
      measure({
        id,
        title: 'Lowest',
        unit: 'count',
        objective: () => ({ atLeast: 0 }),
        sample: async () => ({ value: 3 }),
      });
    const it = rehearsal([lowest('before'), a, lowest('after')]);
    await it.start();
    expect(told(it).filter(({ type }) => type === 'measured')).toMatchObject([{ step: 'before' }]);
    expect(toldInShort(it)).toContain('step-depends after');
  });

  test.each([
    ['failed', new OperatorError({ code: 'NOT_SO', message: 'not so' })],
    ['refused', new Refusal({ code: 'STOP_ALARM', message: 'not so' })],
  ])(
    'ends as %s at a check that does not hold before any change, and nobody is asked',
    async (outcome, error) => {
      const fails = check<void>({
        id: 'check',
        title: 'Check',
        run: async () => {
          throw error;
        },
      });
      const first = rehearsal([fails, a]);
      expect((await first.start()).outcome).toBe(outcome);
      expect(first.failures).toEqual([]);
      const later = rehearsal([a, fails]);
      expect((await later.start()).outcome).toBe('succeeded');
      expect(told(later)).toContainEqual({
        type: 'step-depends',
        step: 'check',
        because: 'can only hold after the changes above; now: not so',
      });
    },
  );

  test('fails where AWS does not answer, also after blocked changes', async () => {
    const it = rehearsal([a, creates('b')], { troubles: { 'Exists b': 'denied' } });
    expect((await it.start()).outcome).toBe('failed');
  });

  test('a write outside of a change is a fault, not something that a run would do', async () => {
    const it = rehearsal([
      check<void>({
        id: 'check',
        title: 'Check',
        run: async () => {
          throw new BlockedWrite('ssm', 'Create', { thing: 'x' });
        },
      }),
    ]);
    expect((await it.start()).outcome).toBe('fault');
    expect(toldInShort(it)).not.toContain('step-rehearsed check');
  });

  test('shows the first write of a change that reads before it writes', async () => {
    const it = rehearsal([
      {
        ...creates('a'),
        async apply({ aws }) {
          if (!(await thingExists(aws, 'b'))) await createThing(aws, 'b');
          await createThing(aws, 'a');
          return thing.parse({ thing: 'a' });
        },
      },
    ]);
    await it.start();
    expect(told(it)[1]).toMatchObject({ type: 'step-rehearsed', parameters: { thing: 'b' } });
  });

  test('of any runbook has no effect, asks nobody, owes nothing, and takes no time', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async (plan) => {
        const it = benchOf(plan, 'rehearsal');
        const { state } = await it.start();
        expect(it.aws.effects).toEqual([]);
        expect(it.failures).toEqual([]);
        expect(it.approvals).toEqual([]);
        expect(it.clock.sleeps).toEqual([]);
        expect([...state.steps.values()].some(({ mayBeApplied }) => mayBeApplied)).toBe(false);
        expect(['succeeded', 'failed', 'refused']).toContain(state.outcome);
      }),
    );
  });
});
