import type { HttpHandler, HttpRequest } from '@smithy/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpHandlerOptions } from '@smithy/types';
import { Bug } from '../errors.ts';
import { type Answer, ConnectionLost, createEndpoint, type Endpoint } from './protocols/endpoint.ts';
import type { WireRequest } from './protocols/protocol.ts';
import type { Service } from './service.ts';

export { type Answer, ConnectionLost };

/** A `requestHandler` for every SDK client: the services answer in this process, without a socket. */
export const inProcessHandler = (
  services: readonly Service[],
  answer: Answer,
  newRequestId: () => string = countedRequestIds(),
): HttpHandler => handlerOf(createEndpoint(services, answer, { newRequestId }));

export const handlerOf = (endpoint: Endpoint): HttpHandler => ({
  async handle(request: HttpRequest, { abortSignal }: HttpHandlerOptions = {}) {
    const response = await unlessAborted(abortSignal, () => endpoint(wireRequest(request))).catch(
      (error: unknown) => {
        throw error instanceof ConnectionLost ? socketError(error) : error;
      },
    );
    // Without a `date` header on purpose: from one the SDK would take virtual time for a wrong system clock.
    return { response: new HttpResponse(response) };
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
});

/** UUIDs that count: unique in one process, and the same in every run that makes the same calls. */
export function countedRequestIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
  };
}

function wireRequest({ hostname, headers, body }: HttpRequest): WireRequest {
  return {
    host: hostname,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: bytesOf(body),
  };
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new Bug('The sandbox reads no streamed request bodies');
}

/** As with a socket, the call itself may be carried out all the same: only its answer is not waited for. */
function unlessAborted<Result>(
  signal: HttpHandlerOptions['abortSignal'],
  call: () => Promise<Result>,
): Promise<Result> {
  if (!(signal instanceof AbortSignal)) return call();
  if (signal.aborted) return Promise.reject(abortError());
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError());
    signal.addEventListener('abort', onAbort, { once: true });
    call()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const abortError = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' });

/** Named as the SDK's own Node handler names them, since its retries go by these names and codes. */
function socketError({ kind }: ConnectionLost): Error {
  switch (kind) {
    case 'reset':
      return Object.assign(new Error('read ECONNRESET'), { name: 'TimeoutError', code: 'ECONNRESET' });
    case 'timeout':
      return Object.assign(new Error('read ETIMEDOUT'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
    default:
      return kind satisfies never;
  }
}
