import { AwsCallError, BlockedWrite, Bug, Declined, OperatorError } from '../errors.ts';
import type { Ports } from './context.ts';
import { isStepFailure, leavesDoubt, mayBeMissing } from './failure.ts';
import { findAfterDoubt } from './find-applied.ts';
import { lookOnce, observeLanes } from './observe-lanes.ts';
import { poll } from './poll.ts';
import { type Recorder, recordWaiting } from './recorder.ts';
import {
  type Approve,
  type Change,
  type Check,
  type CleanUp,
  type Measure,
  type Measured,
  type Observe,
  type Step,
  timeoutIn,
  timeoutText,
  type Wait,
} from './step.ts';
import { contextsFor, dependsOn, type StepContexts, StepNotReached } from './step-context.ts';
import { areBeside, entryAt, idempotencyToken, placesIn, scopeOf } from './step-path.ts';
import { undoThose } from './undo-changes.ts';
import { verdictOn } from './verdict.ts';

/**
 * One attempt at one step, from its `step-started` to its `step-succeeded`.
 * @throws OperatorError where the step fails; the caller journals that
 */
export async function attemptStep(step: Step, path: string, recorder: Recorder, ports: Ports): Promise<void> {
  const contexts = contextsFor(path, step.uses, recorder, ports);
  startAttempt(step, path, contexts, recorder, ports);
  const attempt: Attempt = { path, contexts, recorder, ports };
  if (recorder.state.started.mode === 'rehearsal') return rehearse(step, attempt);
  return carryOut(step, attempt);
}

interface Attempt {
  readonly path: string;
  readonly contexts: StepContexts;
  readonly recorder: Recorder;
  readonly ports: Ports;
}

/** An attempt that was cut off goes on under its number and its deadline; after a failure a new one begins. */
function startAttempt(
  step: Step,
  path: string,
  { read }: StepContexts,
  recorder: Recorder,
  ports: Ports,
): void {
  const before = recorder.state.steps.get(path);
  const cutOff = before?.status === 'started' ? before : undefined;
  const deadline =
    step.kind === 'wait' || step.kind === 'observe'
      ? (cutOff?.deadline ??
        new Date(ports.clock.now().getTime() + timeoutIn(step.timeout, read)).toISOString())
      : undefined;
  recorder.record({
    type: 'step-started',
    step: path,
    kind: step.kind,
    title: step.title,
    attempt: cutOff?.attempt ?? (before?.attempt ?? 0) + 1,
    ...(deadline !== undefined && { deadline }),
  });
}

async function carryOut(step: Step, attempt: Attempt): Promise<void> {
  switch (step.kind) {
    case 'check':
      return succeed(step, await step.run(attempt.contexts.read), attempt);
    case 'change':
      return carryOutChange(step, attempt);
    case 'wait':
      return carryOutWait(step, attempt);
    case 'observe':
      return carryOutObserve(step, attempt);
    case 'approve':
      return carryOutApprove(step, attempt);
    case 'measure':
      return carryOutMeasure(step, attempt);
    case 'clean-up':
      return carryOutCleanUp(step, attempt);
    default:
      return step satisfies never;
  }
}

async function carryOutChange(step: Change, attempt: Attempt): Promise<void> {
  const { path, contexts, recorder, ports } = attempt;
  const mayBeOurs = recorder.state.steps.get(path)?.mayBeApplied ?? false;
  const found = mayBeOurs
    ? await findAfterDoubt(step, contexts, ports)
    : await step.findApplied(contexts.read);
  if (found !== undefined) return succeed(step, found, attempt, mayBeOurs ? 'adopted' : 'already-so');
  const token = idempotencyToken(recorder.state.started.runId, path);
  recorder.record({ type: 'apply-started', step: path, idempotencyToken: token });
  try {
    succeed(step, await step.apply(contexts.change('apply')), attempt, 'applied');
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    const applied = await lookAgain(step, error, attempt);
    if (applied === 'unknown') throw error;
    // It was not in place a moment ago and is now: the call took effect and only its answer was lost.
    if (applied !== undefined) return succeed(step, applied, attempt, 'adopted');
    if (!leavesDoubt(error)) recorder.record({ type: 'undone', step: path, how: 'was-never-applied' });
    throw error;
  }
}

/** Where even looking fails the change stays a debt: better owed than forgotten. The error to report is the change's own. */
async function lookAgain(
  step: Change,
  failure: OperatorError,
  { contexts, ports }: Attempt,
): Promise<unknown> {
  try {
    return leavesDoubt(failure)
      ? await findAfterDoubt(step, contexts, ports)
      : await step.findApplied(contexts.read);
  } catch (error) {
    if (isStepFailure(error)) return 'unknown';
    throw error;
  }
}

async function carryOutWait(step: Wait, attempt: Attempt): Promise<void> {
  const { path, contexts, recorder, ports } = attempt;
  const ready = await poll({
    probe: () => step.probe(contexts.read),
    every: step.every,
    deadline: deadlineOf(attempt),
    waiting: (because) => recordWaiting(because, path, recorder),
    clock: ports.clock,
    signal: ports.signal,
  });
  if (!ready.ready) throw timedOut(step, ready.because);
  succeed(step, ready.output, attempt);
}

async function carryOutObserve(step: Observe, attempt: Attempt): Promise<void> {
  const { path, recorder, ports } = attempt;
  const ready = await observeLanes({ step, path, recorder, ports }, deadlineOf(attempt));
  if (!ready.ready) throw timedOut(step, ready.because);
  succeed(step, ready.output, attempt);
}

function deadlineOf({ path, recorder }: Attempt): Date {
  const deadline = recorder.state.steps.get(path)?.deadline;
  if (deadline === undefined) throw new Bug(`${path} was started without a deadline`);
  return new Date(deadline);
}

const timedOut = ({ title, timeout, hint }: Wait | Observe, because: string): OperatorError =>
  new OperatorError({
    code: 'WAIT_TIMED_OUT',
    message: `Not so after ${timeoutText(timeout)}: "${title}". Last seen: ${because}`,
    ...(hint !== undefined && { hint }),
  });

async function carryOutApprove(step: Approve, attempt: Attempt): Promise<void> {
  const { path, contexts, recorder, ports } = attempt;
  const { environment } = contexts.read;
  const request = step.ask(contexts.read);
  recorder.record({
    type: 'approval-asked',
    step: path,
    question: request.question,
    evidence: [...request.evidence],
  });
  const typeToConfirm = request.typeToConfirm ?? (environment.protected ? environment.name : undefined);
  const answer = await ports.operator.approve(
    { ...request, ...(typeToConfirm !== undefined && { typeToConfirm }) },
    ports.signal,
  );
  if (!answer.approved) {
    recorder.record({ type: 'approval-declined', step: path, by: answer.by, because: answer.because });
    throw new Declined({ code: 'DECLINED', message: `Not approved by ${answer.by}: ${answer.because}` });
  }
  const { by, reason } = answer;
  recorder.record({ type: 'approval-given', step: path, by, ...(reason !== undefined && { reason }) });
  succeed(step, undefined, attempt);
}

async function carryOutMeasure(step: Measure, attempt: Attempt): Promise<void> {
  const { path, contexts, recorder } = attempt;
  const measured = await sampleOf(step, attempt);
  const objective = step.objective?.(contexts.read);
  recorder.record({
    type: 'measured',
    step: path,
    title: step.title,
    unit: step.unit,
    ...measured,
    ...(objective !== undefined && { objective }),
    verdict: verdictOn(measured, objective),
  });
  succeed(step, undefined, attempt);
}

/** A change that could not be undone stays a debt, and fails this step: whoever decides then may have it tried again. */
async function carryOutCleanUp(step: CleanUp, attempt: Attempt): Promise<void> {
  const { path, recorder, ports } = attempt;
  const { state } = recorder;
  const entries = step.of.flatMap((entry) =>
    placesIn(scopeOf(path), entry.id, path, state).map((place) => ({ entry, place })),
  );
  const changeAt = (at: string): Change | undefined => {
    const found = entries.find(({ place }) => at === place || at.startsWith(`${place}/`));
    const change = found && entryAt([found.entry], at, state, scopeOf(found.place));
    return change?.kind === 'change' ? change : undefined;
  };
  await undoThose(changeAt, recorder, ports);
  succeed(step, undefined, attempt);
}

/** A number that cannot be had is no reason to undo what went well. In a rehearsal it may depend on what was not carried out. */
async function sampleOf(step: Measure, { contexts, recorder }: Attempt): Promise<Measured> {
  try {
    return await step.sample(contexts.read);
  } catch (error) {
    if (!mayBeMissing(error, recorder.state.started.mode)) throw error;
    return { missing: error.message };
  }
}

/** Everything that reads is done for real, a wait and an observation look once, nobody is asked, and a write gets no further than the guard. */
async function rehearse(step: Step, attempt: Attempt): Promise<void> {
  const { path, contexts, recorder } = attempt;
  const depends = (because: string) => recorder.record({ type: 'step-depends', step: path, because });
  const { state } = recorder;
  const changesRehearsed = [...state.steps.values()].some(
    (other) => other.status === 'rehearsed' && !areBeside(other.path, path, state),
  );
  try {
    switch (step.kind) {
      case 'wait': {
        const ready = await step.probe(contexts.read);
        if (ready.ready) return succeed(step, 'output' in ready ? ready.output : undefined, attempt);
        return depends(`would wait up to ${timeoutText(step.timeout)}; now: ${ready.because}`);
      }
      case 'observe': {
        const ready = await lookOnce({ step, path, recorder, ports: attempt.ports });
        if (ready.ready) return succeed(step, 'output' in ready ? ready.output : undefined, attempt);
        return depends(`would observe for up to ${timeoutText(step.timeout)}; now: ${ready.because}`);
      }
      case 'approve': {
        const { question, evidence } = step.ask(contexts.read);
        recorder.record({ type: 'approval-asked', step: path, question, evidence: [...evidence] });
        return depends('would ask the operator here');
      }
      case 'change': {
        const found = await step.findApplied(contexts.read);
        const output = found ?? (await step.apply(contexts.change('apply')));
        return succeed(step, output, attempt, 'already-so');
      }
      case 'clean-up':
        return depends(`would undo then: ${step.of.map(({ title }) => title).join('; ')}`);
      case 'measure':
        if (changesRehearsed) return depends('measured only when changes were made');
        return await carryOut(step, attempt);
      case 'check':
        return await carryOut(step, attempt);
      default:
        return step satisfies never;
    }
  } catch (error) {
    if (error instanceof BlockedWrite && step.kind === 'change') {
      const { service, operation, parameters } = error;
      recorder.record({ type: 'step-rehearsed', step: path, service, operation, parameters });
    } else if (error instanceof StepNotReached) {
      depends(dependsOn(error));
    } else if (changesRehearsed && isStepFailure(error) && !(error instanceof AwsCallError)) {
      depends(`can only hold after the changes above; now: ${error.message}`);
    } else throw error;
  }
}

/** The journal keeps what the schema writes, and later steps read that: the same before and after a resume. */
function succeed(
  { returns, summary: summarise }: Pick<Check, 'returns' | 'summary'>,
  output: unknown,
  { path, recorder }: Attempt,
  applied?: 'applied' | 'adopted' | 'already-so',
): void {
  const journalled = returns?.encode(output);
  const summary = summarise?.(output);
  recorder.record({
    type: 'step-succeeded',
    step: path,
    ...(journalled !== undefined && { output: journalled }),
    ...(summary !== undefined && { summary }),
    ...(applied !== undefined && { applied }),
  });
}
