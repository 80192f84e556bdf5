import { innerListsOf, type ListEntry } from './step.ts';

/** The IAM actions that an entry of a list itself declares. */
export const actionsOf = (entry: ListEntry): readonly string[] =>
  entry.kind === 'together'
    ? []
    : [...new Set((entry.uses ?? []).flatMap(({ actions }) => actions))].toSorted();

/** Those of the lists inside it as well. */
export const actionsBelow = (entry: ListEntry): readonly string[] => [
  ...actionsOf(entry),
  ...innerListsOf(entry).flat().flatMap(actionsBelow),
];
