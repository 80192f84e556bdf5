import { Resolver } from 'node:dns/promises';
import { type Milliseconds, seconds } from './duration.ts';

export type NameAnswer = { readonly leadsTo: string } | { readonly failed: string };

/** Asks DNS where a name leads, once. */
export interface NameLookup {
  /**
   * The name that this one is an alias of (CNAME), in lower case. Never throws: no answer within `timeout` is an answer too. Nothing is
   * kept here, but the name servers that are asked may hold an answer as long as its TTL allows.
   */
  aliasOf(name: string, timeout: Milliseconds, signal: AbortSignal): Promise<NameAnswer>;
}

/** A resolver of our own for each look: it asks the machine's name servers, and never its cache of addresses. */
export const systemNameLookup: NameLookup = {
  async aliasOf(name, timeout, signal) {
    const resolver = new Resolver({ timeout: Math.max(timeout, seconds(0.1)), tries: 1 });
    const giveUp = () => resolver.cancel();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      if (signal.aborted) return { failed: 'ECANCELLED' };
      const [alias] = await resolver.resolveCname(name);
      return alias === undefined
        ? { failed: 'ENODATA' }
        : { leadsTo: alias.toLowerCase().replace(/\.$/, '') };
    } catch (error) {
      return { failed: reasonOf(error) };
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  },
};

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
