import { Bug, Interrupted, OperatorError } from '../errors.ts';
import type { Ports } from './context.ts';
import { eventError, isStepFailure } from './failure.ts';
import { findAfterDoubt } from './find-applied.ts';
import { poll } from './poll.ts';
import { type Recorder, recordWaiting } from './recorder.ts';
import { debtsOf, type StepState } from './run-state.ts';
import { type Change, type ListEntry, timeoutIn, timeoutText, type Undo } from './step.ts';
import { contextsFor, type StepContexts } from './step-context.ts';
import { entryAt, placesOf } from './step-path.ts';

/**
 * Undoes the run's changes, the latest first, and stops at the first one that it cannot undo: an earlier change must not be taken
 * away from under a later one that is still in place.
 * @throws OperatorError for the change that stays in place
 */
export const undoChanges = (steps: readonly ListEntry[], recorder: Recorder, ports: Ports): Promise<void> =>
  undoThose((path) => changeAt(steps, path, recorder), recorder, ports);

/** The same for those changes alone of which this is not `undefined`, while the run goes forwards. */
export async function undoThose(
  changeAt: (path: string) => Change | undefined,
  recorder: Recorder,
  ports: Ports,
): Promise<void> {
  for (;;) {
    if (ports.signal.aborted) throw new Interrupted();
    const owed = debtsOf(recorder.state).flatMap((debt) => {
      const change = changeAt(debt.path);
      return change === undefined ? [] : [{ debt, change }];
    });
    const next = owed.find(({ debt, change }) => stateOfCover(change, debt.path, recorder) !== 'owed');
    if (next === undefined) return;
    await undoOne(next.change, next.debt, recorder, ports);
  }
}

function changeAt(steps: readonly ListEntry[], path: string, recorder: Recorder): Change {
  const step = entryAt(steps, path, recorder.state);
  if (step?.kind !== 'change')
    throw new Bug(`The journal says that ${path} changed something, but it is no change`);
  return step;
}

/** How it stands with the earlier change whose undo makes this one good too. */
function stateOfCover({ undoneBy }: Change, path: string, recorder: Recorder): 'owed' | 'undone' | 'none' {
  if (undoneBy === undefined) return 'none';
  for (const place of placesOf(undoneBy.id, path, recorder.state)) {
    const cover = recorder.state.steps.get(place);
    if (cover === undefined) continue;
    // One that turned out never applied makes nothing good.
    if (cover.undo === 'undone') return cover.mayBeApplied ? 'undone' : 'none';
    return debtsOf(recorder.state).some((debt) => debt.path === cover.path) ? 'owed' : 'none';
  }
  return 'none';
}

async function undoOne(change: Change, debt: StepState, recorder: Recorder, ports: Ports): Promise<void> {
  const { path } = debt;
  if (stateOfCover(change, path, recorder) === 'undone') {
    recorder.record({ type: 'undone', step: path, how: 'with-earlier-change' });
    return;
  }
  const contexts = contextsFor(path, change.uses, recorder, ports);
  try {
    const applied = await whatWasApplied(change, debt, contexts, ports);
    if (applied === undefined) {
      recorder.record({ type: 'undone', step: path, how: 'was-never-applied' });
      return;
    }
    await carryOutUndo(change, applied, debt, contexts, recorder, ports);
    recorder.record({ type: 'undone', step: path, how: 'undone' });
  } catch (error) {
    if (isStepFailure(error)) recorder.record({ type: 'undo-failed', step: path, error: eventError(error) });
    throw error;
  }
}

/** Of a change that was cut off, AWS itself says whether it is in place: until its undo begins, which may change the answer. */
async function whatWasApplied(
  change: Change,
  debt: StepState,
  contexts: StepContexts,
  ports: Ports,
): Promise<unknown> {
  const known = debt.status === 'succeeded' ? debt.output : debt.foundApplied;
  return known === undefined ? findAfterDoubt(change, contexts, ports) : change.returns?.parse(known);
}

function undoOf({ title, undo, cannotUndo }: Change): Undo<unknown> {
  if (undo !== undefined) return undo;
  throw new OperatorError({
    code: 'CANNOT_UNDO',
    message: `"${title}" cannot be undone: ${cannotUndo ?? 'the earlier change that would make it good was not made by this run'}`,
  });
}

async function carryOutUndo(
  change: Change,
  applied: unknown,
  debt: StepState,
  contexts: StepContexts,
  recorder: Recorder,
  { clock, signal }: Ports,
): Promise<void> {
  const { path } = debt;
  const undo = undoOf(change);
  const started = {
    type: 'undo-started',
    step: path,
    title: undo.title,
    ...(debt.status !== 'succeeded' && { applied: change.returns?.encode(applied) }),
  } as const;
  const context = contexts.change('undo');
  if ('apply' in undo) {
    recorder.record(started);
    return undo.apply(context, applied);
  }
  const cutOffDeadline = debt.undo === 'started' ? debt.undoDeadline : undefined;
  const deadline =
    cutOffDeadline ?? new Date(clock.now().getTime() + timeoutIn(undo.timeout, context)).toISOString();
  recorder.record({ ...started, deadline });
  const readiness = await poll({
    probe: () => undo.turn(context, applied),
    every: undo.every,
    deadline: new Date(deadline),
    waiting: (because) => recordWaiting(because, path, recorder),
    clock,
    signal,
  });
  if (readiness.ready) return;
  throw new OperatorError({
    code: 'UNDO_TIMED_OUT',
    message: `Not undone after ${timeoutText(undo.timeout)}: "${undo.title}". Last seen: ${readiness.because}`,
  });
}
