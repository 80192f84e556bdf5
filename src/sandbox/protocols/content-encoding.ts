import { gunzipSync } from 'node:zlib';
import { derivedOnce } from './derived-once.ts';
import type { WireRequest } from './protocol.ts';

/** Larger than any body that AWS takes in these protocols, zipped or not, and small enough to hold. */
export const mostBodyBytes = 20_000_000;

/**
 * Clients zip large bodies, such as those of PutMetricData.
 * https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 */
export function unzipped(request: WireRequest): WireRequest {
  return request.headers['content-encoding'] === 'gzip' ? { ...request, body: unzip(request.body) } : request;
}

const unzip = derivedOnce(
  (body: Uint8Array): Uint8Array => gunzipSync(body, { maxOutputLength: mostBodyBytes }),
);
