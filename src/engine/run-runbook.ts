import type { Environment } from '../environment.ts';
import { type AwsCallError, Declined, Interrupted, OperatorError, Refusal, UsageError } from '../errors.ts';
import type { Ports } from './context.ts';
import { eventError, isSessionOver, isStepFailure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import { goOnRecording, type Recorder, startRecording } from './recorder.ts';
import { type EventError, journalVersion, type RunEvent, type RunStarted } from './run-event.ts';
import { debtsOf, type RunState, type StepState, stateOf } from './run-state.ts';
import type { Runbook } from './runbook.ts';
import type { ListEntry } from './step.ts';
import { entryAt, itemsIn } from './step-path.ts';
import { undoChanges } from './undo-changes.ts';
import { NotSafe, UndoChosen, Walk } from './walk.ts';

export interface RunRequest {
  readonly runbook: Runbook;
  /** As typed: the runbook's schema reads them, now and at every resume. */
  readonly parameters: Record<string, unknown>;
  readonly environment: Environment;
  readonly runId: string;
  readonly mode: RunStarted['mode'];
  readonly toolVersion: string;
}

export interface RunEnd {
  readonly state: RunState;
  readonly outcome: Outcome;
  /** The fault of ours that ended the run, with its stack. */
  readonly fault?: unknown;
}

export async function startRun(request: RunRequest, ports: Ports): Promise<RunEnd> {
  const { runbook, parameters, environment, runId, mode, toolVersion } = request;
  const { name, ...settings } = environment;
  const recorder = startRecording(
    {
      type: 'run-started',
      version: journalVersion,
      toolVersion,
      runId,
      runbook: runbook.id,
      title: runbook.title,
      parameters,
      environment: { name, settings },
      mode,
      by: ports.operator.name,
    },
    ports,
  );
  return driveForwards(stepsOf(runbook, recorder.state), recorder, ports);
}

/** Ends after which there is still something to do. */
const resumable: readonly Outcome[] = [
  'failed',
  'failed-with-changes',
  'refused',
  'declined',
  'interrupted',
  'fault',
  'rollback-failed',
];

/** Goes on where the journal ends: forwards, or with a rollback that was cut off. */
export async function resumeRun(
  runbook: Runbook,
  events: readonly RunEvent[],
  toolVersion: string,
  ports: Ports,
): Promise<RunEnd> {
  const state = stateOf(events);
  refuseUnless(state, 'resumed', resumable);
  const steps = stepsOf(runbook, state);
  const recorder = goOnRecording(state, ports);
  recorder.record({ type: 'run-resumed', by: ports.operator.name, toolVersion });
  return state.phase === 'rolling-back'
    ? driveBackwards(steps, recorder, ports)
    : driveForwards(steps, recorder, ports);
}

/** Undoes what the run changed, the latest first. Called again, it goes on where it stopped. */
export async function rollBackRun(
  runbook: Runbook,
  events: readonly RunEvent[],
  ports: Ports,
): Promise<RunEnd> {
  const state = stateOf(events);
  refuseUnless(state, 'rolled back', ['succeeded', ...resumable]);
  const steps = stepsOf(runbook, state);
  if (debtsOf(state).length === 0 && state.phase !== 'rolling-back') {
    throw new UsageError({
      code: 'NOTHING_TO_UNDO',
      message: `Run ${state.started.runId} has no changes in place: there is nothing to roll back`,
    });
  }
  return driveBackwards(steps, goOnRecording(state, ports), ports);
}

function refuseUnless(state: RunState, what: string, possible: readonly Outcome[]): void {
  const { runId, mode } = state.started;
  if (mode === 'rehearsal') {
    throw new UsageError({
      code: 'REHEARSAL_IS_OVER',
      message: `Run ${runId} was a rehearsal: it changed nothing and cannot be ${what}`,
      hint: 'Type the command that began it once more, without --dry-run',
    });
  }
  if (state.outcome === undefined || possible.includes(state.outcome)) return;
  throw new UsageError({
    code: 'RUN_IS_OVER',
    message: `Run ${runId} ended as ${state.outcome}: it cannot be ${what}`,
    hint: `runbook runs show ${runId}`,
  });
}

/** @throws OperatorError where the journal has steps that the runbook no longer has: positions are never guessed */
function stepsOf(runbook: Runbook, state: RunState): readonly ListEntry[] {
  const steps = runbook.steps(runbook.parameters.parse(state.started.parameters));
  const unknown = [...state.steps.values()].filter(
    ({ path, kind }) => entryAt(steps, path, state)?.kind !== kind,
  );
  if (unknown.length === 0) return steps;
  throw new OperatorError({
    code: 'JOURNAL_STEPS_UNKNOWN',
    message:
      `The journal of run ${state.started.runId} has steps that this version of runbook ${runbook.id} does not have: ` +
      unknown.map(({ path, kind }) => `${path} (${kind})`).join(', '),
    hint: `The run was started by runbook ${state.started.toolVersion}: use that version for it, or finish by hand (docs/runbooks/${runbook.id}.md)`,
  });
}

async function driveForwards(steps: readonly ListEntry[], recorder: Recorder, ports: Ports): Promise<RunEnd> {
  try {
    await new Walk(recorder, ports).through(steps);
    const error = findingsError(recorder.state) ?? objectiveError(recorder.state);
    if (error === undefined) return finish('succeeded', undefined, recorder);
    return finish(debtsOf(recorder.state).length > 0 ? 'failed-with-changes' : 'failed', error, recorder);
  } catch (error) {
    if (error instanceof UndoChosen) return driveBackwards(steps, recorder, ports);
    return endWith(error, recorder);
  }
}

function findingsError({ steps }: RunState): OperatorError | undefined {
  const failed = [...steps.values()].flatMap(({ path, findings = [] }) =>
    findings
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ subject, fact }) => `${[...itemsIn(path), subject].join(', ')}: ${fact}`),
  );
  if (failed.length === 0) return undefined;
  return new OperatorError({
    code: 'FINDINGS_FAIL',
    message: `Every step was carried out, but not everything is as it must be: ${failed.join('; ')}`,
  });
}

/** Nobody may take "cannot tell" for "met". But a number that nobody has is the fault of whatever should have given it, not the run's. */
function objectiveError({ steps }: RunState): OperatorError | undefined {
  const measures = [...steps.values()].filter(({ measured }) => measured !== undefined);
  const titlesOf = (these: readonly StepState[]) => these.map(({ title }) => title).join('; ');
  const missed = measures.filter(({ measured }) => measured?.verdict === 'fail');
  if (missed.length > 0) {
    return new OperatorError({
      code: 'OBJECTIVE_MISSED',
      message: `Every step was carried out, but an objective was missed: ${titlesOf(missed)}`,
    });
  }
  const open = measures.filter(
    ({ measured }) => measured?.verdict === 'cannot tell' && measured.missing === undefined,
  );
  if (open.length === 0) return undefined;
  return new OperatorError({
    code: 'OBJECTIVE_UNCERTAIN',
    message: `Every step was carried out, but what was seen cannot tell whether an objective was met: ${titlesOf(open)}`,
  });
}

async function driveBackwards(
  steps: readonly ListEntry[],
  recorder: Recorder,
  ports: Ports,
): Promise<RunEnd> {
  try {
    await new Walk(recorder, ports).safetyChecks(steps);
    if (recorder.state.phase !== 'rolling-back' || recorder.state.outcome !== undefined) {
      recorder.record({ type: 'rollback-started', by: ports.operator.name });
    }
    await undoChanges(steps, recorder, ports);
    return finish('rolled-back', undefined, recorder);
  } catch (error) {
    if (recorder.state.outcome !== undefined) return notBegun(error, recorder);
    if (isStepFailure(error) && recorder.state.phase === 'rolling-back')
      return finish('rollback-failed', error, recorder);
    return endWith(error, recorder);
  }
}

/**
 * Before a rollback has begun, how the run ended still holds, and its journal goes on saying so.
 * @throws what stood in the way: telling it is all that comes of this
 */
function notBegun(error: unknown, { state }: Recorder): RunEnd {
  if (error instanceof Interrupted) return { state, outcome: 'interrupted' };
  throw error instanceof NotSafe ? error.refusal : error;
}

function endWith(error: unknown, recorder: Recorder): RunEnd {
  if (error instanceof Interrupted) return interrupt({}, recorder);
  if (isSessionOver(error) && hasBegun(recorder.state))
    return interrupt({ error: sessionIsOver(error, recorder.state) }, recorder);
  if (error instanceof NotSafe) return finish('refused', error.refusal, recorder);
  if (!isStepFailure(error) && !isSessionOver(error))
    return { ...finish('fault', error, recorder), fault: error };
  if (debtsOf(recorder.state).length > 0) return finish('failed-with-changes', error, recorder);
  if (error instanceof Declined) return finish('declined', error, recorder);
  return finish(error instanceof Refusal ? 'refused' : 'failed', error, recorder);
}

function interrupt(why: { readonly error?: EventError }, recorder: Recorder): RunEnd {
  recorder.record({ type: 'run-interrupted', ...why });
  return { state: recorder.state, outcome: 'interrupted' };
}

/** Whoever could never call has not lost a session: then the first step's failure is what there is to tell. */
const hasBegun = ({ steps, started }: RunState): boolean =>
  started.mode !== 'rehearsal' && [...steps.values()].some(({ status }) => status === 'succeeded');

function sessionIsOver(error: AwsCallError, { started, phase }: RunState): EventError {
  const verb = phase === 'rolling-back' ? 'rollback' : 'resume';
  return {
    ...eventError(error),
    message: `The run stopped here, since its AWS session is over or no longer accepted; nothing was undone, and what is under way in AWS goes on. ${error.message}`,
    hint: `Log in again, then: runbook ${verb} ${started.runId}. ${error.hint ?? ''}`.trimEnd(),
  };
}

function finish(outcome: Outcome, error: unknown, recorder: Recorder): RunEnd {
  recorder.record({
    type: 'run-finished',
    outcome,
    ...(error !== undefined && { error: eventError(error) }),
  });
  return { state: recorder.state, outcome };
}
