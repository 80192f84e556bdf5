import { Readable } from 'node:stream';
import type { HttpHandler, HttpRequest } from '@smithy/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpHandlerOptions } from '@smithy/types';
import { Bug } from '../errors.ts';
import { ConnectionLost, type Endpoint } from './protocols/endpoint.ts';
import type { WireRequest, WireResponse } from './protocols/protocol.ts';

/** A `requestHandler` for every SDK client: the endpoint answers in this process, without a socket. */
export const handlerOf = (endpoint: Endpoint): HttpHandler => ({
  async handle(request: HttpRequest, { abortSignal }: HttpHandlerOptions = {}) {
    const response = await unlessAborted(abortSignal, async () => endpoint(await wireRequest(request))).catch(
      (error: unknown) => {
        throw error instanceof ConnectionLost ? socketError(error) : error;
      },
    );
    // Without a `date` header on purpose: from one the SDK would take virtual time for a wrong system clock.
    return { response: new HttpResponse({ ...response, body: responseBody(response) }) };
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
});

async function wireRequest({
  method,
  hostname,
  path,
  query,
  headers,
  body,
}: HttpRequest): Promise<WireRequest> {
  return {
    method,
    host: hostname,
    path,
    query: Object.entries(query).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value ?? '']).map((each) => [key, each] as const),
    ),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: await bytesOf(body),
  };
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (!(body instanceof Readable)) throw new Bug('The sandbox cannot read a request body of this kind');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(await bytesOf(chunk));
  return Buffer.concat(chunks);
}

/** S3's client offers the streams of Node for what it reads. */
const responseBody = ({ body, streamed }: WireResponse): Uint8Array | Readable =>
  streamed ? Readable.from(body.byteLength > 0 ? [body] : [], { objectMode: false }) : body;

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
