import { Bug, Declined, Interrupted, type OperatorError, Refusal } from '../errors.ts';
import { attemptStep } from './attempt-step.ts';
import type { Ports } from './context.ts';
import { eventError, isStepFailure } from './failure.ts';
import type { Recorder } from './recorder.ts';
import { debtsOf } from './run-state.ts';
import type { Change, ForEach, ListEntry, Step } from './step.ts';
import { contextsFor, dependsOn, StepNotReached } from './step-context.ts';
import { itemScope, pathOf, recordedItems } from './step-path.ts';

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

interface Failure {
  readonly entry: ListEntry;
  readonly path: string;
  readonly error: OperatorError;
}

/** Walks the list from its top. What the journal says is done is passed over. */
export class Walk {
  readonly #recorder: Recorder;
  readonly #ports: Ports;
  /** Safety checks made by this process. */
  readonly #madeNow = new Set<string>();

  constructor(recorder: Recorder, ports: Ports) {
    this.#recorder = recorder;
    this.#ports = ports;
  }

  async through(list: readonly ListEntry[], scope: string): Promise<void> {
    for (const entry of list) {
      const path = pathOf(scope, entry.id);
      if (entry.kind !== 'for-each') {
        await this.#step(entry, path);
        continue;
      }
      for (const item of await this.#items(entry, path)) {
        await this.through(entry.steps(item), itemScope(path, entry.key(item)));
      }
    }
  }

  async safetyChecks(list: readonly ListEntry[], scope: string): Promise<void> {
    for (const entry of list) {
      if (entry.kind === 'check' && entry.alsoOnResume) await this.#step(entry, pathOf(scope, entry.id));
    }
  }

  async #items(forEach: ForEach, path: string): Promise<readonly unknown[]> {
    for (;;) {
      const recorded = recordedItems(this.#recorder.state, forEach, path);
      if (recorded !== undefined) return recorded;
      if (this.#ports.signal.aborted) throw new Interrupted();
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
        await this.#afterFailure({ entry: forEach, path, error });
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

  async #step(step: Step, path: string): Promise<void> {
    for (;;) {
      if (this.#ports.signal.aborted) throw new Interrupted();
      if (this.#isDone(step, path)) return;
      if (step.kind === 'change') await this.#askToGoOn(step, path);
      this.#madeNow.add(path);
      try {
        await attemptStep(step, path, this.#recorder, this.#ports);
        return;
      } catch (error) {
        if (!isStepFailure(error)) throw error;
        this.#recorder.record({ type: 'step-failed', step: path, error: eventError(error) });
        const next = await this.#afterFailure({ entry: step, path, error });
        if (next === 'go on') return;
      }
    }
  }

  /** Whoever chose to try a change again, or resumes in the middle of one, has answered already. */
  async #askToGoOn(change: Change, path: string): Promise<void> {
    const { state } = this.#recorder;
    const { operator, signal } = this.#ports;
    if (operator.goOn === undefined || state.started.mode === 'rehearsal' || state.steps.has(path)) return;
    const changesInPlace = debtsOf(state).map(({ title }) => title);
    const next = { path, title: change.title, wayBack: wayBackOf(change), changesInPlace };
    if (!(await operator.goOn(next, signal))) throw new Interrupted();
  }

  #isDone(step: Step, path: string): boolean {
    const status = this.#recorder.state.steps.get(path)?.status;
    if (status === undefined || status === 'started' || status === 'failed') return false;
    const again = step.kind === 'check' && step.alsoOnResume === true && !this.#madeNow.has(path);
    return !again;
  }

  /** A refusal, a "no" and a rehearsal are answers already: only what may be retried, skipped or undone is asked about. */
  async #afterFailure({ entry, path, error }: Failure): Promise<'again' | 'go on'> {
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
