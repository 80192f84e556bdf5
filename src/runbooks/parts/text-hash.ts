/** The same number for the same text, on every machine: FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
export const numberFrom = (text: string): number =>
  [...text].reduce(
    (hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0,
    0x811c9dc5,
  );
