import { createHash } from 'node:crypto';
import type { Account } from './world.ts';

/** UUIDs of version 4 by their looks, unlike any before them also in a world that was stored, and the same in every run that makes the same calls. */
export const requestIdsOf =
  (account: Account): (() => string) =>
  () => {
    account.requests += 1;
    const digits = createHash('md5').update(`${account.account} ${account.requests}`).digest('hex');
    return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
  };
