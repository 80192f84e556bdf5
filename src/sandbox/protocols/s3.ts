import type { StaticErrorSchema, StaticStructureSchema } from '@smithy/types';
import { AwsFault } from '../service.ts';
import { dechunked } from './aws-chunked.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { furtherMembers } from './fault.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { restXml, withDeclaration } from './rest-xml.ts';
import { writeXml } from './xml.ts';

const contentType = 'application/xml';
const plainRestXml = restXml(contentType);

/** REST with XML as S3 has it, which is older than the protocol and differs in places. */
export const s3RestXml: Protocol = {
  ...plainRestXml,
  // A `gzip` in Content-Encoding describes the object and stays as it is.
  open: (request) => dechunked(withReadableDates(withBucketInPath(request))),
  readInput(request, operation) {
    if (!isDecodable(request.path)) throw new AwsFault('InvalidURI', "Couldn't parse the specified URI.");
    return plainRestXml.readInput(request, operation);
  },
  writeOutput(output, operation, settings, requestId) {
    if (operation.name === 'GetBucketLocation')
      return bucketLocation(output, settings.xmlNamespace, requestId);
    const response = plainRestXml.writeOutput(output, operation, settings, requestId);
    return {
      ...response,
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: a range answers 206.
      statusCode: 'content-range' in response.headers ? 206 : response.statusCode,
      headers: { ...response.headers, ...ids(requestId) },
    };
  },
  // Without a namespace: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  writeFault: (fault, _settings, requestId) => ({
    statusCode: fault.status,
    headers: { 'content-type': contentType, ...ids(requestId) },
    body: withDeclaration(
      writeXml(
        fault.schema ? errorOf(fault.schema) : plainError,
        { ...fault.members, Code: fault.code, Message: fault.message, RequestId: requestId, HostId: hostId },
        '',
      ),
    ),
  }),
  unknownOperation: (message) => new AwsFault('NotImplemented', message, { status: 501 }),
  unreadableBody: () =>
    new AwsFault(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    ),
  unfitInput: ({ path, kind }) =>
    new AwsFault(
      'InvalidRequest',
      kind === 'missing'
        ? `Missing required parameter: ${path.join('.')}`
        : `Invalid value for ${path.join('.')}`,
    ),
};

const hostId = 'c2FuZGJveA==';
const ids = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': hostId });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
const bucketHost =
  /^(.+)\.(?:s3(?:-fips)?(?:\.dualstack)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com|localhost)(?::\d+)?$/;

function withBucketInPath(request: WireRequest): WireRequest {
  const bucket = bucketHost.exec(request.host)?.[1];
  return bucket === undefined ? request : { ...request, path: `/${bucket}${request.path}` };
}

/** A date that cannot be read is ignored, and any that can be is taken. https://httpwg.org/specs/rfc9110.html#field.if-modified-since */
function withReadableDates(request: WireRequest): WireRequest {
  const headers = { ...request.headers };
  for (const name of ['if-modified-since', 'if-unmodified-since']) {
    const text = headers[name];
    if (text === undefined) continue;
    const date = new Date(text).toUTCString();
    if (/\d:\d\d/.test(text) && / \d{4} [\d:]{8} GMT$/.test(date)) headers[name] = date;
    else delete headers[name];
  }
  return { ...request, headers };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The answer is the Region's name and no structure: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
function bucketLocation(output: unknown, xmlNamespace: string, requestId: string) {
  const { LocationConstraint: location = '' } = output as { LocationConstraint?: string };
  const escaped = location.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const text = `<LocationConstraint xmlns="${xmlNamespace}">${escaped}</LocationConstraint>`;
  return {
    statusCode: 200,
    headers: { 'content-type': contentType, ...ids(requestId) },
    body: withDeclaration(new TextEncoder().encode(text)),
  };
}

const errorSchema = (schema?: StaticErrorSchema) =>
  envelope('Error', [
    ['Code', string],
    ['Message', string],
    ...furtherMembers(schema),
    ['RequestId', string],
    ['HostId', string],
  ]);
const plainError = errorSchema();
const errorOf = derivedOnce<StaticErrorSchema, StaticStructureSchema>(errorSchema);
