import { type Clock, systemClock } from '../clock.ts';
import { type Milliseconds, seconds } from '../duration.ts';
import { Interrupted, OperatorError } from '../errors.ts';
import type { ClockAnswer, SandboxServer } from './sandbox-server.ts';

/** Real time between two looks at the server's clock while somebody sleeps: somebody else may let time jump. */
const lookEvery = seconds(1);

/** Real time without an answer after which a sleeper is told. */
const goneAfter = seconds(30);

/**
 * The time of a served world. Between two looks it goes on at the server's speed; it never goes back.
 * @throws UsageError where the server does not answer now; `sleep` throws OperatorError where it stops answering
 */
export async function linkedClock(
  server: Pick<SandboxServer, 'url' | 'get'>,
  real: Clock = systemClock,
): Promise<Clock> {
  let known = await look();
  let latest = known.virtual;
  let goneSince: number | undefined;

  async function look(signal?: AbortSignal): Promise<{ virtual: number; speed: number; at: number }> {
    const { now, speed } = await server.get<ClockAnswer>('clock', {}, signal && { signal });
    return { virtual: Date.parse(now), speed, at: real.now().getTime() };
  }

  async function lookAgain(signal: AbortSignal | undefined): Promise<void> {
    try {
      known = await look(signal);
      goneSince = undefined;
    } catch (cause) {
      if (signal?.aborted) throw new Interrupted();
      const now = real.now().getTime();
      goneSince ??= now;
      if (now - goneSince < goneAfter) return;
      throw new OperatorError({
        code: 'SANDBOX_GONE',
        message: `The sandbox at ${server.url} does not answer any more, so its time stands still`,
        hint: 'Start it again with its state: runbook sandbox serve --state FILE',
        cause,
      });
    }
  }

  function current(): number {
    const { virtual, speed, at } = known;
    latest = Math.max(latest, virtual + Math.max(0, real.now().getTime() - at) * speed);
    return latest;
  }

  async function sleep(span: Milliseconds, signal?: AbortSignal): Promise<void> {
    const until = current() + span;
    do {
      const left = Math.max(0, until - current());
      const inReal = known.speed > 0 ? left / known.speed : lookEvery;
      await real.sleep(Math.min(Math.ceil(inReal), lookEvery), signal);
      await lookAgain(signal);
    } while (current() < until);
  }

  return { now: () => new Date(current()), sleep };
}
