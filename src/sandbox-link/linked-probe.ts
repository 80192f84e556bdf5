import { formatExactDuration, type Milliseconds, seconds } from '../duration.ts';
import type { HttpProbe, ProbeAnswer } from '../http-probe.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** Asks the health URL of the application in a served world. */
export const linkedProbe = (server: Pick<SandboxServer, 'get'>): HttpProbe => ({
  async get(url, timeout, signal) {
    const query = { url, timeout: formatExactDuration(timeout) };
    try {
      return await server.get<ProbeAnswer>('http-probe', query, { signal, patience: inReal(timeout) });
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error), milliseconds: 0 };
    }
  },
});

/** A world that is slowed down still answers: its users wait in virtual time. */
const inReal = (timeout: Milliseconds): Milliseconds => Math.max(timeout, seconds(10));
