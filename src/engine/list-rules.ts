import { Bug } from '../errors.ts';
import { innerListsOf, type ListEntry, type Together } from './step.ts';

/**
 * What must be so of a list before anything of it is begun: no name in the journal stands for two steps, and in a branch nobody is asked.
 * @throws Bug
 */
export function checkList(list: readonly ListEntry[], inBranch: boolean): void {
  const [fault] = faultsIn(list, inBranch);
  if (fault !== undefined) throw new Bug(fault);
}

function faultsIn(list: readonly ListEntry[], inBranch: boolean): readonly string[] {
  const ids = idsIn(list);
  const twice = ids.filter((id, index) => ids.indexOf(id) < index);
  return [
    ...twice.map((id) => `Two steps of one list, with the branches in it, are called ${id}`),
    ...list.flatMap((entry) => faultsOf(entry, ids, inBranch)),
    ...list.flatMap((entry) =>
      innerListsOf(entry).flatMap((inner) => faultsIn(inner, inBranch || entry.kind === 'together')),
    ),
  ];
}

/** Those that a later step of the list can name. */
const idsIn = (list: readonly ListEntry[]): readonly string[] =>
  list.flatMap((entry) =>
    entry.kind === 'together'
      ? [entry.id, ...entry.branches.flatMap(({ steps }) => idsIn(steps))]
      : [entry.id],
  );

function faultsOf(entry: ListEntry, ids: readonly string[], inBranch: boolean): readonly string[] {
  switch (entry.kind) {
    case 'together':
      return branchFaults(entry);
    case 'clean-up':
      return entry.of
        .filter(({ id }) => !ids.includes(id))
        .map(({ id }) => `${entry.id} cleans up ${id}, which is not in its list nor in a branch there`);
    case 'approve':
      return inBranch ? [`${entry.id} asks a person in a branch: nobody answers two questions at once`] : [];
    case 'check':
      return inBranch && entry.alsoOnResume
        ? [`${entry.id} is a safety check in a branch: it must stand before everything that it guards`]
        : [];
    case 'change':
    case 'wait':
    case 'observe':
    case 'measure':
    case 'for-each':
      return [];
    default:
      return entry satisfies never;
  }
}

function branchFaults({ id, branches }: Together): readonly string[] {
  const ids = branches.map((branch) => branch.id);
  return new Set(ids).size < ids.length
    ? [`Branches of ${id} share an id, so one would be taken for the other: ${ids.join(', ')}`]
    : [];
}
