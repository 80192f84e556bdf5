import type { World } from '../../world.ts';
import { eventRegion, isDataEvent } from './event-source.ts';
import { redacted } from './redaction.ts';
import type { RecordedCall } from './state.ts';

export interface CarriedOut {
  /** Name of the SDK's package without `@aws-sdk/client-`. */
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly readOnly: boolean;
  readonly requestId: string;
  readonly region: string;
  readonly userAgent?: string | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** Name of the role's session, where it was somebody else than the sandbox's caller. */
  readonly session?: string | undefined;
}

const writes = { kept: 400, characters: 400 };
const reads = { kept: 100, characters: 160 };

/** Its first words: the rest tells of the machine, and every call would carry it. */
const productOf = (userAgent: string): string => userAgent.split(' ', 2).join(' ').slice(0, 80);

/** Notes a call that AWS answered, for `LookupEvents`. */
export function recordCall(
  world: World,
  { service, operation, input, readOnly, requestId, region, userAgent, error, session }: CarriedOut,
): void {
  if (isDataEvent(service, operation)) return;
  const { kept, characters } = readOnly ? reads : writes;
  const parameters = redacted(operation, input, characters);
  const call: RecordedCall = {
    at: world.now,
    region: eventRegion(service, region),
    service,
    operation,
    requestId,
    ...(userAgent !== undefined && { userAgent: productOf(userAgent) }),
    ...(parameters && { parameters }),
    ...(error && { error: { code: error.code, message: error.message.slice(0, 200) } }),
    ...(session !== undefined && { session }),
  };
  const calls = readOnly ? world.cloudTrail.reads : world.cloudTrail.writes;
  calls.push(call);
  if (calls.length > kept) calls.shift();
}
