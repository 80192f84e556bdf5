/** One turn of a `forEach`, or one branch of a `together`, around a step. */
export interface Turn {
  /** Path of the `forEach` or `together`. */
  readonly list: string;
  /** Key of the item, or id of the branch. */
  readonly item: string;
}

/** A step's path holds, for every list around it, the list's id and the item's key or the branch's id, URI-encoded. Outermost first. */
export function turnsAround(path: string): readonly Turn[] {
  const segments = path.split('/');
  const turns: Turn[] = [];
  for (let end = 1; end + 1 < segments.length; end += 2) {
    turns.push({ list: segments.slice(0, end).join('/'), item: decodeURIComponent(segments[end] ?? '') });
  }
  return turns;
}
