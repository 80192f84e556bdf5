/** Above this share of the longer word, a resemblance is chance. */
const highestShare = 0.4;

/** The candidate that somebody who typed `word` most likely meant, or `undefined` where none resembles it. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = byNearness(word, candidates);
  if (best === undefined) return undefined;
  const length = Math.max(letters(word).length, letters(best).length);
  return distance(word, best) <= Math.max(1, length * highestShare) ? best : undefined;
}

/** Nearest first; equally near ones stay in their order. */
export function byNearness(word: string, candidates: readonly string[]): readonly string[] {
  return [...candidates].sort((a, b) => distance(word, a) - distance(word, b));
}

/** `target_group`, `TargetGroup` and `target-group` are all spelled as `targetGroup` is. */
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');

const distance = (a: string, b: string) => editDistance(letters(a), letters(b));

/** Letters to add, drop, replace or swap with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number) => row[column] ?? Number.POSITIVE_INFINITY;
