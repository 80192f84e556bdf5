import { Bug } from '../errors.ts';
import type { Sample } from './context.ts';
import type { Finding } from './finding.ts';
import type { Observation, Observations } from './observation.ts';
import type { Outcome } from './outcome.ts';
import type { EventError, RunEvent, RunEventOf, RunStarted, StepKind } from './run-event.ts';

/** `started` is a step that runs, or that ran when the run was cut off. */
export type StepStatus = 'started' | 'succeeded' | 'failed' | 'skipped' | 'rehearsed' | 'depends';

export interface StepState {
  readonly path: string;
  readonly kind: StepKind;
  readonly title: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Waits and observations only: when this attempt's time is over. */
  readonly deadline?: string;
  /** As journalled. `outputOf` reads it through the step's schema. */
  readonly output?: unknown;
  readonly summary?: string;
  /** The latest reason to wait, or line of progress. */
  readonly note?: string;
  readonly error?: EventError;
  readonly skipped?: { readonly by: string; readonly reason: string };
  readonly rehearsed?: { readonly service: string; readonly operation: string; readonly parameters: unknown };
  readonly measured?: RunEventOf<'measured'>;
  readonly findings?: readonly Finding[];
  readonly approval?: RunEventOf<'approval-given'> | RunEventOf<'approval-declined'>;
  /** An `apply-started` stands in the journal: AWS may have been asked to make this change. */
  readonly mayBeApplied: boolean;
  readonly applied?: 'applied' | 'adopted' | 'already-so';
  readonly undo?: 'started' | 'undone' | 'failed';
  readonly undoTitle?: string;
  readonly undoDeadline?: string;
  readonly undoError?: EventError;
  /** As journalled when the undo began, of a change that has no output. */
  readonly foundApplied?: unknown;
}

export interface BranchState {
  readonly id: string;
  readonly title: string;
  readonly startedAt: string;
  readonly endedAt?: string;
}

export interface RunState {
  readonly started: RunStarted;
  /** Time of the latest event. */
  readonly lastAt: string;
  readonly phase: 'running' | 'rolling-back';
  /** Absent while the run is under way, and after the process was killed. */
  readonly outcome?: Outcome;
  readonly error?: EventError;
  readonly resumes: number;
  /** By path, in the order in which they were first started. */
  readonly steps: ReadonlyMap<string, StepState>;
  /** By path of the `forEach`. */
  readonly items: ReadonlyMap<string, readonly { readonly key: string; readonly item?: unknown }[]>;
  /** By path of the `together`. */
  readonly branches: ReadonlyMap<string, readonly BranchState[]>;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** By path of the observe step, then by lane. */
  readonly observations: ReadonlyMap<string, ReadonlyMap<string, Observations>>;
}

/** The whole state of a run follows from its journal: resuming is calling this. */
export function stateOf(events: readonly RunEvent[]): RunState {
  const [first, ...rest] = events;
  if (first?.type !== 'run-started') throw new Bug('A journal begins with run-started');
  return rest.reduce(nextState, initialState(first));
}

export function initialState(started: RunStarted): RunState {
  return {
    started,
    lastAt: started.at,
    phase: 'running',
    resumes: 0,
    steps: new Map(),
    items: new Map(),
    branches: new Map(),
    samples: new Map(),
    observations: new Map(),
  };
}

export function nextState(state: RunState, event: RunEvent): RunState {
  const after: RunState = { ...state, lastAt: event.at };
  const withStep = (path: string, change: Partial<StepState>): RunState => {
    const step = state.steps.get(path);
    if (step === undefined)
      throw new Bug(`The journal has ${event.type} for ${path}, which was never started`);
    return { ...after, steps: new Map(state.steps).set(path, { ...step, ...change }) };
  };
  switch (event.type) {
    case 'run-started':
      throw new Bug('A journal has one run-started, at its beginning');
    case 'run-resumed': {
      const { outcome: _outcome, error: _error, ...unfinished } = after;
      return { ...unfinished, resumes: state.resumes + 1 };
    }
    case 'rollback-started': {
      const { outcome: _outcome, error: _error, ...unfinished } = after;
      return { ...unfinished, phase: 'rolling-back' };
    }
    case 'items-listed':
      return { ...after, items: new Map(state.items).set(event.step, event.items) };
    case 'branches-started':
      return {
        ...after,
        branches: new Map(state.branches).set(
          event.step,
          event.branches.map((branch) => ({ ...branch, startedAt: event.at })),
        ),
      };
    case 'branch-finished':
      return { ...after, branches: withBranchEnded(state.branches, event) };
    case 'step-started':
      return {
        ...after,
        steps: new Map(state.steps).set(event.step, startedStep(state.steps.get(event.step), event)),
      };
    case 'apply-started':
      return withStep(event.step, { mayBeApplied: true });
    case 'progress':
      return withStep(event.step, { note: event.line });
    case 'waiting':
      return withStep(event.step, { note: event.because });
    case 'sampled':
      return {
        ...after,
        samples: new Map(state.samples).set(event.name, [
          ...(state.samples.get(event.name) ?? []),
          { at: new Date(event.at), value: event.value },
        ]),
      };
    case 'observing':
      return withLanes(after, event.step, (lanes) => lanesObserved(lanes, event));
    case 'observed':
      return withLanes(after, event.step, (lanes) => withObservation(lanes, event));
    case 'step-succeeded':
      return withStep(event.step, {
        status: 'succeeded',
        endedAt: event.at,
        ...('output' in event && { output: event.output }),
        ...(event.summary !== undefined && { summary: event.summary }),
        ...(event.applied !== undefined && { applied: event.applied }),
      });
    case 'step-failed':
      return withStep(event.step, { status: 'failed', endedAt: event.at, error: event.error });
    case 'step-skipped':
      return withStep(event.step, {
        status: 'skipped',
        endedAt: event.at,
        skipped: { by: event.by, reason: event.reason },
      });
    case 'step-rehearsed': {
      const { service, operation, parameters } = event;
      return withStep(event.step, {
        status: 'rehearsed',
        endedAt: event.at,
        rehearsed: { service, operation, parameters },
      });
    }
    case 'step-depends':
      return withStep(event.step, { status: 'depends', endedAt: event.at, note: event.because });
    case 'approval-given':
    case 'approval-declined':
      return withStep(event.step, { approval: event });
    case 'measured':
      return withStep(event.step, { measured: event });
    case 'found':
      return withStep(event.step, { findings: event.findings });
    case 'undo-started':
      return withStep(event.step, {
        undo: 'started',
        undoTitle: event.title,
        ...(event.deadline !== undefined && { undoDeadline: event.deadline }),
        ...('applied' in event && { foundApplied: event.applied }),
      });
    case 'undone':
      return withStep(event.step, {
        undo: 'undone',
        ...(event.how === 'was-never-applied' && { mayBeApplied: false }),
      });
    case 'undo-failed':
      return withStep(event.step, { undo: 'failed', undoError: event.error });
    case 'run-interrupted':
      return { ...after, outcome: 'interrupted', ...(event.error !== undefined && { error: event.error }) };
    case 'run-finished':
      return { ...after, outcome: event.outcome, ...(event.error !== undefined && { error: event.error }) };
    case 'approval-asked':
    case 'aws-called':
    case 'failure-decided':
      return after;
    default:
      return event satisfies never;
  }
}

function withBranchEnded(
  before: RunState['branches'],
  { step, branch, at }: RunEventOf<'branch-finished'>,
): RunState['branches'] {
  const branches = before.get(step);
  if (branches === undefined) throw new Bug(`The journal has a branch of ${step}, which was never started`);
  return new Map(before).set(
    step,
    branches.map((each) => (each.id === branch ? { ...each, endedAt: at } : each)),
  );
}

type Lanes = ReadonlyMap<string, Observations>;

const withLanes = (state: RunState, step: string, next: (lanes: Lanes) => Lanes): RunState => ({
  ...state,
  observations: new Map(state.observations).set(step, next(state.observations.get(step) ?? new Map())),
});

const lanesObserved = (before: Lanes, { lanes }: RunEventOf<'observing'>): Lanes =>
  new Map([
    ...before,
    ...lanes.map(({ lane, every, missing }): [string, Observations] => [
      lane,
      {
        every,
        ...(missing !== undefined && { notObserved: missing }),
        looks: before.get(lane)?.looks ?? [],
      },
    ]),
  ]);

function withObservation(lanes: Lanes, event: RunEventOf<'observed'>): Lanes {
  const lane = lanes.get(event.lane);
  if (lane === undefined) throw new Bug(`The journal has an observation of ${event.lane} before it began`);
  return new Map(lanes).set(event.lane, { ...lane, looks: [...lane.looks, observationIn(event)] });
}

function observationIn({ asked, answered, looks, seen, missing }: RunEventOf<'observed'>): Observation {
  const times = { asked: new Date(asked), answered: new Date(answered), looks };
  return missing === undefined ? { ...times, seen } : { ...times, missing };
}

/** A new attempt forgets how the last one ended, but not that AWS may have been asked. A resumed attempt goes on. */
function startedStep(before: StepState | undefined, event: RunEventOf<'step-started'>): StepState {
  const goesOn = before?.status === 'started' && before.attempt === event.attempt;
  return {
    path: event.step,
    kind: event.kind,
    title: event.title,
    status: 'started',
    attempt: event.attempt,
    startedAt: goesOn ? before.startedAt : event.at,
    mayBeApplied: before?.mayBeApplied ?? false,
    ...(event.deadline !== undefined && { deadline: event.deadline }),
  };
}

/** Changes that are, or may be, in place and were not undone: what the run still owes the environment. Latest first. */
export function debtsOf(state: RunState): readonly StepState[] {
  return [...state.steps.values()].filter((step) => step.mayBeApplied && step.undo !== 'undone').reverse();
}
