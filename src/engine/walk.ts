import { Bug, Declined, Interrupted, Refusal } from '../errors.ts';
import { attemptStep } from './attempt-step.ts';
import type { Ports } from './context.ts';
import { eventError, isStepFailure } from './failure.ts';
import { checkList } from './list-rules.ts';
import type { Recorder } from './recorder.ts';
import type { StepKind } from './run-event.ts';
import { debtsOf } from './run-state.ts';
import type { Branch, Change, ForEach, ListEntry, Step, Together } from './step.ts';
import { contextsFor, dependsOn, StepNotReached } from './step-context.ts';
import { itemScope, pathOf, recordedItems } from './step-path.ts';
import { carryOutBranches, type Failure, type Strand, Undecided } from './strand.ts';

/** A safety check refused: this process may do nothing here, whatever the run left in place before. */
export class NotSafe extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The operator, or the flag that stands in, chose to undo after a failure. */
export class UndoChosen extends Error {}

/** What it waits for is there later as well. Anything else is brought to its end, so that its outcome is known. */
const givenUpAtRest = new Set<StepKind>(['wait', 'observe', 'clean-up']);

/** Walks the list from its top. What the journal says is done is passed over. */
export class Walk {
  readonly #recorder: Recorder;
  readonly #ports: Ports;
  /** Safety checks made by this process. */
  readonly #madeNow = new Set<string>();
  /** The latest question before a change has its answer. */
  #answered: Promise<void> = Promise.resolve();

  constructor(recorder: Recorder, ports: Ports) {
    this.#recorder = recorder;
    this.#ports = ports;
  }

  through(list: readonly ListEntry[]): Promise<void> {
    return this.#along(list, '', { rest: this.#ports.signal });
  }

  async #along(list: readonly ListEntry[], scope: string, strand: Strand): Promise<void> {
    checkList(list, strand.stop !== undefined);
    for (const entry of list) {
      const path = pathOf(scope, entry.id);
      switch (entry.kind) {
        case 'for-each':
          for (const item of await this.#items(entry, path, strand))
            await this.#along(entry.steps(item), itemScope(path, entry.key(item)), strand);
          break;
        case 'together':
          await this.#together(entry, path, strand);
          break;
        default:
          await this.#step(entry, path, strand);
      }
    }
  }

  async #together({ title, branches }: Together, path: string, strand: Strand): Promise<void> {
    this.#noteBranches(branches, title, path);
    const each = branches.map((branch) => async (own: Strand) => {
      await this.#along(branch.steps, itemScope(path, branch.id), own);
      this.#noteEnd(branch, path);
    });
    if (this.#recorder.state.started.mode === 'rehearsal') {
      // Nothing takes long here, and what depends on what is plainer in order.
      for (const branch of each) await branch(strand);
      return;
    }
    for (;;) {
      if (strand.rest.aborted) throw new Interrupted();
      try {
        return await carryOutBranches(each, strand, this.#ports);
      } catch (error) {
        if (!(error instanceof Undecided) || strand.stop !== undefined) throw error;
        for (const failure of error.failures) {
          if (strand.rest.aborted) throw new Interrupted();
          await this.#decide(failure);
        }
      }
    }
  }

  #noteBranches(branches: readonly Branch[], title: string, path: string): void {
    const noted = this.#recorder.state.branches.get(path)?.map(({ id }) => id);
    if (noted?.join('/') === branches.map(({ id }) => id).join('/')) return;
    this.#recorder.record({
      type: 'branches-started',
      step: path,
      title,
      branches: branches.map((branch) => ({ id: branch.id, title: branch.title })),
    });
  }

  #noteEnd({ id }: Branch, path: string): void {
    const noted = this.#recorder.state.branches.get(path)?.find((branch) => branch.id === id);
    if (noted?.endedAt === undefined)
      this.#recorder.record({ type: 'branch-finished', step: path, branch: id });
  }

  async safetyChecks(list: readonly ListEntry[]): Promise<void> {
    for (const entry of list) {
      if (entry.kind === 'check' && entry.alsoOnResume)
        await this.#step(entry, entry.id, { rest: this.#ports.signal });
    }
  }

  async #items(forEach: ForEach, path: string, strand: Strand): Promise<readonly unknown[]> {
    for (;;) {
      const recorded = recordedItems(this.#recorder.state, forEach, path);
      if (recorded !== undefined) return recorded;
      if (strand.rest.aborted) throw new Interrupted();
      try {
        await this.#listItems(forEach, path);
      } catch (error) {
        if (!isStepFailure(error)) throw error;
        this.#noteList(forEach, path);
        if (error instanceof StepNotReached && this.#recorder.state.started.mode === 'rehearsal') {
          this.#recorder.record({ type: 'step-depends', step: path, because: dependsOn(error) });
          return [];
        }
        this.#recorder.record({ type: 'step-failed', step: path, error: eventError(error) });
        await this.#afterFailure({ entry: forEach, path, error }, strand);
      }
    }
  }

  async #listItems(forEach: ForEach, path: string): Promise<void> {
    const items = await forEach.items(contextsFor(path, forEach.uses, this.#recorder, this.#ports).read);
    const keys = items.map((item) => forEach.key(item));
    if (new Set(keys).size < keys.length) {
      throw new Bug(`Items of ${path} share a key, so one would be taken for the other: ${keys.join(', ')}`);
    }
    this.#recorder.record({
      type: 'items-listed',
      step: path,
      title: forEach.title,
      items: items.map((item, index) => ({ key: keys[index] ?? '', item: forEach.item.encode(item) })),
    });
  }

  /** A list has a line of its own only where it could not be made. */
  #noteList({ title }: ForEach, path: string): void {
    const attempt = (this.#recorder.state.steps.get(path)?.attempt ?? 0) + 1;
    this.#recorder.record({ type: 'step-started', step: path, kind: 'for-each', title, attempt });
  }

  async #step(step: Step, path: string, strand: Strand): Promise<void> {
    for (;;) {
      if (strand.rest.aborted) throw new Interrupted();
      if (this.#isDone(step, path)) return;
      if (step.kind === 'change') await this.#askToGoOn(step, path, strand);
      this.#madeNow.add(path);
      try {
        const signal = givenUpAtRest.has(step.kind) ? strand.rest : this.#ports.signal;
        await attemptStep(step, path, this.#recorder, { ...this.#ports, signal });
        return;
      } catch (error) {
        if (!isStepFailure(error)) throw error;
        this.#recorder.record({ type: 'step-failed', step: path, error: eventError(error) });
        const next = await this.#afterFailure({ entry: step, path, error }, strand);
        if (next === 'go on') return;
      }
    }
  }

  /**
   * Whoever chose to try a change again, or resumes in the middle of one, has answered already. Of branches, one asks after the other, and
   * none any more once they are to come to rest.
   */
  async #askToGoOn(change: Change, path: string, { rest }: Strand): Promise<void> {
    const { operator } = this.#ports;
    const { started, steps } = this.#recorder.state;
    if (operator.goOn === undefined || started.mode === 'rehearsal' || steps.has(path)) return;
    const before = this.#answered;
    const answer = before.then(async () => {
      if (rest.aborted) return false;
      const changesInPlace = debtsOf(this.#recorder.state).map(({ title }) => title);
      return operator.goOn?.({ path, title: change.title, wayBack: wayBackOf(change), changesInPlace }, rest);
    });
    this.#answered = answer.then(
      () => undefined,
      () => undefined,
    );
    if (!(await answer) || rest.aborted) throw new Interrupted();
  }

  #isDone(step: Step, path: string): boolean {
    const status = this.#recorder.state.steps.get(path)?.status;
    if (status === undefined || status === 'started' || status === 'failed') return false;
    const again = step.kind === 'check' && step.alsoOnResume === true && !this.#madeNow.has(path);
    return !again;
  }

  async #afterFailure(failure: Failure, { stop }: Strand): Promise<'again' | 'go on'> {
    if (stop === undefined) return this.#decide(failure);
    throw new Undecided([failure]);
  }

  /** A refusal, a "no" and a rehearsal are answers already: only what may be retried, skipped or undone is asked about. */
  async #decide({ entry, path, error }: Failure): Promise<'again' | 'go on'> {
    const { state } = this.#recorder;
    const debts = debtsOf(state);
    if (entry.kind === 'check' && entry.alsoOnResume === true) {
      throw error instanceof Refusal ? new NotSafe(error) : error;
    }
    const isAnswer = error instanceof Refusal || error instanceof Declined;
    if (state.started.mode === 'rehearsal' || (isAnswer && debts.length === 0)) throw error;
    const { operator, signal } = this.#ports;
    const decision = await operator.decide(
      {
        path,
        title: entry.title,
        error: eventError(error),
        maySkip: entry.kind !== 'approve' && entry.kind !== 'for-each',
        changesInPlace: debts.map(({ title }) => title),
      },
      signal,
    );
    this.#recorder.record({
      type: 'failure-decided',
      step: path,
      choice: decision.choice,
      by: operator.name,
    });
    switch (decision.choice) {
      case 'retry':
        return 'again';
      case 'skip':
        this.#recorder.record({
          type: 'step-skipped',
          step: path,
          by: operator.name,
          reason: decision.reason,
        });
        return 'go on';
      case 'undo':
        if (debts.length === 0) throw error;
        throw new UndoChosen();
      case 'leave':
        throw error;
      default:
        return decision satisfies never;
    }
  }
}

function wayBackOf({ undo, undoneBy, cannotUndo }: Change): string {
  if (undo !== undefined) return undo.title;
  return undoneBy === undefined
    ? `none: ${cannotUndo ?? 'it cannot be undone'}`
    : `with the change ${undoneBy.id}`;
}
