import { formatExactDuration } from '../duration.ts';
import type { NameAnswer, NameLookup } from '../name-lookup.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** Asks where a name leads in a served world. */
export const linkedNameLookup = (server: Pick<SandboxServer, 'get'>): NameLookup => ({
  async aliasOf(name, timeout, signal) {
    try {
      return await server.get<NameAnswer>(
        'name-lookup',
        { name, timeout: formatExactDuration(timeout) },
        { signal },
      );
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  },
});
