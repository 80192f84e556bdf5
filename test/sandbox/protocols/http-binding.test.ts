import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import { describe, expect, it } from 'vitest';
import { type Answer, createEndpoint } from '../../../src/sandbox/protocols/endpoint.ts';
import type { WireRequest } from '../../../src/sandbox/protocols/protocol.ts';
import { restJson } from '../../../src/sandbox/protocols/rest-json.ts';
import type { WireSettings } from '../../../src/sandbox/protocols/service-model.ts';
import { countedRequestIds } from './counted-request-ids.ts';

// The SDK's own numbers for schemas: https://smithy.io/2.0/spec/simple-types.html in the order of @smithy/types.
const text = 0;
const number = 1;
const timestamp = 4;
const listOf = (item: number) => 64 | item;
const mapOf = (value: number) => 128 | value;

const structure = (name: string, members: Record<string, unknown>, required = 0): StaticStructureSchema =>
  [3, 'toys', name, 0, Object.keys(members), Object.values(members), required] as StaticStructureSchema;

const operation = (
  name: string,
  http: [method: string, uri: string, status: number],
  input: StaticStructureSchema,
  output: StaticStructureSchema = structure('Nothing', {}),
): StaticOperationSchema => [9, 'toys', name, { http }, () => input, () => output];

const label = { httpLabel: 1 };
const toy = structure('Toy', { Name: [text, label] }, 1);
const part = structure('Part', { Name: [text, label], Part: [text, label] }, 2);
const bound = structure('Bound', {
  Size: [number, { httpQuery: 'size' }],
  Colours: [() => listOf(text), { httpQuery: 'colour' }],
  Others: [() => mapOf(text), { httpQueryParams: 1 }],
  Since: [timestamp, { httpHeader: 'X-Since' }],
  Until: [timestamp, { httpQuery: 'until' }],
  Tags: [() => listOf(text), { httpHeader: 'X-Tags' }],
  Extra: [() => mapOf(text), { httpPrefixHeaders: 'X-Extra-' }],
  Note: [text, { jsonName: 'note' }],
});
const answered = structure('Answered', {
  Code: [number, { httpResponseCode: 1 }],
  Since: [timestamp, { httpHeader: 'X-Since' }],
  Tags: [() => listOf(text), { httpHeader: 'X-Tags' }],
  Extra: [() => mapOf(text), { httpPrefixHeaders: 'X-Extra-' }],
  // Bindings of a request, which mean nothing in an answer.
  Size: [number, { httpQuery: 'size' }],
  Note: [text, { jsonName: 'note' }],
});

const schemas = {
  GetToy: operation('GetToy', ['GET', '/toys/{Name}', 200], toy),
  GetNewestToy: operation('GetNewestToy', ['GET', '/toys/newest', 200], structure('None', {})),
  GetToyFile: operation('GetToyFile', ['GET', '/toys/{Name+}', 200], toy),
  GetPart: operation('GetPart', ['GET', '/toys/{Name}/parts/{Part}', 200], part),
  ListParts: operation('ListParts', ['GET', '/toys/{Name}/parts/', 200], toy),
  GetPrice: operation('GetPrice', ['GET', '/toys/{Name}?price', 200], toy),
  GetOldPrice: operation('GetOldPrice', ['GET', '/toys/{Name}?price&from=past', 200], toy),
  Everything: operation('Everything', ['POST', '/everything', 201], bound, answered),
};

const settings: WireSettings = {
  signingName: 'toys',
  version: '',
  xmlNamespace: '',
  target: '',
  protocols: [restJson({ missing: 'Missing' })],
  schemas: async () => schemas,
};
const service = {
  name: 'toys',
  operations: Object.fromEntries(Object.keys(schemas).map((name) => [name, () => ({})])),
};
const endpointWith = (answer: Answer) =>
  createEndpoint([service], answer, { newRequestId: countedRequestIds(), catalogue: { toys: settings } });

const request = (method: string, target: string, more: Partial<WireRequest> = {}): WireRequest => {
  const [path = '', search = ''] = target.split('?');
  return {
    method,
    host: 'toys.us-east-1.amazonaws.com',
    path,
    query: [...new URLSearchParams(search)],
    headers: {},
    body: new Uint8Array(),
    ...more,
  };
};

async function seenFor(sent: WireRequest): Promise<readonly [operation: string, input: unknown]> {
  let seen: readonly [string, unknown] = ['none', undefined];
  await endpointWith(async (_service, name, input) => {
    seen = [name, input];
    return {};
  })(sent);
  return seen;
}

describe('the most specific template', () => {
  it.each([
    ['/toys/bear', 'GetToy', { Name: 'bear' }],
    ['/toys/bear/', 'GetToy', { Name: 'bear' }],
    ['/toys/bear%2Fb%C3%A4r', 'GetToy', { Name: 'bear/bär' }],
    ['/toys/newest', 'GetNewestToy', {}],
    ['/toys/newest/', 'GetNewestToy', {}],
    ['/toys/bear/left/arm/', 'GetToyFile', { Name: 'bear/left/arm/' }],
    ['/toys/bear/parts/arm', 'GetPart', { Name: 'bear', Part: 'arm' }],
    ['/toys/bear/parts', 'ListParts', { Name: 'bear' }],
    ['/toys/bear/parts/', 'ListParts', { Name: 'bear' }],
    ['/toys/bear?price', 'GetPrice', { Name: 'bear' }],
    ['/toys/bear?price=7', 'GetPrice', { Name: 'bear' }],
    ['/toys/bear?price&from=past', 'GetOldPrice', { Name: 'bear' }],
    ['/toys/bear?price&from=future', 'GetPrice', { Name: 'bear' }],
    ['/toys/bear?x-id=GetToy', 'GetToy', { Name: 'bear' }],
    ['/toys', 'none', undefined],
    ['/toys//', 'GetToyFile', { Name: '/' }],
    ['//toys/bear', 'none', undefined],
  ])('of %s is that of %s', async (target, name, input) => {
    expect(await seenFor(request('GET', target))).toEqual([name, input]);
  });
});

describe('the members of an input', () => {
  it('come from the query, the headers and the body', async () => {
    const sent = request(
      'POST',
      '/everything?size=-3&colour=red&colour=blue%2Cgreen&until=2026-03-02T02:10:00Z&shape=round',
      {
        headers: {
          'x-since': 'Mon, 02 Mar 2026 02:10:00 GMT',
          'x-tags': 'one, "two, three"',
          'x-extra-a': 'b',
        },
        body: new TextEncoder().encode('{"note":"n","Size":7}'),
      },
    );
    expect(await seenFor(sent)).toEqual([
      'Everything',
      {
        Size: -3,
        Colours: ['red', 'blue,green'],
        Others: { shape: 'round' },
        Since: new Date('2026-03-02T02:10:00Z'),
        Until: new Date('2026-03-02T02:10:00Z'),
        Tags: ['one', 'two, three'],
        Extra: { a: 'b' },
        Note: 'n',
      },
    ]);
  });

  it('are absent where nothing was sent, but for the rest of the query', async () => {
    expect(await seenFor(request('POST', '/everything'))).toEqual(['Everything', { Others: {} }]);
  });
});

describe('the members of an output', () => {
  it('go into the status, the headers and the body', async () => {
    const { statusCode, headers, body } = await endpointWith(async () => ({
      Code: 202,
      Since: new Date('2026-03-02T02:10:00Z'),
      Tags: ['one', 'two, three'],
      Extra: { A: 'b' },
      Size: 4,
      Note: 'n',
    }))(request('POST', '/everything'));
    expect(statusCode).toBe(202);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-since': 'Mon, 02 Mar 2026 02:10:00 GMT',
      'x-tags': 'one, "two, three"',
      'x-extra-a': 'b',
      'x-amzn-requestid': '00000000-0000-4000-8000-000000000001',
    });
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({ Size: 4, note: 'n' });
  });

  it('leave the status to the operation, and the body empty where there is none', async () => {
    expect((await endpointWith(async () => ({}))(request('POST', '/everything'))).statusCode).toBe(201);
    const none = await endpointWith(async () => ({}))(request('GET', '/toys/newest'));
    expect([none.statusCode, none.body.byteLength]).toEqual([200, 0]);
  });
});
