import type { Milliseconds } from '../duration.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { turnsAround } from './lists-around.ts';

/** What steps took in earlier runs. A pattern is a path with `*` for the items of every `forEach`: those may be others in each run. */
export interface StepTimes {
  /** Earlier runs that all this stands on. */
  readonly runs: number;
  /** Median of the step at the path; where it never ran, of those of its pattern. */
  step(path: string, pattern: string): Milliseconds | undefined;
  /** The same of all that a `forEach` stood for. */
  list(path: string, pattern: string): Milliseconds | undefined;
}

/** Events that times are read from: of a journal with these alone as much can be told as of the whole one. */
export const timedEvents = [
  'run-started',
  'run-resumed',
  'items-listed',
  'branches-started',
  'step-started',
  'step-succeeded',
  'step-failed',
  'failure-decided',
  'run-finished',
] as const satisfies readonly RunEvent['type'][];

/** From the journals of earlier runs. Approvals are not timed: they take as long as people do. */
export function stepTimesOf(runs: readonly (readonly RunEvent[])[]): StepTimes {
  const timed = runs.map(timesIn);
  const steps = pooled(timed.flatMap(({ steps: each }) => each));
  const lists = pooled(timed.flatMap(({ lists: each }) => each));
  return { runs: timed.filter((run) => run.steps.length > 0).length, step: steps, list: lists };
}

interface Timed {
  readonly path: string;
  readonly pattern: string;
  readonly milliseconds: Milliseconds;
}

function pooled(timed: readonly Timed[]): StepTimes['step'] {
  const byPath = groupedBy(timed, ({ path }) => path);
  const byPattern = groupedBy(timed, ({ pattern }) => pattern);
  return (path, pattern) => {
    const found = byPath.get(path) ?? byPattern.get(pattern);
    return found === undefined ? undefined : median(found.map(({ milliseconds }) => milliseconds));
  };
}

interface RunTimes {
  readonly steps: readonly Timed[];
  readonly lists: readonly Timed[];
}

/** A step that a run went on with, resumed or after a decision, took as long as nobody looked: such a time says nothing. */
function timesIn(events: readonly RunEvent[]): RunTimes {
  const begun = new Map<string, string | undefined>();
  const took = new Map<string, Milliseconds>();
  const forEachs = new Set<string>();
  const togethers = new Set<string>();
  const untimed = new Set<string>();
  const failed = new Set<string>();
  let hasEnd = false;
  for (const event of events) {
    switch (event.type) {
      case 'items-listed':
        forEachs.add(event.step);
        break;
      case 'branches-started':
        togethers.add(event.step);
        break;
      case 'run-resumed':
      case 'failure-decided':
        for (const path of begun.keys()) begun.set(path, undefined);
        break;
      case 'step-started':
        if (event.kind !== 'approve' && !begun.has(event.step)) begun.set(event.step, event.at);
        failed.delete(event.step);
        break;
      case 'step-failed':
        begun.delete(event.step);
        failed.add(event.step);
        break;
      case 'run-finished':
        hasEnd = true;
        break;
      case 'step-succeeded': {
        const since = begun.get(event.step);
        if (since !== undefined) took.set(event.step, Date.parse(event.at) - Date.parse(since));
        else if (begun.has(event.step)) untimed.add(event.step);
        begun.delete(event.step);
        break;
      }
      default:
    }
  }
  /** Where a run ended before its last step, nobody knows how far it got with a list. */
  const isWhole = (list: string) =>
    hasEnd && begun.size + failed.size === 0 && [...untimed].every((path) => !path.startsWith(`${list}/`));
  const timed = (path: string, milliseconds: Milliseconds): Timed => ({
    path,
    pattern: patternOf(path, forEachs),
    milliseconds,
  });
  return {
    steps: [...took].map(([path, milliseconds]) => timed(path, milliseconds)),
    lists: [...forEachs].filter(isWhole).map((list) => timed(list, timeBelow(list, took, togethers))),
  };
}

function patternOf(path: string, forEachs: ReadonlySet<string>): string {
  const segments = path.split('/');
  for (const [depth, { list }] of turnsAround(path).entries())
    if (forEachs.has(list)) segments[2 * depth + 1] = '*';
  return segments.join('/');
}

/** What an item or branch takes after the other, or at the same time. */
function timeBelow(
  list: string,
  took: ReadonlyMap<string, Milliseconds>,
  togethers: ReadonlySet<string>,
): Milliseconds {
  const inside = [...took].filter(([path]) => path.startsWith(`${list}/`));
  const scopes = groupedBy(inside, ([path]) =>
    path
      .split('/')
      .slice(0, list.split('/').length + 1)
      .join('/'),
  );
  const spans = [...scopes].map(([scope, steps]) => {
    const entries = groupedBy(steps, ([path]) =>
      path
        .split('/')
        .slice(0, scope.split('/').length + 1)
        .join('/'),
    );
    return sumOf([...entries.keys()].map((entry) => took.get(entry) ?? timeBelow(entry, took, togethers)));
  });
  return togethers.has(list) ? Math.max(0, ...spans) : sumOf(spans);
}

const sumOf = (spans: readonly Milliseconds[]): Milliseconds => spans.reduce((sum, span) => sum + span, 0);

function median(spans: readonly Milliseconds[]): Milliseconds | undefined {
  const sorted = spans.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
