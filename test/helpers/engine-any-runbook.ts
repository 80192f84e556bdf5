import fc from 'fast-check';
import * as z from 'zod';
import { hours, minutes } from '../../src/duration.ts';
import { approve, check, forEach, type ListEntry, measure, together } from '../../src/engine/step.ts';
import { Bug, OperatorError, Refusal } from '../../src/errors.ts';
import {
  type Bench,
  type BenchOptions,
  bench,
  type ToyAws,
  type Trouble,
  thingExists,
} from './engine-harness.ts';
import { creates, deletes, deletesInTurns, waitsUntil } from './engine-toy-steps.ts';

/** What goes wrong with a step: never, or for good. Passing troubles of AWS come on top. */
type Broken = 'error' | 'refusal' | undefined;

export type StepPlan =
  | { readonly kind: 'check'; readonly safety: boolean; readonly broken: Broken }
  | {
      readonly kind: 'change';
      readonly undo: 'at once' | 'in turns' | 'cannot';
      readonly inPlace: boolean;
      readonly onCreate: readonly Trouble[];
      readonly onLook: readonly Trouble[];
      readonly onDelete: readonly Trouble[];
      readonly broken: Broken;
    }
  /** A change that a later one is undone with, the later one, and what stands between them. */
  | { readonly kind: 'covered change'; readonly between: readonly StepPlan[] }
  | {
      readonly kind: 'wait';
      readonly looks: number;
      readonly onLook: readonly Trouble[];
      /** Waits so long that it gets its looks however long other branches keep it from looking. */
      readonly patient: boolean;
    }
  | { readonly kind: 'approve' }
  | { readonly kind: 'measure'; readonly value: number }
  | { readonly kind: 'forEach'; readonly count: number; readonly steps: readonly StepPlan[] }
  | { readonly kind: 'together'; readonly branches: readonly (readonly StepPlan[])[] };

export interface RunPlan {
  readonly steps: readonly StepPlan[];
  /** What the operator does about a step that is broken for good. Passing troubles are always tried again. */
  readonly onBroken: 'skip' | 'undo' | 'leave';
}

const anyTroubles = (...troubles: readonly Trouble[]) =>
  fc.array(fc.constantFrom(...troubles), { maxLength: 2 });

type Undo = 'at once' | 'in turns' | 'cannot';

/** Leaves that may also stand in a branch. */
const branchLeaves = (broken: fc.Arbitrary<Broken>, undo: fc.Arbitrary<Undo>): fc.Arbitrary<StepPlan> =>
  fc.oneof(
    fc.record<StepPlan & { kind: 'check' }>({
      kind: fc.constant('check'),
      safety: fc.constant(false),
      broken,
    }),
    {
      weight: 3,
      arbitrary: fc.record<StepPlan & { kind: 'change' }>({
        kind: fc.constant('change'),
        undo,
        inPlace: fc.boolean(),
        onCreate: anyTroubles('throttled', 'denied', 'lost answer'),
        onLook: anyTroubles('none', 'throttled', 'denied'),
        onDelete: anyTroubles('throttled', 'denied', 'lost answer'),
        broken,
      }),
    },
    fc.record<StepPlan & { kind: 'wait' }>({
      kind: fc.constant('wait'),
      looks: fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY),
      onLook: anyTroubles('throttled', 'denied'),
      patient: fc.constant(true),
    }),
    fc.record<StepPlan & { kind: 'measure' }>({
      kind: fc.constant('measure'),
      value: fc.integer({ min: 0, max: 10 }),
    }),
  );

const leaves = (broken: fc.Arbitrary<Broken>, undo: fc.Arbitrary<Undo>): fc.Arbitrary<StepPlan> =>
  fc.oneof(
    { weight: 6, arbitrary: branchLeaves(broken, undo) },
    fc.record<StepPlan & { kind: 'check' }>({
      kind: fc.constant('check'),
      safety: fc.constant(true),
      broken,
    }),
    fc.record<StepPlan & { kind: 'wait' }>({
      kind: fc.constant('wait'),
      looks: fc.constant(3),
      onLook: anyTroubles('throttled', 'denied'),
      patient: fc.constant(false),
    }),
    fc.constant<StepPlan>({ kind: 'approve' }),
  );

const lists = (
  leaf: fc.Arbitrary<StepPlan>,
  branchLeaf: fc.Arbitrary<StepPlan>,
): fc.Arbitrary<readonly StepPlan[]> =>
  fc.letrec<{
    list: readonly StepPlan[];
    entry: StepPlan;
    branch: readonly StepPlan[];
    branchEntry: StepPlan;
  }>((tie) => {
    const entries = (own: fc.Arbitrary<StepPlan>, entry: 'entry' | 'branchEntry') =>
      fc.oneof(
        { maxDepth: 2, depthIdentifier: 'lists' },
        { weight: 6, arbitrary: own },
        fc.record<StepPlan & { kind: 'covered change' }>({
          kind: fc.constant('covered change'),
          between: fc.array(tie(entry), { maxLength: 2, depthIdentifier: 'lists' }),
        }),
        fc.record<StepPlan & { kind: 'forEach' }>({
          kind: fc.constant('forEach'),
          count: fc.integer({ min: 0, max: 2 }),
          steps: fc.array(tie(entry), { maxLength: 3, depthIdentifier: 'lists' }),
        }),
        fc.record<StepPlan & { kind: 'together' }>({
          kind: fc.constant('together'),
          branches: fc.array(tie('branch'), { minLength: 1, maxLength: 3, depthIdentifier: 'lists' }),
        }),
      );
    return {
      list: fc.array(tie('entry'), { maxLength: 5 }),
      entry: entries(leaf, 'entry'),
      branch: fc.array(tie('branchEntry'), { maxLength: 3, depthIdentifier: 'lists' }),
      branchEntry: entries(branchLeaf, 'branchEntry'),
    };
  }).list;

const often = fc.constant(undefined);
const anyUndo = fc.constantFrom<Undo>('at once', 'in turns', 'cannot');

/** Any list of steps in which anything may go wrong. */
export const anyRun: fc.Arbitrary<RunPlan> = fc.record<RunPlan>({
  steps: lists(
    leaves(fc.oneof({ weight: 9, arbitrary: often }, fc.constantFrom('error', 'refusal')), anyUndo),
    // A refusal ends the run only while nothing is changed. In a branch that would depend on how far the others are.
    branchLeaves(fc.oneof({ weight: 9, arbitrary: often }, fc.constant('error')), anyUndo),
  ),
  onBroken: fc.constantFrom('skip', 'undo', 'leave'),
});

const undoable = fc.constantFrom<Undo>('at once', 'in turns');

/** Runs that get to their end and can be undone as a whole. */
export const anyUndoableRun: fc.Arbitrary<RunPlan> = fc.record<RunPlan>({
  steps: lists(leaves(fc.constant(undefined), undoable), branchLeaves(fc.constant(undefined), undoable)),
  onBroken: fc.constant('skip'),
});

/** Then the order of what is done in them is not given, but what is done. */
export const hasBranches = (steps: readonly StepPlan[]): boolean =>
  steps.some((step) => step.kind === 'together' || innerPlans(step).some(hasBranches));

/** How far the other branches get before such a run stops is not given either. */
export const mayBreakInBranch = (steps: readonly StepPlan[], inBranch = false): boolean =>
  steps.some(
    (step) =>
      (inBranch && 'broken' in step && step.broken !== undefined) ||
      (inBranch && step.kind === 'wait' && step.looks === Number.POSITIVE_INFINITY) ||
      innerPlans(step).some((inner) => mayBreakInBranch(inner, inBranch || step.kind === 'together')),
  );

function innerPlans(step: StepPlan): readonly (readonly StepPlan[])[] {
  switch (step.kind) {
    case 'covered change':
      return [step.between];
    case 'forEach':
      return [step.steps];
    case 'together':
      return step.branches;
    default:
      return [];
  }
}

const remembered = z.object({
  at: z.codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  }),
  effects: z.int(),
});

const isBrokenForGood = ({ code }: { readonly code: string }) => code !== 'TOY_TROUBLE';

export function benchOf({ steps, onBroken }: RunPlan, mode: BenchOptions['mode'] = 'live'): Bench {
  const { inPlace, troubles } = worldOf(steps, '');
  const it = bench([], {
    mode,
    things: inPlace,
    troubles,
    decide: ({ error }) => {
      if (!isBrokenForGood(error)) return { choice: 'retry' };
      return onBroken === 'skip' ? { choice: 'skip', reason: 'not needed today' } : { choice: onBroken };
    },
  });
  it.steps = new Builder(it.aws).list(steps, '');
  return it;
}

const worldOf = (
  steps: readonly StepPlan[],
  scope: string,
): { inPlace: readonly string[]; troubles: Record<string, readonly Trouble[]> } => {
  const parts = steps.map((step, index) => {
    const name = `${scope}${index}`;
    switch (step.kind) {
      case 'change':
        return {
          inPlace: step.inPlace ? [name] : [],
          troubles: {
            [`Create ${name}`]: step.onCreate,
            [`Exists ${name}`]: step.onLook,
            [`Delete ${name}`]: step.onDelete,
          },
        };
      case 'wait':
        return { inPlace: [], troubles: { [`Exists ${name}`]: step.onLook } };
      case 'covered change':
        return worldOf(step.between, `${name}.`);
      case 'forEach':
        return mergeWorlds(
          Array.from({ length: step.count }, (_, item) => worldOf(step.steps, `${name}[${item}].`)),
        );
      case 'together':
        return mergeWorlds(step.branches.map((branch, index) => worldOf(branch, `${name}|${index}.`)));
      case 'check':
      case 'approve':
      case 'measure':
        return { inPlace: [], troubles: {} };
      default:
        return step satisfies never;
    }
  });
  return mergeWorlds(parts);
};

const mergeWorlds = (parts: readonly ReturnType<typeof worldOf>[]): ReturnType<typeof worldOf> => ({
  inPlace: parts.flatMap(({ inPlace }) => inPlace),
  troubles: Object.assign({}, ...parts.map(({ troubles }) => troubles)),
});

/** Steps by plan. Their things are named by the plan alone, so that no two runs of it can differ by names. */
class Builder {
  readonly #aws: ToyAws;
  readonly #looksLeft = new Map<string, number>();
  /** What each check said last. */
  readonly #said = new Map<string, z.output<typeof remembered>>();

  constructor(aws: ToyAws) {
    this.#aws = aws;
  }

  list(plans: readonly StepPlan[], scope: string, prefix = 's'): readonly ListEntry[] {
    return plans.flatMap((plan, index) => this.#entries(plan, `${prefix}${index}`, `${scope}${index}`));
  }

  #entries(plan: StepPlan, id: string, name: string): readonly ListEntry[] {
    switch (plan.kind) {
      case 'check':
        return this.#checks(plan, id, name);
      case 'change': {
        const undoing = {
          'at once': { undo: deletes(name) },
          'in turns': { undo: deletesInTurns(name) },
          cannot: { cannotUndo: 'it is final' },
        }[plan.undo];
        const step = creates(id, undoing, name);
        const apply: typeof step.apply = async (context) => {
          breakIf(plan.broken);
          return step.apply(context);
        };
        return [{ ...step, apply }];
      }
      case 'covered change': {
        const [cover, covered] = [`${id}-cover`, `${id}-covered`];
        return [
          creates(cover, { undo: deletes(`${name}-cover`, [`${name}-covered`]) }, `${name}-cover`),
          ...this.list(plan.between, `${name}.`, `${id}-`),
          creates(covered, { undoneBy: { id: cover } }, `${name}-covered`),
        ];
      }
      case 'wait':
        return [
          waitsUntil(
            id,
            async ({ aws }) => {
              await thingExists(aws, name);
              const left = this.#looksLeft.get(name) ?? plan.looks;
              this.#looksLeft.set(name, left - 1);
              return left <= 0;
            },
            plan.patient ? { every: minutes(1), timeout: hours(1) } : {},
          ),
        ];
      case 'approve':
        return [approve({ id, title: 'Go on?', ask: () => ({ question: 'Go on?', evidence: [] }) })];
      case 'measure':
        return [
          measure({
            id,
            title: 'Lowest count',
            unit: 'count',
            objective: () => ({ atLeast: 1 }),
            sample: async () => ({ value: plan.value }),
          }),
        ];
      case 'forEach':
        return [
          forEach({
            id,
            title: 'For each',
            item: z.object({ index: z.int(), effects: z.int() }),
            items: async () =>
              Array.from({ length: plan.count }, (_, index) => ({
                index,
                effects: this.#aws.effects.length,
              })),
            key: ({ index, effects }) => `${index}/${effects}`,
            steps: ({ index }) => this.list(plan.steps, `${name}[${index}].`),
            example: { index: 0, effects: 0 },
          }),
        ];
      case 'together':
        return [
          together({
            id,
            title: 'At the same time',
            branches: plan.branches.map((branch, index) => ({
              id: `b${index}`,
              title: `Branch ${index}`,
              steps: this.list(branch, `${name}|${index}.`, `${id}-b${index}-`),
            })),
          }),
        ];
      default:
        return plan satisfies never;
    }
  }

  /** One that says something and one that finds the same in the journal. */
  #checks({ safety, broken }: StepPlan & { kind: 'check' }, id: string, name: string): readonly ListEntry[] {
    const says = check({
      id,
      title: 'It is so',
      alsoOnResume: safety,
      returns: remembered,
      run: async ({ clock }) => {
        breakIf(broken);
        const said = { at: clock.now(), effects: this.#aws.effects.length };
        this.#said.set(name, said);
        return said;
      },
    });
    const hears = check<void>({
      id: `${id}-heard`,
      title: 'It was said',
      run: async ({ outputOf }) => {
        const heard = outputOf(says);
        const said = this.#said.get(name);
        if (heard.effects !== said?.effects || heard.at.getTime() !== said.at.getTime())
          throw new Bug(`Said ${JSON.stringify(said)}, heard ${JSON.stringify(heard)}`);
      },
    });
    return [says, hears];
  }
}

function breakIf(broken: Broken): void {
  const details = { code: 'TOY_BROKEN', message: 'It is broken' };
  if (broken === 'error') throw new OperatorError(details);
  if (broken === 'refusal') throw new Refusal(details);
}
