import { deployedPlace, type Place, runStore, sandboxPlace } from '../assemble.ts';
import type { Ports } from '../engine/context.ts';
import type { RunEvent } from '../engine/run-event.ts';
import type { RunEnd } from '../engine/run-runbook.ts';
import { type RunState, stateOf } from '../engine/run-state.ts';
import type { Runbook } from '../engine/runbook.ts';
import type { ListEntry } from '../engine/step.ts';
import type { Environment } from '../environment.ts';
import { OperatorError, Refusal } from '../errors.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { RunReport } from '../reports/run-report.ts';
import { checkOperatorFlags, type Driven, driveRun, type OperatorFlags } from './drive-run.ts';
import { findRunbook } from './find-runbook.ts';
import { paceOf } from './operator-flags.ts';
import { earlierRuns } from './time-left.ts';
import { underLock } from './under-lock.ts';

export interface ReopenedRun extends Place {
  readonly directory: RunDirectory;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  readonly runbook: Runbook;
  readonly steps: readonly ListEntry[];
}

export interface Reopening extends Pick<Driven, 'aim' | 'json'> {
  readonly dataDirectory: string;
  readonly flags: OperatorFlags & { readonly pace?: string | undefined };
  go(run: ReopenedRun, ports: Ports): Promise<RunEnd>;
}

/**
 * Takes up a run that was started before, in the environment that its journal holds: a changed runbook.yaml does not move it.
 * Journal and world are read under the run's lock: before it, another process may still be writing them.
 */
export function driveReopenedRun(name: string, reopening: Reopening): Promise<RunReport> {
  const { dataDirectory, flags, aim, json, go } = reopening;
  const pace = paceOf(flags);
  const store = runStore(dataDirectory);
  const directory = store.find(name);
  return underLock(directory, async () => {
    const run = await readRun(directory, pace);
    checkOperatorFlags(flags, run.environment);
    const { runbook, environment, mode } = run.state.started;
    const kind = { runbook, environment: environment.name, mode };
    return driveRun({
      ...run,
      flags,
      aim,
      json,
      earlier: aim === 'rolled-back' ? [] : earlierRuns(store, kind, directory.runId),
      history: run.events,
      go: (ports) => go(run, ports),
    });
  });
}

async function readRun(directory: RunDirectory, pace: number | undefined): Promise<ReopenedRun> {
  const { events } = directory.read();
  const state = stateOf(events);
  const { started, lastAt } = state;
  const runbook = findRunbook(started.runbook);
  const environment = { name: started.environment.name, ...started.environment.settings };
  const place = await placeOf({ directory, environment, mode: started.mode, pace, lastAt });
  const steps = runbook.steps(runbook.parameters.parse(started.parameters));
  return { ...place, environment, directory, events, state, runbook, steps };
}

interface Whereabouts {
  readonly directory: RunDirectory;
  readonly environment: Environment;
  readonly mode: RunState['started']['mode'];
  readonly pace: number | undefined;
  readonly lastAt: string;
}

/**
 * Where the run was begun. A sandbox run without a world of its own was in one that another process serves.
 * @throws Refusal where `AWS_ENDPOINT_URL` leads a live run into a sandbox: undoing there would undo nothing
 */
async function placeOf({ directory, environment, mode, pace, lastAt }: Whereabouts): Promise<Place> {
  if (mode !== 'sandbox') {
    const place = await deployedPlace(environment, false);
    if (mode === 'live' && place.mode !== 'live') throw wrongPlace(directory.runId);
    return place;
  }
  try {
    return await sandboxPlace({
      environment: environment.name,
      pace,
      rehearsal: false,
      keepWorld: (world) => directory.storeWorld(world),
      goOn: { world: directory.loadWorld(), from: new Date(lastAt) },
    });
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'SANDBOX_WORLD_LOST')) throw error;
    const place = await deployedPlace(environment, false);
    if (place.mode === 'sandbox') return place;
    throw error;
  }
}

const wrongPlace = (runId: string): Refusal =>
  new Refusal({
    code: 'RUN_ELSEWHERE',
    message: `Run ${runId} was begun on AWS, and AWS_ENDPOINT_URL leads to a sandbox`,
    hint: 'unset AWS_ENDPOINT_URL',
  });
