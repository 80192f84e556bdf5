import type { Clock } from './clock.ts';
import type { Milliseconds } from './duration.ts';

export type ProbeAnswer =
  | { readonly status: number; readonly milliseconds: number }
  | { readonly failed: string; readonly milliseconds: number };

/** Asks an application's health URL, once, as its users would. */
export interface HttpProbe {
  /** Never throws: no answer within `timeout` is an answer too. Redirects are not followed. */
  get(url: string, timeout: Milliseconds, signal: AbortSignal): Promise<ProbeAnswer>;
}

export function systemHttpProbe(clock: Clock): HttpProbe {
  return {
    async get(url, timeout, signal) {
      const begun = clock.now().getTime();
      const elapsed = () => clock.now().getTime() - begun;
      try {
        const answer = await fetch(url, {
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
        });
        await answer.body?.cancel();
        return { status: answer.status, milliseconds: elapsed() };
      } catch (error) {
        return { failed: reasonOf(error), milliseconds: elapsed() };
      }
    },
  };
}

/** `fetch` hides the reason (ECONNREFUSED, ENOTFOUND, a TLS fault) in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (cause instanceof Error)
    return 'code' in cause ? `${String(cause.code)}: ${cause.message}` : cause.message;
  return error.message;
}
