import { Bug } from '../errors.ts';
import type { RunState } from './run-state.ts';
import type { ForEach, ListEntry } from './step.ts';

/** A step's place: the ids of the lists around it with the item's key after each, then its own id, joined by `/`. */
export const pathOf = (scope: string, id: string): string => (scope === '' ? id : `${scope}/${id}`);

/** Scope of the steps that a `forEach` repeats for one item. */
export const itemScope = (forEachPath: string, key: string): string =>
  `${forEachPath}/${encodeURIComponent(key)}`;

/** Whose turn it was in the lists around a step, outermost first. */
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
    if (entry.kind !== 'for-each' || !path.startsWith(`${entryPath}/`)) continue;
    for (const item of recordedItems(state, entry, entryPath) ?? []) {
      const inner = itemScope(entryPath, entry.key(item));
      if (path.startsWith(`${inner}/`)) return entryAt(entry.steps(item), path, state, inner);
    }
  }
  return undefined;
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
