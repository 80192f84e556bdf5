import type { WireRequest } from './protocol.ts';

/**
 * Takes the chunks of a body together, and its trailing headers to the others.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @throws Error for chunks that cannot be read
 */
export function dechunked(request: WireRequest): WireRequest {
  const encodings = (request.headers['content-encoding'] ?? '').split(/\s*,\s*/);
  const isChunked =
    encodings.includes('aws-chunked') ||
    (request.headers['x-amz-content-sha256']?.startsWith('STREAMING-') ?? false);
  if (!isChunked) return request;
  const { 'content-encoding': _encoding, ...headers } = request.headers;
  const { body, trailers } = readChunks(request.body);
  const others = encodings.filter((encoding) => encoding !== 'aws-chunked' && encoding !== '');
  return {
    ...request,
    headers: {
      ...headers,
      ...(others.length > 0 ? { 'content-encoding': others.join(',') } : {}),
      ...trailers,
      'content-length': String(body.byteLength),
    },
    body,
  };
}

function readChunks(encoded: Uint8Array): { body: Uint8Array; trailers: Record<string, string> } {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const [size = '', lineEnd] = lineAt(encoded, at);
    const length = /^[0-9a-f]{1,8}(?:;|$)/i.test(size) ? Number.parseInt(size, 16) : Number.NaN;
    if (Number.isNaN(length) || lineEnd + length > encoded.byteLength) throw new Error('Not a chunk');
    at = lineEnd + length;
    if (length === 0) break;
    chunks.push(encoded.subarray(lineEnd, at));
    // Each chunk ends with a line break of its own.
    at += 2;
  }
  return { body: joined(chunks), trailers: trailersAt(encoded, at) };
}

function trailersAt(encoded: Uint8Array, start: number): Record<string, string> {
  const lines = new TextDecoder().decode(encoded.subarray(start)).split('\r\n');
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );
}

/** A line, and where the next one begins. */
function lineAt(bytes: Uint8Array, start: number): readonly [line: string, next: number] {
  const end = bytes.indexOf(0x0a, start);
  if (end < 0) throw new Error('A line without its end');
  return [new TextDecoder().decode(bytes.subarray(start, end)).trimEnd(), end + 1];
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
