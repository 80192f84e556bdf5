import { AwsFault } from '../service.ts';

export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | undefined;
}

/** One page of a list. AWS's tokens are opaque; ours hold the offset. */
export function pageOf<Item>(
  all: readonly Item[],
  size: number,
  token: string | undefined,
  invalidToken: string,
): Page<Item> {
  const offset = token === undefined ? 0 : offsetIn(token);
  if (offset === undefined || offset > all.length)
    throw new AwsFault(invalidToken, `The token '${token}' is invalid.`);
  const end = offset + size;
  return {
    items: all.slice(offset, end),
    next: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}

function offsetIn(token: string): number | undefined {
  const text = Buffer.from(token, 'base64url').toString();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
