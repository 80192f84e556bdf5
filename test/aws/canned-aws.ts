import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { CallRecord, Grant } from '../../src/aws/clients.ts';
import { type AwsSessionOptions, openAwsSession } from '../../src/aws/session.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

export interface SentRequest {
  readonly operation: string;
  /** Form fields of the query protocols, members of JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

export type CannedAnswer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string }
  | Error;

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };

/** A session of real clients whose requests are answered by a function. Every answer that is an `Error` is thrown by the wire. */
export function cannedAws(
  answer: (request: SentRequest, nth: number) => CannedAnswer,
  options: Partial<AwsSessionOptions> & { readonly clock?: FakeClock } = {},
) {
  const clock = options.clock ?? fakeClock();
  const sent: SentRequest[] = [];
  const records: CallRecord[] = [];
  const handle = async (request: HttpRequest): Promise<{ response: HttpResponse }> => {
    const read = readRequest(request);
    const canned = answer(read, sent.push(read) - 1);
    if (canned instanceof Error) throw canned;
    const { status = 200, headers = {}, body = '' } = canned;
    return {
      response: new HttpResponse({ statusCode: status, headers, body: new TextEncoder().encode(body) }),
    };
  };
  const session = openAwsSession({
    region: 'eu-central-1',
    random: () => 0.5,
    rehearsal: false,
    credentials,
    requestHandler: { handle, updateHttpClientConfig() {}, httpHandlerConfigs: () => ({}) },
    ...options,
    clock,
  });
  const grant = (part: Partial<Grant>): Grant => ({
    step: 'a-step',
    phase: 'read',
    actions: [],
    signal: new AbortController().signal,
    record: (call) => records.push(call),
    ...part,
  });
  return {
    clock,
    sent,
    records,
    session,
    grant,
    /** Clients that may do exactly what this function declares. */
    reading: (uses: { readonly actions: readonly string[] }, part: Partial<Grant> = {}) =>
      session.forReading(grant({ actions: uses.actions, ...part })),
    changing: (uses: { readonly actions: readonly string[] }, part: Partial<Grant> = {}) =>
      session.forChanging(grant({ actions: uses.actions, phase: 'apply', ...part })),
  };
}

function readRequest({ headers: sent, body }: HttpRequest): SentRequest {
  const headers = { ...sent };
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
  const target = headers['x-amz-target'];
  if (target !== undefined)
    return { operation: target.split('.').at(-1) ?? '', fields: JSON.parse(text), headers };
  const fields = Object.fromEntries(new URLSearchParams(text));
  return { operation: String(fields['Action']), fields, headers };
}

export const requestId = '7a62c49f-347e-4fc4-9331-6e8e7a96aa73';

const headers = { 'x-amzn-requestid': requestId };

/** An answer of the query protocol. `result` is XML. */
export const queryAnswer = (operation: string, result: string): CannedAnswer => ({
  headers,
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
});

export const queryError = (code: string, message: string, status = 400): CannedAnswer => ({
  status,
  headers,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
});

/** An answer of EC2's own query protocol. */
export const ec2Answer = (operation: string, result: string): CannedAnswer => ({
  headers,
  body: `<${operation}Response><requestId>${requestId}</requestId>${result}</${operation}Response>`,
});

export const ec2Error = (code: string, message: string, status = 400): CannedAnswer => ({
  status,
  headers,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
});

export const jsonAnswer = (result: unknown): CannedAnswer => ({
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
  body: JSON.stringify(result),
});

export const jsonError = (code: string, message: string, status = 400): CannedAnswer => ({
  status,
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': code,
  },
  body: JSON.stringify({ __type: code, message }),
});
