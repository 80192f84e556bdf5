import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { type Answer, createEndpoint } from '../../../src/sandbox/protocols/endpoint.ts';
import type { WireRequest } from '../../../src/sandbox/protocols/protocol.ts';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import { AwsFault } from '../../../src/sandbox/service.ts';
import { handlerOf } from '../../../src/sandbox/transport.ts';
import { countedRequestIds } from './counted-request-ids.ts';
import { serviceOf } from './round-trip.ts';
import { clientDefaults } from './sdk-packages.ts';

const own = catalogue['s3'];
if (own === undefined) throw new Error('s3 is not in the catalogue');
const wholeS3 = { s3: { ...own, schemas: async () => s3 } };

const endpointWith = (answer: Answer) =>
  createEndpoint([serviceOf('s3', s3)], answer, { newRequestId: countedRequestIds(), catalogue: wholeS3 });

const clientWith = (answer: Answer, options: object = {}) =>
  new S3Client({
    ...clientDefaults,
    maxAttempts: 1,
    ...options,
    requestHandler: handlerOf(endpointWith(answer)),
  });

const Bucket = 'amzn-s3-demo-bucket';
const authorization = 'AWS4-HMAC-SHA256 Credential=AKID/20260302/eu-west-1/s3/aws4_request, Signature=00';

const raw = (method: string, path: string, more: Partial<WireRequest> = {}): WireRequest => ({
  method,
  host: 'localhost:4599',
  path,
  query: [],
  body: new Uint8Array(),
  ...more,
  headers: { authorization, ...more.headers },
});

async function seenFor(request: WireRequest) {
  let seen: { operation: string; input: unknown } | undefined;
  const response = await endpointWith(async (_service, operation, input) => {
    seen = { operation, input };
    return {};
  })(request);
  expect(response.statusCode).toBeLessThan(300);
  return seen;
}

describe("S3's requests", () => {
  it.each([
    ['virtual host', {}],
    ['path', { forcePathStyle: true }],
    ['path, on an endpoint of its own', { endpoint: 'http://127.0.0.1:4599', forcePathStyle: true }],
    ['virtual host of localhost', { endpoint: 'http://localhost:4599' }],
  ])('name the bucket by %s', async (_style, options) => {
    const inputs: unknown[] = [];
    const client = clientWith(async (_service, operation, input) => {
      inputs.push(operation, input);
      return {};
    }, options);
    const Key = 'folder//a key + ü/';
    await client.send(new GetObjectCommand({ Bucket, Key }));
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'folder/' }));
    await client.send(new ListObjectsCommand({ Bucket }));
    await client.send(new ListBucketsCommand({}));
    expect(inputs).toMatchObject([
      'GetObject',
      { Bucket, Key },
      'ListObjectsV2',
      { Bucket, Prefix: 'folder/' },
      'ListObjects',
      { Bucket },
      'ListBuckets',
      {},
    ]);
  });

  it.each([
    ['garbage', undefined],
    ['-1', undefined],
    ['Mon, 02 Mar 2026 02:10:00 GMT', new Date('2026-03-02T02:10:00Z')],
    ['2026-03-02T02:10:00Z', new Date('2026-03-02T02:10:00Z')],
  ])('have a date that is read, or ignored: %s', async (date, read) => {
    const seen = await seenFor(
      raw('GET', '/b/key', { headers: { 'if-modified-since': date, 'if-unmodified-since': date } }),
    );
    expect(seen?.input).toEqual({
      Bucket: 'b',
      Key: 'key',
      ...(read && { IfModifiedSince: read, IfUnmodifiedSince: read }),
    });
  });

  it.each(['/b/%zz', '/b/100%', '/%ff/key'])('%s is no URI', async (path) => {
    const endpoint = endpointWith(async () => ({}));
    const { statusCode, body } = await endpoint(raw('GET', path));
    expect(statusCode).toBe(400);
    expect(new TextDecoder().decode(body)).toContain('<Code>InvalidURI</Code>');
  });

  it.each<[string, WireRequest]>([
    ['PutObject', raw('PUT', '/b/key')],
    ['CopyObject', raw('PUT', '/b/key', { headers: { 'x-amz-copy-source': 'b/other' } })],
    [
      'UploadPart',
      raw('PUT', '/b/key', {
        query: [
          ['partNumber', '1'],
          ['uploadId', 'u'],
        ],
      }),
    ],
    [
      'UploadPartCopy',
      raw('PUT', '/b/key', {
        query: [
          ['partNumber', '1'],
          ['uploadId', 'u'],
        ],
        headers: { 'x-amz-copy-source': 'b/other' },
      }),
    ],
    ['GetObject', raw('GET', '/b/key')],
    ['ListParts', raw('GET', '/b/key', { query: [['uploadId', 'u']] })],
    ['GetObjectTagging', raw('GET', '/b/key', { query: [['tagging', '']] })],
    ['DeleteObject', raw('DELETE', '/b/key')],
    ['AbortMultipartUpload', raw('DELETE', '/b/key', { query: [['uploadId', 'u']] })],
    ['ListBucketMetricsConfigurations', raw('GET', '/b', { query: [['metrics', '']] })],
    [
      'GetBucketMetricsConfiguration',
      raw('GET', '/b', {
        query: [
          ['metrics', ''],
          ['id', 'm'],
        ],
      }),
    ],
    ['GetBucketLocation', raw('GET', '/b/', { query: [['location', '']] })],
    ['HeadBucket', raw('HEAD', '/b')],
    ['CreateBucket', raw('PUT', '/b')],
    ['DeleteBucket', raw('DELETE', '/b/')],
  ])('that do not name their operation are told apart: %s', async (operation, request) => {
    expect((await seenFor(request))?.operation).toBe(operation);
  });

  it('may be presigned', async () => {
    const { authorization: _none, ...headers } = raw('GET', '/b/key').headers;
    const query = [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', 'AKID/20260302/eu-west-1/s3/aws4_request'],
      ['X-Amz-Signature', '00'],
      ['x-id', 'GetObject'],
    ] as const;
    expect(await seenFor({ ...raw('GET', '/b/key', { query }), headers })).toEqual({
      operation: 'GetObject',
      input: { Bucket: 'b', Key: 'key' },
    });
  });

  it('may come in signed chunks, with the encoding of the object kept', async () => {
    const signature = `chunk-signature=${'0'.repeat(64)}`;
    const chunks = `5;${signature}\r\nhello\r\n7;${signature}\r\n, world\r\n0;${signature}\r\n\r\n`;
    const headers = {
      'content-encoding': 'gzip,aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-length': String(chunks.length),
    };
    const body = new TextEncoder().encode(chunks);
    const seen = await seenFor(raw('PUT', '/b/key', { headers, body }));
    expect(seen?.input).toMatchObject({
      ContentEncoding: 'gzip',
      ContentLength: 12,
      Body: new TextEncoder().encode('hello, world'),
    });
  });

  it('may come as a stream, whose checksum follows in a trailer', async () => {
    const inputs: Record<string, unknown>[] = [];
    const client = clientWith(async (_service, _operation, input) => {
      inputs.push(input as Record<string, unknown>);
      return {};
    });
    const Body = Readable.from([Buffer.from('hello'), Buffer.from(', world')]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 12 }));
    expect(new TextDecoder().decode(inputs[0]?.['Body'] as Uint8Array)).toBe('hello, world');
    // The CRC-32 of these bytes, ffab723a, as Base64.
    expect(inputs[0]).toMatchObject({ ContentLength: 12, ChecksumCRC32: '/6tyOg==' });
    expect(inputs[0]).not.toHaveProperty('ContentEncoding');
  });

  it('carry no empty key', async () => {
    expect((await seenFor(raw('PUT', '/b/')))?.operation).toBe('CreateBucket');
  });
});

describe("S3's answers", () => {
  it('hand out an object as a stream, with its metadata', async () => {
    const client = clientWith(async () => ({
      Body: new TextEncoder().encode('hello'),
      ContentLength: 5,
      ContentType: 'text/plain',
      Metadata: { colour: 'blue' },
      ChecksumCRC32: 'NhCmhg==',
    }));
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(answer.Body).toBeInstanceOf(Readable);
    expect(await answer.Body?.transformToString()).toBe('hello');
    expect(answer).toMatchObject({ ContentType: 'text/plain', Metadata: { colour: 'blue' } });
  });

  it('hand out an empty object, and a part of one with status 206', async () => {
    const empty = await clientWith(async () => ({ Body: new Uint8Array() })).send(
      new GetObjectCommand({ Bucket, Key: 'k' }),
    );
    expect(await empty.Body?.transformToString()).toBe('');
    const part = await clientWith(async () => ({
      Body: new TextEncoder().encode('he'),
      ContentRange: 'bytes 0-1/5',
    })).send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=0-1' }));
    expect([part.$metadata.httpStatusCode, part.ContentRange]).toEqual([206, 'bytes 0-1/5']);
  });

  it('give the location of a bucket as a bare element', async () => {
    const response = await endpointWith(async () => ({ LocationConstraint: 'eu-west-1' }))(
      raw('GET', '/b', { query: [['location', '']] }),
    );
    expect(new TextDecoder().decode(response.body)).toMatch(
      /<LocationConstraint xmlns="[^"]+">eu-west-1<\/LocationConstraint>$/,
    );
    const client = clientWith(async () => ({}));
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint ?? '').toBe('');
  });

  it('have no body for HEAD, be it an object or an error', async () => {
    const found = clientWith(async () => ({ ContentLength: 5, ETag: '"e"' }));
    expect(await found.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ ContentLength: 5 });
    const missing = async () => {
      throw new AwsFault('NotFound', 'Not Found', { status: 404 });
    };
    const response = await endpointWith(missing)(raw('HEAD', '/b/key'));
    expect([response.statusCode, response.body.byteLength]).toEqual([404, 0]);
    await expect(clientWith(missing).send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject(
      { name: 'NotFound', $metadata: { httpStatusCode: 404 } },
    );
  });

  it('are errors without a namespace, and with the ids of the request in the headers', async () => {
    const response = await endpointWith(async () => {
      throw new AwsFault('NoSuchKey', 'The specified key does not exist.', { status: 404 });
    })(raw('GET', '/b/key'));
    expect(response.statusCode).toBe(404);
    expect(new TextDecoder().decode(response.body)).toContain('<Error><Code>NoSuchKey</Code>');
    expect(response.headers['x-amz-request-id']).toBe('00000000-0000-4000-8000-000000000001');
  });

  it('carry the ids of multipart uploads and copies', async () => {
    const client = clientWith(async (_service, operation) => {
      switch (operation) {
        case 'CreateMultipartUpload':
          return { UploadId: 'u' };
        case 'UploadPart':
          return { ETag: '"p"' };
        case 'ListParts':
          return { Parts: [{ PartNumber: 1, ETag: '"p"' }] };
        default:
          return { CopyObjectResult: { ETag: '"c"' } };
      }
    });
    const target = { Bucket, Key: 'k' };
    const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(target));
    const part = { ...target, UploadId, PartNumber: 1, Body: 'x' };
    expect((await client.send(new UploadPartCommand(part))).ETag).toBe('"p"');
    const { Parts } = await client.send(new ListPartsCommand({ ...target, UploadId }));
    expect(Parts).toEqual([{ PartNumber: 1, ETag: '"p"' }]);
    const copy = await client.send(new CopyObjectCommand({ ...target, CopySource: `${Bucket}/other` }));
    expect(copy.CopyObjectResult).toEqual({ ETag: '"c"' });
  });
});
