import { STATUS_CODES } from 'node:http';

/** Why a request never reached a service. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

interface Headers {
  readonly [name: string]: string | readonly string[] | undefined;
}

export const tooLarge = (limit: number): Refusal => ({
  status: 413,
  code: 'RequestEntityTooLarge',
  message: `The request body is larger than the ${limit} bytes that the sandbox takes.`,
});

export const internalFailure: Refusal = {
  status: 500,
  code: 'InternalFailure',
  message:
    'The request processing has failed because of an unknown error, exception or failure. The terminal of the sandbox says more.',
};

const loopbackNames = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** `bucket.localhost` and the names of AWS itself, for clients whose proxy or hosts file leads here. */
const awsNames = /^(?:[a-z0-9._-]+\.)?(?:localhost|amazonaws\.com)$/;

/**
 * Web pages can make a browser send requests here, and a name of theirs can be made to lead here (DNS rebinding). What comes from a
 * page has the page's own name as its host, or an `Origin`, or, as images and links do without one, a `Sec-Fetch-Site`, which no AWS
 * client sends. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function refusalOf(headers: Headers): Refusal | undefined {
  const host = String(headers['host'] ?? '')
    .toLowerCase()
    .replace(/:\d*$/, '');
  if (!loopbackNames.test(host) && !awsNames.test(host))
    return {
      status: 403,
      code: 'AccessDenied',
      message: 'The sandbox answers under the names of this machine only, such as 127.0.0.1 and localhost.',
    };
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers['origin'] !== undefined || (site !== 'none' && site !== 'same-origin'))
    return {
      status: 403,
      code: 'AccessDenied',
      message: 'The sandbox does not answer to web pages.',
    };
  return undefined;
}

export interface RefusalBody {
  readonly contentType: string;
  readonly text: string;
}

/** As the client's protocol would have it, as far as the headers tell. */
export function bodyOf({ status, code, message }: Refusal, headers: Headers = {}): RefusalBody {
  const asked = String(headers['content-type'] ?? '');
  if (/^application\/(?:x-amz-json|json)/.test(asked))
    return {
      contentType: asked.startsWith('application/json') ? 'application/json' : 'application/x-amz-json-1.1',
      text: JSON.stringify({ __type: code, message }),
    };
  const blame = status < 500 ? 'Sender' : 'Receiver';
  return {
    contentType: 'text/xml',
    text: `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse><Error><Type>${blame}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
  };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** What the parser of requests gave up on. Codes: https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror */
export function unparsable(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        code: 'RequestTimeout',
        message: 'The request did not arrive within the time that the sandbox waits for one.',
      };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'RequestHeaderSectionTooLarge', message: 'The headers are too large.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'RequestEntityTooLarge', message: 'The chunk extensions are too large.' };
    default:
      return { status: 400, code: 'BadRequest', message: 'What was sent is no HTTP request.' };
  }
}

/** A whole HTTP answer, for where there is no request to answer to. */
export function rawAnswer(refusal: Refusal): string {
  const { contentType, text } = bodyOf(refusal);
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    '',
    text,
  ].join('\r\n');
}
