import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { minutes } from '../../src/duration.ts';
import { Bug, UsageError } from '../../src/errors.ts';
import { calm } from '../../src/sandbox/calm.ts';
import type { FaultInput, ServedSandbox } from '../../src/sandbox/control.ts';
import { type HttpServer, type HttpServerOptions, serveOverHttp } from '../../src/sandbox/http-server.ts';
import { ConnectionLost } from '../../src/sandbox/protocols/endpoint.ts';
import type { WireRequest } from '../../src/sandbox/protocols/protocol.ts';
import { newAccount } from '../../src/sandbox/world.ts';

const begin = new Date('2026-03-02T02:10:00Z');

interface Toy extends ServedSandbox {
  readonly asked: WireRequest[];
  readonly injected: FaultInput[];
}

const toyFault = (number: number, what: string, settings: object) =>
  ({ number, what, settings, inForce: true }) as ReturnType<ServedSandbox['faults']>[number];

/** Answers every call with the size of its body, but for some paths on which it behaves as a network does. */
function toySandbox(): Toy {
  let now = begin;
  const asked: WireRequest[] = [];
  const injected: FaultInput[] = [];
  return {
    asked,
    injected,
    clock: { now: () => now },
    advanceTo(date) {
      now = date;
    },
    async endpoint(request) {
      asked.push(request);
      if (request.path === '/reset') throw new ConnectionLost('reset');
      if (request.path === '/silence') throw new ConnectionLost('timeout');
      if (request.path === '/bug') throw new Bug('it has a bug');
      if (request.path === '/unwritable')
        return { statusCode: 200, headers: { 'x-amz-meta-a': 'a\nb' }, body: new Uint8Array() };
      const text = `<Size>${request.body.length}</Size>`;
      return {
        statusCode: 200,
        headers: { 'content-type': 'text/xml' },
        body: new TextEncoder().encode(text),
      };
    },
    names: { aliasOf: async () => ({ failed: 'ENOTFOUND' }) },
    http: {
      get: async (url) =>
        url.endsWith('/health')
          ? { status: 200, milliseconds: 40 }
          : { failed: 'ENOTFOUND', milliseconds: 1 },
    },
    environments: { prod: { account: '111122223333', region: 'us-east-1', components: {} } },
    inject(fault) {
      if (fault.what !== 'throttle')
        throw new UsageError({ code: 'FAULT_UNKNOWN', message: 'No such fault', hint: 'throttle' });
      injected.push(fault);
    },
    faults: () => injected.map(({ what, ...settings }, index) => toyFault(index + 1, what, settings)),
    heal(fault) {
      injected.splice(fault - 1, 1);
    },
    overview: () => [],
    scenario: calm,
    world: {
      regions: {
        'us-east-1': {
          rds: {
            timings: { failover: { least: 20 } },
            clusters: [
              { DBClusterIdentifier: 'morpheus-prod', Status: 'available', MasterUserPassword: 'hunter2' },
            ],
          },
          autoScaling: { fleets: [{ group: { AutoScalingGroupName: 'app' }, waiting: [] }] },
        },
      },
      ...emptyHoldings,
      s3: { buckets: { logs: { created: begin, objects: { a: { body: new Uint8Array(3) } } } } } as never,
    },
  };
}

const { cloudTrail, iam, route53 } = newAccount('111122223333', {
  seed: 1,
  now: begin,
  environments: [],
  scenario: calm,
});
const emptyHoldings = { cloudTrail, iam, route53 };

const faults: unknown[] = [];
afterEach(() => {
  expect(faults.splice(0)).toEqual([]);
});

async function served(options: Partial<HttpServerOptions> = {}): Promise<
  HttpServer & {
    readonly sandbox: Toy;
    readonly post: (path: string, init?: RequestInit) => Promise<Response>;
  }
> {
  const sandbox = toySandbox();
  const server = await serveOverHttp({
    sandbox,
    speed: 0,
    port: 0,
    report: (fault) => faults.push(fault),
    ...options,
  });
  onTestFinished(() => server.close());
  const post = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { method: 'POST', ...init });
  return { ...server, sandbox, post };
}

/** Everything that comes back on one connection until the server ends it, or `until` is in it. */
function exchange(
  port: number,
  sent: string | Uint8Array | readonly string[],
  until?: string,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const end = (): void => {
      socket.destroy();
      resolve(received);
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (until !== undefined && received.includes(until)) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    for (const part of Array.isArray(sent) ? sent : [sent]) socket.write(part as string | Uint8Array);
  });
}

const headers = (...lines: string[]) =>
  `${['POST / HTTP/1.1', 'host: localhost', ...lines].join('\r\n')}\r\n\r\n`;

async function answersStill({ port }: HttpServer): Promise<void> {
  const answer = await exchange(port, `${headers('content-length: 2', 'connection: close')}ok`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('<Size>2</Size>');
}

describe('a call over HTTP', () => {
  test('reaches the endpoint as it was sent, and its answer carries the virtual time', async () => {
    const { post, sandbox } = await served();
    const answer = await post('/2015-02-01/a%2Fb%zz?tag=x&tag=y%20z&acl', {
      body: 'hello',
      headers: { 'X-Amz-Target': 'A.B' },
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<Size>5</Size>');
    expect(answer.headers.get('x-runbook-sandbox-now')).toBe(begin.toISOString());
    expect(sandbox.asked).toMatchObject([
      {
        method: 'POST',
        path: '/2015-02-01/a%2Fb%zz',
        query: [
          ['tag', 'x'],
          ['tag', 'y z'],
          ['acl', ''],
        ],
        headers: { 'x-amz-target': 'A.B' },
      },
    ]);
  });

  test('is read whatever way its body comes: in chunks, after 100-continue, several in a row', async () => {
    const { port } = await served();
    const chunked = await exchange(
      port,
      `${headers('transfer-encoding: chunked', 'connection: close')}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    );
    expect(chunked).toContain('<Size>5</Size>');
    const expecting = await exchange(port, [
      headers('expect: 100-continue', 'content-length: 3', 'connection: close'),
      'abc',
    ]);
    expect(expecting).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    const pipelined = await exchange(
      port,
      [1, 2, 3].map(
        (size) =>
          `${headers(`content-length: ${size}`, ...(size === 3 ? ['connection: close'] : []))}${'x'.repeat(size)}`,
      ),
    );
    expect([...pipelined.matchAll(/<Size>(\d)/g)].map(([, size]) => size)).toEqual(['1', '2', '3']);
  });

  test('with more bytes than the limit is refused in the shape of its protocol', async () => {
    const { post, port, sandbox } = await served({ limits: { bodyBytes: 1000 } });
    const json = await post('/', {
      body: 'x'.repeat(1001),
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    });
    expect(json.status).toBe(413);
    expect(await json.json()).toMatchObject({ __type: 'RequestEntityTooLarge' });
    const xml = await post('/', { body: 'x'.repeat(100_000) });
    expect(xml.status).toBe(413);
    expect(await xml.text()).toContain('<Code>RequestEntityTooLarge</Code>');
    const announced = await exchange(
      port,
      headers('expect: 100-continue', 'content-length: 5000'),
      '</ErrorResponse>',
    );
    expect(announced).toMatch(/^HTTP\/1\.1 413 /);
    expect(sandbox.asked).toEqual([]);
    expect((await post('/', { body: 'x'.repeat(1000) })).status).toBe(200);
  });

  test('whose connection is lost gets a reset, or nothing until it gives up', async () => {
    const { post, url, port } = await served({ limits: { silence: minutes(5) } });
    await expect(post('/reset')).rejects.toThrow();
    const giveUp = new AbortController();
    const silent = fetch(`${url}/silence`, { signal: giveUp.signal });
    expect(await exchange(port, `${headers('content-length: 0', 'connection: close')}`)).toContain(
      '<Size>0</Size>',
    );
    giveUp.abort();
    await expect(silent).rejects.toThrow('aborted');
    const impatient = await served({ limits: { silence: 1 } });
    await expect(impatient.post('/silence')).rejects.toThrow();
  });

  test("that meets a fault of the sandbox gets AWS's own internal error, and the fault is reported", async () => {
    const { post } = await served();
    for (const path of ['/bug', '/unwritable']) {
      const answer = await post(path);
      expect(answer.status, path).toBe(500);
      expect(await answer.text()).toContain('<Code>InternalFailure</Code>');
    }
    expect(faults.splice(0)).toEqual([
      new Bug('it has a bug'),
      expect.objectContaining({ code: 'ERR_INVALID_CHAR' }),
    ]);
    expect((await post('/')).status).toBe(200);
  });
});

describe('who is answered', () => {
  test.each([
    '127.0.0.1:4599',
    'localhost',
    'LOCALHOST:80',
    '[::1]:4599',
    'bucket.localhost:4599',
    'rds.us-east-1.amazonaws.com',
  ])('host %s', async (host) => {
    const { port } = await served();
    expect(await exchange(port, `POST / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });

  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'amazonaws.com.evil.example',
    'evilamazonaws.com',
    '',
    'localhost@evil.example',
  ])('not host %j: a name that was made to lead here', async (host) => {
    const { port, sandbox } = await served();
    const answer = await exchange(port, `POST / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(sandbox.asked).toEqual([]);
  });

  test('not a web page, and nobody without a host', async () => {
    const { post, port, sandbox } = await served();
    for (const path of ['/', '/_sandbox/advance'])
      expect(
        (await post(path, { headers: { origin: 'https://evil.example', 'x-runbook-sandbox': '1' } })).status,
      ).toBe(403);
    expect(await exchange(port, 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    // As an image or a link of a page asks: without an origin.
    for (const site of ['cross-site', 'same-site', 'Cross-Site'])
      expect(await exchange(port, headers(`sec-fetch-site: ${site}`, 'connection: close'))).toMatch(
        /^HTTP\/1\.1 403 /,
      );
    expect(sandbox.asked).toEqual([]);
  });

  test('a taken port is told with a way out', async () => {
    const { port } = await served();
    await expect(served({ port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      hint: `runbook sandbox serve --port ${port + 1}`,
    });
  });
});

describe('hostile input', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a method that there is not', 'BREW / HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['a request to a proxy', 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n', 405],
    ['headers without end', `GET / HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(20_000)}`, 431],
    ['two lengths', `${headers('content-length: 1', 'content-length: 2')}x`, 400],
    ['a length and chunks', `${headers('content-length: 1', 'transfer-encoding: chunked')}0\r\n\r\n`, 400],
    ['a length that is none', headers('content-length: -1'), 400],
    ['a broken chunk', `${headers('transfer-encoding: chunked')}zz\r\n`, 400],
    ['another expectation', headers('expect: a-miracle', 'connection: close'), 417],
  ])('%s gets an error in the shape of AWS', async (_what, sent, status) => {
    const server = await served();
    const answer = await exchange(server.port, sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/<ErrorResponse><Error><Type>Sender<\/Type><Code>\w+<\/Code>/);
    await answersStill(server);
  });

  test('a body that drips is not waited for', async () => {
    const server = await served({ limits: { arrival: 50 } });
    const answer = await exchange(server.port, `${headers('content-length: 100')}a`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('<Code>RequestTimeout</Code>');
    await answersStill(server);
  });

  test('an answer is not mixed with the error for what follows its request', async () => {
    const { port } = await served();
    const answer = await exchange(port, [`${headers('content-length: 1')}x`, 'nonsense\r\n\r\n']);
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '400']);
  });

  test('whoever goes away in the middle is forgotten', async () => {
    const server = await served();
    for (let count = 0; count < 20; count++) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () =>
          socket.write(`${headers('content-length: 1000')}abc`, () => socket.resetAndDestroy()),
        );
        socket.on('close', () => resolve());
      });
    }
    await answersStill(server);
  });

  test('whatever is sent, the server answers the next one', async () => {
    const server = await served({ limits: { bodyBytes: 2000, arrival: 200, silence: 1 } });
    const word = fc.string({ unit: 'binary', maxLength: 30 });
    const method = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS') },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom('CONNECT', 'BREW'), word) },
    );
    const path = fc.oneof(
      fc.constantFrom(
        '/',
        '*',
        '//',
        '/%zz',
        '/?%zz&=&a=%',
        '/_sandbox/',
        '/_sandbox/state?full',
        '/_sandbox/advance',
        '/silence',
        '/reset',
        'http://[',
        'http://a/b?c',
      ),
      fc.webPath(),
      word,
    );
    const header = fc.oneof(
      fc.tuple(
        fc.constantFrom(
          'content-length',
          'transfer-encoding',
          'content-encoding',
          'expect',
          'upgrade',
          'connection',
          'content-type',
          'host',
          'x-runbook-sandbox',
        ),
        fc.oneof(
          fc.constantFrom(
            '0',
            '7',
            '-1',
            '99999999999',
            'chunked',
            'gzip, chunked',
            '100-continue',
            'websocket',
            'close',
            '1',
            'application/x-amz-json-1.0',
          ),
          word,
        ),
      ),
      fc.tuple(word, word),
    );
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 4000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    const body = fc.oneof(
      content.map((bytes) => [`content-length: ${bytes.length}\r\n\r\n`, bytes, ''] as const),
      content.map(
        (bytes) =>
          [
            `transfer-encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`,
            bytes,
            bytes.length === 0 ? '\r\n' : '\r\n0\r\n\r\n',
          ] as const,
      ),
      content.map((bytes) => ['\r\n', bytes, ''] as const),
    );
    const headersOf = (lines: readonly (readonly [string, string])[]) =>
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const request = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
      {
        weight: 6,
        arbitrary: fc
          .tuple(method, path, fc.array(header, { maxLength: 3 }), body)
          .map(([m, p, lines, [before, bytes, after]]) =>
            Buffer.concat([
              Buffer.from(`${m} ${p} HTTP/1.1\r\nhost: localhost\r\n${headersOf(lines)}${before}`, 'latin1'),
              bytes,
              Buffer.from(after),
            ]),
          ),
      },
    );
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
        // A last request, broken on purpose, so that the server ends the connection.
        const answer = await exchange(
          server.port,
          Buffer.concat([...requests, Buffer.from('\r\n\r\n\0\r\n\r\n')]),
        );
        for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) statuses.add(Number(status));
        await answersStill(server);
      }),
      { numRuns: 400 },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 413]));
    expect(statuses).not.toContain(500);
  });
});

describe('/_sandbox/', () => {
  const asJson = async (answer: Response) => ({ status: answer.status, content: await answer.json() });
  const guard = { 'x-runbook-sandbox': '1' };

  test('tells the time, and lets it jump', async () => {
    const { url, post } = await served();
    const clock = { now: begin.toISOString(), speed: 0 };
    expect(await asJson(await fetch(`${url}/_sandbox/clock`))).toEqual({ status: 200, content: clock });
    const jump = await post('/_sandbox/advance', { headers: guard, body: '{"by": "30d"}' });
    const now = '2026-04-01T02:10:00.000Z';
    expect(await asJson(jump)).toEqual({ status: 200, content: { now, left: 0 } });
    expect(jump.headers.get('x-runbook-sandbox-now')).toBe(now);
  });

  test.each(['{"by": "10"}', '{"by": 10}', '{}', '[]', '{', '', '{"by": "99999999d"}', '\u0000'])(
    'an advance of %j is refused and nothing passes',
    async (body) => {
      const { post, sandbox } = await served();
      const { status, content } = await asJson(await post('/_sandbox/advance', { headers: guard, body }));
      expect(status).toBe(400);
      expect(content).toMatchObject({ error: { code: 'REQUEST_INVALID' } });
      expect(sandbox.clock.now()).toEqual(begin);
    },
  );

  test('changes nothing without the header that web pages cannot send', async () => {
    const { post, sandbox } = await served();
    for (const route of ['advance', 'inject', 'heal'])
      expect(
        (await post(`/_sandbox/${route}`, { body: '{"by": "1m", "fault": {"what": "throttle"}}' })).status,
      ).toBe(403);
    expect(sandbox.clock.now()).toEqual(begin);
    expect(sandbox.injected).toEqual([]);
  });

  test('injects a fault as it was written, and says why one is refused', async () => {
    const { post, sandbox } = await served();
    const inject = async (fault: unknown) =>
      asJson(await post('/_sandbox/inject', { headers: guard, body: JSON.stringify({ fault }) }));
    expect((await inject({ what: 'throttle', service: 'rds', calls: [1, 3] })).status).toBe(200);
    expect(sandbox.injected).toEqual([{ what: 'throttle', service: 'rds', calls: [1, 3] }]);
    expect(await inject({ what: 'meteor' })).toEqual({
      status: 400,
      content: { error: { code: 'FAULT_UNKNOWN', message: 'No such fault', hint: 'throttle' } },
    });
    for (const fault of [undefined, 'throttle', {}, { what: 1 }])
      expect((await inject(fault)).status).toBe(400);
  });

  test('ends a fault by its number, or all of them, and says which there are', async () => {
    const { post, sandbox } = await served();
    for (const service of ['rds', 'ec2', 'efs']) sandbox.inject({ what: 'throttle', service });
    const heal = async (body: object) =>
      asJson(await post('/_sandbox/heal', { headers: guard, body: JSON.stringify(body) }));
    expect(await heal({ fault: 4 })).toMatchObject({
      status: 400,
      content: { error: { code: 'FAULT_NUMBER_UNKNOWN', message: expect.stringContaining('1, 2, 3') } },
    });
    expect(await heal({ fault: 2 })).toMatchObject({
      status: 200,
      content: { ended: [{ number: 2, settings: { service: 'ec2' } }] },
    });
    expect(sandbox.injected).toEqual([
      { what: 'throttle', service: 'rds' },
      { what: 'throttle', service: 'efs' },
    ]);
    expect((await heal({})).content).toMatchObject({ ended: [{ number: 1 }, { number: 2 }] });
  });

  test('says in few words what there is, and in full on demand, of one service on demand', async () => {
    const { url } = await served();
    const state = async (query: string) => asJson(await fetch(`${url}/_sandbox/state${query}`));
    const clusters = {
      place: 'us-east-1',
      service: 'rds',
      kind: 'clusters',
      count: 1,
      named: [{ name: 'morpheus-prod', status: 'available' }],
    };
    expect((await state('')).content).toEqual({
      now: begin.toISOString(),
      speed: 0,
      scenario: { id: 'calm', title: calm.title },
      faults: [],
      environments: [],
      summary: [
        clusters,
        { place: 'us-east-1', service: 'autoScaling', kind: 'fleets', count: 1, named: [{ name: 'app' }] },
        { place: 'global', service: 's3', kind: 'buckets', count: 1, named: [{ name: 'logs' }] },
      ],
    });
    expect((await state('?service=rds')).content).toMatchObject({ summary: [clusters] });
    expect((await state('?service=s3&full')).content).toMatchObject({
      resources: {
        global: {
          s3: { buckets: { logs: { created: begin.toISOString(), objects: { a: { body: '3 bytes' } } } } },
        },
      },
    });
    const { content } = await state('?service=rds&full');
    expect(JSON.stringify(content)).toContain('"MasterUserPassword":"(not shown)"');
    expect(await state('?service=ses')).toMatchObject({
      status: 400,
      content: { error: { code: 'SERVICE_UNKNOWN' } },
    });
  });

  test('describes its environments, and asks the health URL as users do', async () => {
    const { url, sandbox } = await served();
    const get = async (path: string) => asJson(await fetch(`${url}/_sandbox/${path}`));
    expect((await get('environments')).content).toEqual({ environments: sandbox.environments });
    const health = encodeURIComponent('https://morpheus.example.com/health');
    expect((await get(`http-probe?url=${health}&timeout=5s`)).content).toEqual({
      status: 200,
      milliseconds: 40,
    });
    expect((await get('http-probe?url=nothing')).status).toBe(400);
    expect((await get(`http-probe?url=${health}&timeout=soon`)).status).toBe(400);
  });

  test.each(['GET advance', 'POST clock', 'GET ', 'GET constructor', 'DELETE state', 'GET clock/'])(
    '%s is no route',
    async (route) => {
      const { url } = await served();
      const [method = '', name = ''] = route.split(' ');
      const answer = await fetch(`${url}/_sandbox/${name}`, { method, headers: guard });
      expect(await asJson(answer)).toMatchObject({
        status: 404,
        content: { error: { code: 'ROUTE_UNKNOWN' } },
      });
    },
  );
});
