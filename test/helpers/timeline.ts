import type { RunState } from '../../src/engine/run-state.ts';

const columns = 60;

interface Row {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The steps of a run whose paths begin like that, as one row. */
function rowOf(state: RunState, name: string, begins: string): Row {
  const steps = [...state.steps.values()].filter(({ path }) => path.startsWith(begins));
  return {
    name,
    from: Math.min(...steps.map(({ startedAt }) => Date.parse(startedAt))),
    to: Math.max(...steps.map(({ endedAt }) => Date.parse(endedAt ?? ''))),
  };
}

/** What of a run stood beside what, a column for each so many minutes. */
export function timelineOf(
  state: RunState,
  rows: readonly (readonly [name: string, begins: string])[],
): string {
  const all = rows.map(([name, begins]) => rowOf(state, name, begins));
  const begin = Math.min(...all.map(({ from }) => from));
  const perColumn = (Math.max(...all.map(({ to }) => to)) - begin) / columns;
  const width = Math.max(...all.map(({ name }) => name.length));
  const at = (time: number) => Math.min(columns - 1, Math.floor((time - begin) / perColumn));
  return all
    .map(({ name, from, to }) => {
      const bar = '█'.repeat(Math.max(1, at(to) - at(from) + 1)).padStart(at(to) + 1);
      const minutes = Math.round((to - from) / 60_000);
      return `${name.padEnd(width)} ${bar.padEnd(columns)} ${minutes === 0 ? '<1' : minutes} min`;
    })
    .join('\n');
}
