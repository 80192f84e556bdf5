import { Bug } from '../errors.ts';

export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  readonly next: string | undefined;
}

/** Reads pages until the list ends, or until there are `most` items. */
export async function collectPages<Item>(
  read: (token: string | undefined) => Promise<Page<Item>>,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const collected: Item[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    collected.push(...(page.items ?? []));
    if (page.next !== undefined && page.next === token) {
      throw new Bug(
        `A list from AWS would never end: its next page has the token of the page before, ${token}`,
      );
    }
    token = page.next;
  } while (token !== undefined && token !== '' && collected.length < most);
  return collected.slice(0, most);
}
