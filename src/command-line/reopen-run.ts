import { livePlace, type Place, runStore, sandboxPlace } from '../assemble.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { type RunState, stateOf } from '../engine/run-state.ts';
import type { Runbook } from '../engine/runbook.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { findRunbook } from './find-runbook.ts';
import { underLock } from './under-lock.ts';

export interface ReopenedRun extends Place {
  readonly directory: RunDirectory;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  readonly runbook: Runbook;
  readonly planned: readonly string[];
}

/**
 * Takes up a run that was started before, in the environment that its journal holds: a changed runbook.yaml does not move it.
 * Journal and world are read under the run's lock: before it, another process may still be writing them.
 */
export function reopenRun<End>(
  name: string,
  dataDirectory: string,
  pace: number | undefined,
  drive: (run: ReopenedRun) => Promise<End>,
): Promise<End> {
  const directory = runStore(dataDirectory).find(name);
  return underLock(directory, async () => drive(await readRun(directory, pace)));
}

async function readRun(directory: RunDirectory, pace: number | undefined): Promise<ReopenedRun> {
  const { events } = directory.read();
  const state = stateOf(events);
  const { started, lastAt } = state;
  const runbook = findRunbook(started.runbook);
  const environment = { name: started.environment.name, ...started.environment.settings };
  const place =
    started.mode === 'sandbox'
      ? await sandboxPlace({
          environment: environment.name,
          pace,
          rehearsal: false,
          keepWorld: (world) => directory.storeWorld(world),
          goOn: { world: directory.loadWorld(), from: new Date(lastAt) },
        })
      : livePlace(environment, false);
  const planned = runbook.steps(runbook.parameters.parse(started.parameters)).map(({ id }) => id);
  return { ...place, environment, directory, events, state, runbook, planned };
}
