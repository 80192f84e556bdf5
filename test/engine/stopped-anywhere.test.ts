import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEnd } from '../../src/engine/run-runbook.ts';
import { debtsOf, type RunState, stateOf } from '../../src/engine/run-state.ts';
import {
  anyRun,
  anyUndoableRun,
  benchOf,
  hasBranches,
  mayBreakInBranch,
  type RunPlan,
} from '../helpers/engine-any-runbook.ts';
import { type Bench, Killed, type Stop } from '../helpers/engine-harness.ts';

const anyStops: fc.Arbitrary<readonly Stop[]> = fc.array(
  fc.record<Stop>({
    atLine: fc.integer({ min: 1, max: 25 }),
    how: fc.constantFrom('killed', 'line lost', 'ctrl-c'),
  }),
  { minLength: 1, maxLength: 4 },
);

/** One process, up to its end or to its death. */
async function process(begin: () => Promise<RunEnd>): Promise<RunEnd | undefined> {
  try {
    return await begin();
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}

/**
 * Processes that are stopped one after the other, each taking up the journal of the last, until one gets to the end of the run.
 * A rollback that only a passing trouble of AWS stopped is begun again, as its operator would.
 */
async function toTheEnd(
  it: Bench,
  stops: readonly Stop[],
  begin: () => Promise<RunEnd>,
  goOn: () => Promise<RunEnd>,
): Promise<RunState> {
  const linesBefore = it.journal.lines.length;
  let next = begin;
  for (let processes = 0; processes < 100; processes += 1) {
    const stop = stops[processes];
    if (stop !== undefined) it.stopAt(stop);
    const end = await process(next);
    if (it.journal.lines.length === linesBefore) continue;
    const state = stateOf(it.journal.events);
    if (end !== undefined) expect(end.state).toEqual(state);
    next = goOn;
    if (it.journal.events.at(-1)?.type !== 'run-finished') continue;
    if (state.outcome !== 'rollback-failed' || state.error?.code !== 'TOY_TROUBLE') return state;
    next = it.rollBack;
  }
  throw new Error('The run did not end');
}

const run = (it: Bench, stops: readonly Stop[]) => toTheEnd(it, stops, it.start, it.resume);
const rollBack = (it: Bench, stops: readonly Stop[]) => toTheEnd(it, stops, it.rollBack, it.rollBack);

const traceOf = (it: Bench, state: RunState) => ({
  outcome: state.outcome,
  things: [...it.aws.things].sort(),
  effects: it.aws.effects,
  steps: [...state.steps.values()].map(({ path, status, undo }) => ({ path, status, undo })),
  owed: debtsOf(state).map(({ path }) => path),
});

type Trace = ReturnType<typeof traceOf>;

/** What does not depend on which branch was quicker: the order of things, and what a list in a branch was made from. */
function whateverTheOrder({ outcome, things, effects, steps, owed }: Trace): unknown {
  const named = (path: string) => path.replace(/%2F\d+/g, '');
  return {
    outcome,
    things,
    effects: effects.toSorted(),
    steps: steps.map((step) => JSON.stringify({ ...step, path: named(step.path) })).toSorted(),
    owed: owed.map(named).toSorted(),
  };
}

async function traceOfUndisturbed(plan: RunPlan): Promise<Trace> {
  const it = benchOf(plan);
  const trace = traceOf(it, await run(it, []));
  expect(trace.outcome).not.toBe('fault');
  expect(trace.effects).toEqual([...new Set(trace.effects)]);
  return trace;
}

async function endsAs(expected: Trace, plan: RunPlan, stops: readonly Stop[]): Promise<void> {
  const it = benchOf(plan);
  const before = [...it.aws.things].sort();
  const state = await run(it, stops);
  const trace = traceOf(it, state);
  if (!hasBranches(plan.steps)) expect(trace).toEqual(expected);
  else if (plan.onBroken === 'skip' || !mayBreakInBranch(plan.steps))
    expect(whateverTheOrder(trace)).toEqual(whateverTheOrder(expected));
  else leavesNothingUnknown(it, state, before);
}

/** However far the branches got: each change was made once at most, and what is in place is owed. */
function leavesNothingUnknown({ aws }: Bench, state: RunState, before: readonly string[]): void {
  expect(state.outcome).not.toBe('fault');
  expect(aws.effects).toEqual([...new Set(aws.effects)]);
  const owed = debtsOf(state).map(({ title }) => title);
  const made = aws.effects.filter(
    (effect) => effect.startsWith('Create') && !aws.effects.includes(effect.replace('Create', 'Delete')),
  );
  expect(owed).toEqual(expect.arrayContaining(made));
  if (state.outcome === 'rolled-back') expect([...aws.things].sort()).toEqual(before);
}

async function leavesTheWorldAsBefore(
  plan: RunPlan,
  forwards: readonly Stop[],
  backwards: readonly Stop[],
): Promise<void> {
  const it = benchOf(plan);
  const before = [...it.aws.things].sort();
  const state = await run(it, forwards);
  if (debtsOf(state).length === 0) {
    expect(it.aws.effects).toEqual([]);
    return;
  }
  const made = it.aws.effects.map((effect) => effect.replace('Create', 'Delete'));
  const end = await rollBack(it, backwards);
  expect(end.outcome).toBe('rolled-back');
  expect([...it.aws.things].sort()).toEqual(before);
  const deleted = it.aws.effects.slice(made.length);
  expect(deleted.toSorted()).toEqual(made.toSorted());
}

const change = {
  kind: 'change',
  undo: 'at once',
  inPlace: false,
  onCreate: [],
  onLook: [],
  onDelete: [],
  broken: undefined,
} as const;

/** Every kind of step, with what usually goes wrong. */
const everything: RunPlan = {
  steps: [
    { kind: 'check', safety: true, broken: undefined },
    { kind: 'approve' },
    { ...change, inPlace: true },
    { ...change, onCreate: ['throttled', 'lost answer'], onDelete: ['lost answer'] },
    { kind: 'covered change', between: [{ ...change, undo: 'in turns' }] },
    {
      kind: 'forEach',
      count: 2,
      steps: [
        { ...change, undo: 'in turns', onCreate: ['denied'], onLook: ['throttled'], onDelete: ['throttled'] },
        { kind: 'forEach', count: 1, steps: [{ kind: 'check', safety: false, broken: undefined }, change] },
        { kind: 'wait', looks: 2, onLook: ['throttled'], patient: false },
      ],
    },
    {
      kind: 'together',
      branches: [
        [
          { ...change, onCreate: ['lost answer'] },
          { kind: 'wait', looks: 1, onLook: [], patient: true },
          change,
        ],
        [
          { kind: 'check', safety: false, broken: undefined },
          { ...change, undo: 'in turns', onLook: ['denied'] },
        ],
      ],
    },
    { kind: 'measure', value: 3 },
  ],
  onBroken: 'leave',
};
const brokenAtTheEnd: RunPlan = {
  steps: [...everything.steps, { kind: 'check', safety: false, broken: 'error' }],
  onBroken: 'undo',
};

/** Ctrl-C is left to chance: it stops at the same places. */
async function everyDeath(lines: number, holds: (stop: Stop) => Promise<void>): Promise<void> {
  for (const how of ['killed', 'line lost'] as const) {
    for (let atLine = 1; atLine <= lines; atLine += 1) await holds({ atLine, how });
  }
}

async function linesOf(plan: RunPlan): Promise<number> {
  const it = benchOf(plan);
  await run(it, []);
  return it.journal.lines.length;
}

describe('a run that is stopped and resumed has made each change once', () => {
  test('after any line, of the rollback too that the operator chose: it ends the same', async () => {
    const expected = await traceOfUndisturbed(brokenAtTheEnd);
    await everyDeath(await linesOf(brokenAtTheEnd), (stop) => endsAs(expected, brokenAtTheEnd, [stop]));
  });

  test('any run, any number of times: it ends the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, anyStops, async (plan, stops) =>
        endsAs(await traceOfUndisturbed(plan), plan, stops),
      ),
      { numRuns: 400 },
    );
  });
});

describe('a rollback that is stopped and begun again', () => {
  test('after any line: the world is as before and each change was undone once', async () => {
    const it = benchOf(everything);
    await run(it, []);
    const forwards = it.journal.lines.length;
    await rollBack(it, []);
    await everyDeath(it.journal.lines.length - forwards, (stop) =>
      leavesTheWorldAsBefore(everything, [], [stop]),
    );
  });

  test('of any run, any number of times', async () => {
    await fc.assert(fc.asyncProperty(anyUndoableRun, anyStops, anyStops, leavesTheWorldAsBefore), {
      numRuns: 300,
    });
  });
});
