/**
 * Whether the text is as the pattern says, in which `*` stands for any rest and `?` for one character. Without a regular expression:
 * patterns come from clients too, and one with many stars could keep an expression busy for years.
 */
export function isLike(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  /** Where the last star stands, and how much of the text it stood for so far. */
  let star = -1;
  let taken = 0;
  while (read < text.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at;
      taken = read;
      at += 1;
    } else if (sign === '?' || sign === text[read]) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      taken += 1;
      read = taken;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
