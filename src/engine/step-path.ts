import { Bug } from '../errors.ts';
import type { RunState } from './run-state.ts';
import type { ForEach, ListEntry } from './step.ts';

/** A step's place: the ids of the lists around it with the item's key or the branch's id after each, then its own id, joined by `/`. */
export const pathOf = (scope: string, id: string): string => (scope === '' ? id : `${scope}/${id}`);

/** Scope of the steps that a `forEach` repeats for one item, or of those of one branch. */
export const itemScope = (listPath: string, key: string): string => `${listPath}/${encodeURIComponent(key)}`;

/** The items and branches around a step, outermost first. */
export const itemsIn = (path: string): readonly string[] =>
  path
    .split('/')
    .filter((_segment, index) => index % 2 === 1)
    .map(decodeURIComponent);

/** A scope and those around it, innermost first: where an output is looked for. */
export function scopesFrom(scope: string): readonly string[] {
  const segments = scope === '' ? [] : scope.split('/');
  const scopes: string[] = [];
  for (let length = segments.length; length >= 0; length -= 2)
    scopes.push(segments.slice(0, length).join('/'));
  return scopes;
}

/**
 * Where a step that another one names by its id may stand, the nearest first: in its own scope or one around it, or in a branch that was
 * carried out there before. Never in a branch beside its own: whether it got there is chance.
 */
export const placesOf = (id: string, from: string, state: RunState): readonly string[] =>
  scopesFrom(scopeOf(from)).flatMap((scope) => placesIn(scope, id, from, state));

/** Those in one scope and in the branches there. */
export function placesIn(scope: string, id: string, from: string, state: RunState): readonly string[] {
  const inBranches = [...state.branches]
    .filter(([path]) => scopeOf(path) === scope && !from.startsWith(`${path}/`))
    .flatMap(([path, branches]) =>
      branches.flatMap((branch) => placesIn(itemScope(path, branch.id), id, from, state)),
    );
  return [pathOf(scope, id), ...inBranches];
}

/** Whether two steps stand in different branches of the same `together`. */
export const areBeside = (
  one: string,
  other: string,
  { branches }: { readonly branches: ReadonlyMap<string, unknown> },
): boolean =>
  [...branches.keys()].some((path) => {
    const inside = [one, other].map((each) =>
      each.startsWith(`${path}/`) ? each.slice(path.length + 1).split('/')[0] : undefined,
    );
    return inside[0] !== undefined && inside[1] !== undefined && inside[0] !== inside[1];
  });

export const scopeOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** @returns the items that the journal holds for a `forEach`, or `undefined` before they were listed */
export function recordedItems(
  state: RunState,
  forEach: ForEach,
  path: string,
): readonly unknown[] | undefined {
  return state.items.get(path)?.map(({ item }) => forEach.item.parse(item));
}

/** @returns the step or list at a path of the journal, or `undefined` where the runbook has none there (any more) */
export function entryAt(
  list: readonly ListEntry[],
  path: string,
  state: RunState,
  scope = '',
): ListEntry | undefined {
  for (const entry of list) {
    const entryPath = pathOf(scope, entry.id);
    if (entryPath === path) return entry;
    if (!path.startsWith(`${entryPath}/`)) continue;
    for (const { scope: inner, steps } of listsIn(entry, entryPath, state)) {
      if (path.startsWith(`${inner}/`)) return entryAt(steps(), path, state, inner);
    }
  }
  return undefined;
}

interface InnerList {
  readonly scope: string;
  steps(): readonly ListEntry[];
}

/** The lists that an entry stands for, as far as the journal knows them. */
export function listsIn(entry: ListEntry, path: string, state: RunState): readonly InnerList[] {
  switch (entry.kind) {
    case 'for-each':
      return (recordedItems(state, entry, path) ?? []).map((item) => ({
        scope: itemScope(path, entry.key(item)),
        steps: () => entry.steps(item),
      }));
    case 'together':
      return entry.branches.map(({ id, steps }) => ({ scope: itemScope(path, id), steps: () => steps }));
    default:
      return [];
  }
}

/**
 * At most 64 characters, which every AWS client token allows: the run's id and a 64-bit FNV-1a hash of the step's path.
 * The same for the same run and step, whoever asks and however often.
 */
export function idempotencyToken(runId: string, path: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(path)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  const token = `${runId}.${hash.toString(16).padStart(16, '0')}`;
  if (token.length > 64) throw new Bug(`The run id ${runId} leaves no room for an idempotency token`);
  return token;
}
