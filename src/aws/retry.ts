import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { FinalizeRequestMiddleware, MetadataBearer, Pluggable, SdkError } from '@smithy/types';
import type { Clock, Random } from '../clock.ts';
import { type Milliseconds, seconds } from '../duration.ts';
import { Bug, Interrupted } from '../errors.ts';
import { withinLimit } from './attempt-limit.ts';
import { sendingRate } from './sending-rate.ts';

/** What the SDK sends a call's requests with. It looks here anew at every attempt. */
export interface WireOptions {
  abortSignal?: AbortSignal;
}

/** One call, from the guard to its last attempt. */
export interface CallUnderWay {
  readonly signal: AbortSignal;
  readonly write: boolean;
  readonly wire: WireOptions;
  attempts: number;
}

/** The SDK gives every middleware of one call the same context object. */
export type CallsUnderWay = WeakMap<object, CallUnderWay>;

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly calls: CallsUnderWay;
  /** Upper bound of the attempts of a call, for either reason. */
  readonly maxAttempts?: number | undefined;
  /** Longest that an attempt may take, in real time. Without it an attempt takes the time that it needs. */
  readonly attemptLimit?: Milliseconds | undefined;
}

type Reason = 'throttling' | 'transient';

/**
 * Riding out a throttled account takes a minute or two, a lost packet or a failing host half a minute at most: with full
 * jitter a call waits half of 150 s or of 25 s on average. The SDK's own default gives up after 3 attempts.
 */
const patience: Readonly<Record<Reason, { readonly base: Milliseconds; readonly attempts: number }>> = {
  throttling: { base: seconds(1), attempts: 12 },
  transient: { base: 200, attempts: 8 },
};
const longestDelay = seconds(20);
const longestRetryAfter = seconds(60);

/**
 * Stands in for the SDK's own retries, which sleep in real time and cannot tell the run's Ctrl-C from cutting off a write
 * that is on its way. An interruption ends the waiting between attempts, and a read that hangs, but never a write: whether it
 * took effect is worth waiting for.
 */
export function retryPlugin({
  clock,
  random,
  calls,
  maxAttempts,
  attemptLimit,
}: RetryOptions): Pluggable<object, MetadataBearer> {
  const rate = sendingRate(clock);
  const attemptsFor = (reason: Reason) =>
    Math.min(patience[reason].attempts, maxAttempts ?? Number.POSITIVE_INFINITY);

  const retry: FinalizeRequestMiddleware<object, MetadataBearer> = (next, context) => async (args) => {
    const call = calls.get(context);
    if (call === undefined) throw new Bug('A call reached its retries without passing the guard');
    const invocation = crypto.randomUUID();
    for (;;) {
      await rate.turn(call.signal);
      if (call.signal.aborted) throw new Interrupted();
      call.attempts += 1;
      announceAttempt(args.request, invocation, call.attempts);
      try {
        const answer = await (attemptLimit === undefined
          ? next(args)
          : withinLimit(
              (cut) => {
                call.wire.abortSignal = cut;
                return next(args);
              },
              { limit: attemptLimit, abandonOn: call.write ? undefined : call.signal },
            ));
        rate.succeeded();
        return answer;
      } catch (error) {
        const reason = reasonToRetry(error);
        if (reason === 'throttling') rate.throttled();
        if (reason === undefined || call.attempts >= attemptsFor(reason)) throw error;
        const ceiling = Math.min(patience[reason].base * 2 ** (call.attempts - 1), longestDelay);
        const backoff = Math.floor(random() * ceiling);
        await clock.sleep(Math.max(backoff, Math.min(retryAfter(error), longestRetryAfter)), call.signal);
      }
    }
  };

  return {
    applyToStack: (stack) => {
      stack.add(retry, {
        name: 'retryMiddleware',
        step: 'finalizeRequest',
        priority: 'high',
        override: true,
      });
    },
  };
}

export function reasonToRetry(error: unknown): Reason | undefined {
  if (!isSdkError(error)) return undefined;
  if (isThrottlingError(error)) return 'throttling';
  return isTransientError(error) ? 'transient' : undefined;
}

const isSdkError = (error: unknown): error is SdkError => error instanceof Error;

/** AWS's support finds the attempts of one call by these headers, which the SDK sends as well. */
function announceAttempt(request: unknown, invocation: string, attempt: number): void {
  if (typeof request !== 'object' || request === null || !('headers' in request)) return;
  Object.assign(request.headers as Record<string, string>, {
    'amz-sdk-invocation-id': invocation,
    'amz-sdk-request': `attempt=${attempt}`,
  });
}

/** What the answer asks for. A date instead of a number is not heeded: AWS sends none, and its clock is not ours. */
function retryAfter(error: unknown): Milliseconds {
  const response = error instanceof Error && '$response' in error ? error.$response : undefined;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return 0;
  const headers = new Map(
    Object.entries(response.headers as Record<string, string>).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const asked = Math.max(
    Number(headers.get('x-amz-retry-after')) || 0,
    seconds(Number(headers.get('retry-after')) || 0),
  );
  return Math.max(0, asked);
}
