import type { CallPhase, Grant } from '../aws/clients.ts';
import { OperatorError } from '../errors.ts';
import type { ChangeContext, Ports, ReadContext, Span } from './context.ts';
import { neverObserved, readObservations } from './observation.ts';
import type { Recorder } from './recorder.ts';
import type { RunState } from './run-state.ts';
import type { StepReference, UsesActions } from './step.ts';
import { idempotencyToken, placesOf } from './step-path.ts';

/** A step asked for an output that the journal does not hold: the step was skipped, rehearsed, or stands later in the list. */
export class StepNotReached extends OperatorError {
  readonly step: string;

  constructor(step: string, status: string) {
    super({
      code: 'STEP_OUTPUT_MISSING',
      message: `The output of step ${step} is needed here, but that step was ${status}`,
    });
    this.step = step;
  }
}

/** Why a rehearsal cannot tell what comes next. */
export const dependsOn = ({ step }: StepNotReached): string =>
  `depends on ${step}, which was not carried out`;

export interface StepContexts {
  readonly read: ReadContext;
  /** For `apply` and `undo`: the only contexts whose clients can write. */
  change(phase: 'apply' | 'undo'): ChangeContext;
}

/** What the step at `path` gets: everything it reads comes from the run's journal and ports, everything it says goes into the journal. */
export function contextsFor(
  path: string,
  uses: readonly UsesActions[] | undefined,
  recorder: Recorder,
  ports: Ports,
): StepContexts {
  const { runId, at: startedAt, environment } = recorder.state.started;
  const grant = (phase: CallPhase): Grant => ({
    step: path,
    phase,
    actions: (uses ?? []).flatMap(({ actions }) => actions),
    signal: ports.signal,
    record: (call) => recorder.record({ type: 'aws-called', ...call }),
  });
  const common: Omit<ReadContext, 'aws'> = {
    runId,
    environment: { name: environment.name, ...environment.settings },
    http: ports.http,
    names: ports.names,
    clock: ports.clock,
    signal: ports.signal,
    runStartedAt: new Date(startedAt),
    progress(line) {
      if (recorder.state.steps.get(path)?.note !== line)
        recorder.record({ type: 'progress', step: path, line });
    },
    outputOf: (step) => outputOf(step, path, recorder),
    spanOf: ({ id }) => spanOf(id, path, recorder.state),
    sample(name, value) {
      if (recorder.state.samples.get(name)?.at(-1)?.value !== value)
        recorder.record({ type: 'sampled', name, value });
    },
    found: (findings) => recorder.record({ type: 'found', step: path, findings: [...findings] }),
    samplesOf: (name) => recorder.state.samples.get(name) ?? [],
    observationsOf(step, lane) {
      const { observations } = recorder.state;
      const at = placesOf(step.id, path, recorder.state);
      const seen = observations.get(at.find((each) => observations.has(each)) ?? '')?.get(lane.name);
      return seen === undefined ? neverObserved(lane) : readObservations(seen, lane);
    },
  };
  return {
    read: { ...common, aws: ports.aws.forReading(grant('read')) },
    change: (phase) => ({
      ...common,
      aws: ports.aws.forChanging(grant(phase)),
      mayChange: true,
      idempotencyToken: idempotencyToken(runId, path),
    }),
  };
}

function outputOf<Output>(step: StepReference<Output>, from: string, recorder: Recorder): Output {
  const { state } = recorder;
  for (const place of placesOf(step.id, from, state)) {
    const found = state.steps.get(place);
    if (found === undefined) continue;
    if (found.status !== 'succeeded' || step.returns === undefined)
      throw new StepNotReached(found.path, found.status);
    return step.returns.parse(found.output);
  }
  throw new StepNotReached(step.id, 'not reached');
}

function spanOf(id: string, from: string, state: RunState): Span | undefined {
  for (const place of placesOf(id, from, state)) {
    const steps = [...state.steps.values()].filter(
      ({ path }) => path === place || path.startsWith(`${place}/`),
    );
    const [first] = steps;
    if (first === undefined) continue;
    const ends = steps.map(({ endedAt }) => endedAt);
    const begun = steps.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt;
    const last = ends.toSorted().at(-1);
    const isOver = ends.every((end) => end !== undefined) && last !== undefined;
    return { from: new Date(begun), ...(isOver && { to: new Date(last) }) };
  }
  return undefined;
}
