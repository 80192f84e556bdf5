import type * as z from 'zod';
import { formatDuration, type Milliseconds } from '../duration.ts';
import type { ChangeContext, DecisionContext, ReadContext } from './context.ts';
import type { Lane } from './observation.ts';

/** A function of `src/aws`, which says what IAM actions it needs. */
export interface UsesActions {
  readonly actions: readonly string[];
}

/** Stands for a step's output in `outputOf`. The steps themselves are such references. */
export interface StepReference<Output> {
  readonly id: string;
  readonly returns?: z.ZodType<Output> | undefined;
}

interface StepBase<Output> {
  /** Kebab-case, unique in its list. Journals name steps by it: renaming one makes older runs impossible to resume. */
  readonly id: string;
  /** A fact for check, wait, observe and measure; an order for change and clean-up; a question for approve. */
  readonly title: string;
  /** Every function of `src/aws` that the step calls: the guard refuses others, the docs list their IAM actions. */
  readonly uses?: readonly UsesActions[];
  readonly returns?: z.ZodType<Output> | undefined;
  /** What the output means, in one line, for the operator and the report. */
  summary?(output: Output): string;
}

/** Present exactly where the step has an output. Outputs are journalled through it, so they survive as plain JSON. */
type Returns<Output> = [Output] extends [void] ? unknown : { readonly returns: z.ZodType<Output> };

interface CheckBody<Output> extends StepBase<Output> {
  /** A safety check: made anew at every resume and before a rollback, and never skipped. Only outside every `forEach` and `together`. */
  readonly alsoOnResume?: boolean;
  /** Throws an `OperatorError` or `Refusal` where the fact does not hold. */
  run(context: ReadContext): Promise<Output>;
}

export type Readiness<Output> =
  | ([Output] extends [void] ? { readonly ready: true } : { readonly ready: true; readonly output: Output })
  | { readonly ready: false; readonly because: string };

/** A span, or one that follows from what the run has read by then, with words for it in plans and docs. */
export type Timeout =
  | Milliseconds
  | { readonly text: string; of(context: Pick<ReadContext, 'outputOf'>): Milliseconds };

export const timeoutText = (timeout: Timeout): string =>
  typeof timeout === 'number' ? formatDuration(timeout) : timeout.text;

export const timeoutIn = (timeout: Timeout, context: Pick<ReadContext, 'outputOf'>): Milliseconds =>
  typeof timeout === 'number' ? timeout : timeout.of(context);

interface Polling {
  readonly every: Milliseconds;
  readonly timeout: Timeout;
}

interface WaitBody<Output> extends StepBase<Output>, Polling {
  /** Throws where it can no longer become ready. */
  probe(context: ReadContext): Promise<Readiness<Output>>;
  /** What to type, or where to look, when the time is over. */
  readonly hint?: string;
}

interface ObserveBody<Output> extends StepBase<Output> {
  /** Looked at side by side, each on its own schedule: none waits for another, and none drifts. */
  readonly lanes: readonly Lane[];
  readonly timeout: Timeout;
  /** Asked after every answer. Pure: only what was observed and recorded decides. Throws where it can no longer become ready. */
  until(context: DecisionContext): Readiness<Output>;
  /** What to type, or where to look, when the time is over. */
  readonly hint?: string;
}

/** Both forms look first and may be called again: a rollback can be interrupted and resumed. */
export type Undo<Output> = {
  /** An order, as in a change's title. */
  readonly title: string;
} & (
  | { apply(context: ChangeContext, applied: Output): Promise<void> }
  /** Where undoing takes time: every turn looks at the world, does at most one thing, and says whether it is done. */
  | (Polling & { turn(context: ChangeContext, applied: Output): Promise<Readiness<void>> })
);

/** Its output is what undoing needs: the state before, the ids made. */
interface ChangeBody<Output> extends StepBase<Output> {
  /** Asks AWS whether the change is already so, and answers with what `apply` would have. Reads only. */
  findApplied(context: ReadContext): Promise<Output | undefined>;
  /** One write, so that it is either in place or not. */
  apply(context: ChangeContext): Promise<Output>;
}

type Undoing<Output> =
  | { readonly undo: Undo<Output> }
  | { readonly cannotUndo: string }
  /** An earlier change whose undo makes this one good as well. */
  | { readonly undoneBy: { readonly id: string } };

export interface ApprovalRequest {
  readonly question: string;
  /** What the operator should know before answering: facts read in this run. */
  readonly evidence: readonly { readonly label: string; readonly value: string }[];
  readonly typeToConfirm?: string;
  /** `--yes` alone is no answer: the words must be typed, now or beforehand. */
  readonly mustBeTyped?: true;
  /** What was typed beforehand, as a parameter. */
  readonly typed?: string | undefined;
}

interface ApproveBody extends StepBase<void> {
  ask(context: ReadContext): ApprovalRequest;
}

/** A number that is known no better than that. Without `atMost` its end was not seen. */
export interface Interval {
  readonly atLeast: number;
  readonly atMost?: number;
}

/** A number, the bounds that it lies in, or why there is none. */
export type Measured = { readonly value: number } | Interval | { readonly missing: string };

export type Unit = 'milliseconds' | 'count' | 'percent';

interface MeasureBody extends StepBase<void> {
  readonly unit: Unit;
  /** The verdict is "pass" where the value, or the whole interval, lies within the bound. */
  objective?(context: ReadContext): { readonly atMost: number } | { readonly atLeast: number } | undefined;
  sample(context: ReadContext): Promise<Measured>;
}

/** Part of a procedure that makes something only for a while: undoes those changes as a rollback would, the latest first. */
interface CleanUpBody extends StepBase<void> {
  /** Changes of the same list, and of the branches in it; a `forEach` there stands for all changes that it made. */
  readonly of: readonly (Change | ForEach)[];
}

export interface Check<Output = unknown> extends CheckBody<Output> {
  readonly kind: 'check';
}

export interface Change<Output = unknown> extends ChangeBody<Output> {
  readonly kind: 'change';
  readonly undo?: Undo<Output>;
  readonly cannotUndo?: string;
  readonly undoneBy?: { readonly id: string };
}

export interface Wait<Output = unknown> extends WaitBody<Output> {
  readonly kind: 'wait';
}

export interface Observe<Output = unknown> extends ObserveBody<Output> {
  readonly kind: 'observe';
}

export interface Approve extends ApproveBody {
  readonly kind: 'approve';
}

export interface Measure extends MeasureBody {
  readonly kind: 'measure';
}

export interface CleanUp extends CleanUpBody {
  readonly kind: 'clean-up';
}

export type Step = Check | Change | Wait | Observe | Approve | Measure | CleanUp;

/** Repeats steps over a list that is known only at run time. The list is journalled: a resumed run has the same one. */
export interface ForEach<Item = unknown> {
  readonly kind: 'for-each';
  readonly id: string;
  readonly title: string;
  readonly uses?: readonly UsesActions[];
  readonly item: z.ZodType<Item>;
  items(context: Omit<ReadContext, 'progress'>): Promise<readonly Item[]>;
  /** Unique among the items and stable: it is part of the steps' paths in the journal. */
  key(item: Item): string;
  steps(item: Item): readonly ListEntry[];
  /** For docs and plans, which have no run to take an item from. */
  readonly example: Item;
}

/** Steps that are carried out one after the other, at the same time as those of the other branches. */
export interface Branch {
  /** Kebab-case, unique among the branches: part of the steps' paths in the journal, as an item's key is. */
  readonly id: string;
  /** An order: "Restore the database". */
  readonly title: string;
  /** Sees what was done before and around the branches, and nothing of the other ones. No `approve`, and no safety check. */
  readonly steps: readonly ListEntry[];
}

/** What takes long and does not depend on each other is done at the same time. Steps after it see the outputs of all branches. */
export interface Together {
  readonly kind: 'together';
  readonly id: string;
  /** An order. */
  readonly title: string;
  /** Ids of steps are unique over all branches and the list around them. */
  readonly branches: readonly Branch[];
}

export type ListEntry = Step | ForEach | Together;

/** The lists that an entry stands for, as far as they can be told without a run. */
export function innerListsOf(entry: ListEntry): readonly (readonly ListEntry[])[] {
  switch (entry.kind) {
    case 'for-each':
      return [entry.steps(entry.example)];
    case 'together':
      return entry.branches.map(({ steps }) => steps);
    default:
      return [];
  }
}

export const check = <Output = void>(body: CheckBody<Output> & Returns<Output>): Check<Output> => ({
  kind: 'check',
  ...body,
});

export const change = <Output extends object>(
  body: ChangeBody<Output> & Returns<Output> & Undoing<Output>,
): Change<Output> => ({ kind: 'change', ...body });

export const wait = <Output = void>(body: WaitBody<Output> & Returns<Output>): Wait<Output> => ({
  kind: 'wait',
  ...body,
});

export const observe = <Output = void>(body: ObserveBody<Output> & Returns<Output>): Observe<Output> => ({
  kind: 'observe',
  ...body,
});

export const lane = <Seen>(body: Lane<Seen>): Lane<Seen> => body;

export const approve = (body: ApproveBody): Approve => ({ kind: 'approve', ...body });

export const measure = (body: MeasureBody): Measure => ({ kind: 'measure', ...body });

export const cleanUp = (body: CleanUpBody): CleanUp => ({ kind: 'clean-up', ...body });

export const forEach = <Item>(body: Omit<ForEach<Item>, 'kind'>): ForEach<Item> => ({
  kind: 'for-each',
  ...body,
});

export const together = (body: Omit<Together, 'kind'>): Together => ({ kind: 'together', ...body });
