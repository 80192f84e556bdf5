import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireRequest } from '../protocols/protocol.ts';
import { bodyOf, type Refusal } from './refusal.ts';

export interface Target {
  /** As sent, still percent-encoded. */
  readonly path: string;
  readonly query: WireRequest['query'];
}

/** Also the form with scheme and host, which is sent to proxies. Broken percent-encoding in the query stays as it is. */
export function targetOf(url: string): Target {
  const local = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark === -1 ? local : local.slice(0, mark);
  return {
    path: path === '' ? '/' : path,
    query: mark === -1 ? [] : [...new URLSearchParams(local.slice(mark + 1))],
  };
}

export const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/**
 * @returns `undefined` where there is more than `limit`: the rest is read and dropped, since a client that is still sending
 * does not read an answer
 * @throws where the client went away
 */
export function bodyWithin(limit: number, request: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => resolve(size > limit ? undefined : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client went away')));
  });
}

export interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export function send(response: ServerResponse, { statusCode, headers, body }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = statusCode;
  response.end(body);
}

export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { contentType, text } = bodyOf(refusal, request.headers);
  const headers = { 'content-type': contentType, 'x-amzn-errortype': refusal.code };
  send(response, { statusCode: refusal.status, headers, body: text });
}
