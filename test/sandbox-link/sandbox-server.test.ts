import { createServer, type RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OperatorError, UsageError } from '../../src/errors.ts';
import { linkedProbe } from '../../src/sandbox-link/linked-probe.ts';
import { isLoopback, sandboxListeningAt, sandboxServer } from '../../src/sandbox-link/sandbox-server.ts';

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}

const answering = (status: number, text: string) =>
  listening((_request, response) => response.writeHead(status).end(text));

/** A port on which nobody listens any more. */
async function abandoned(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}

const clock = '{"now":"2026-03-02T02:10:00.000Z","speed":60}';

describe('a sandbox in another process', () => {
  test('is recognised by its clock, and nothing else is', async () => {
    expect(await sandboxListeningAt(await answering(200, clock))).toBeDefined();
    expect(await sandboxListeningAt(await answering(200, '{"services":{"s3":"running"}}'))).toBeUndefined();
    expect(await sandboxListeningAt(await answering(200, '<html>'))).toBeUndefined();
    expect(await sandboxListeningAt(await answering(404, clock))).toBeUndefined();
    expect(await sandboxListeningAt(await abandoned())).toBeUndefined();
  });

  test('is asked under its own routes, whatever path the address had, with the header that POSTs need', async () => {
    const asked: unknown[] = [];
    const url = await listening((request, response) => {
      asked.push([request.method, request.url, request.headers['x-runbook-sandbox']]);
      response.end('{}');
    });
    await sandboxServer(`${url}/some/path`).get('state', { service: 'a b' });
    await sandboxServer(url).post('advance', { by: '10m' });
    expect(asked).toEqual([
      ['GET', '/_sandbox/state?service=a+b', undefined],
      ['POST', '/_sandbox/advance', '1'],
    ]);
  });

  test('that is not there is told apart from something else that is', async () => {
    const ask = (url: string) => sandboxServer(url).get('clock');
    await expect(ask(await abandoned())).rejects.toMatchObject({
      code: 'SANDBOX_NOT_RUNNING',
      hint: expect.stringContaining('runbook sandbox serve'),
    });
    await expect(ask(await answering(404, '<html>'))).rejects.toMatchObject({ code: 'NOT_A_SANDBOX' });
    await expect(ask(await answering(404, '{"message":"no"}'))).rejects.toMatchObject({
      code: 'NOT_A_SANDBOX',
    });
  });

  test('says itself what was wrong: with the request, or with it', async () => {
    const error = '{"error":{"code":"FAULT_UNKNOWN","message":"No such fault","hint":"throttle"}}';
    const refused = sandboxServer(await answering(400, error)).post('inject', {});
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toMatchObject({ code: 'FAULT_UNKNOWN', hint: 'throttle' });
    const failed = sandboxServer(await answering(500, error)).post('inject', {});
    await expect(failed).rejects.toSatisfy((e) => e instanceof OperatorError && !(e instanceof UsageError));
  });

  test('that never answers is given up', async () => {
    const server = sandboxServer(await listening(() => {}));
    await expect(server.get('clock', {}, { patience: 1 })).rejects.toMatchObject({
      code: 'SANDBOX_NOT_RUNNING',
    });
  });
});

test.each([
  ['http://127.0.0.1:4599', true],
  ['http://localhost:4566/', true],
  ['http://[::1]:4599', true],
  ['http://sandbox.localhost', true],
  ['https://127.0.0.1:4599', false],
  ['https://rds.us-east-1.amazonaws.com', false],
  ['http://127.0.0.1.evil.example', false],
  ['localhost:4599', false],
  ['', false],
])('whether %j is on this machine: %s', (url, expected) => {
  expect(isLoopback(url)).toBe(expected);
});

test('the health URL is asked for in the served world, and no answer is an answer too', async () => {
  const asked: unknown[] = [];
  const url = await listening((request, response) => {
    asked.push(request.url);
    response.end('{"status":503,"milliseconds":70}');
  });
  const { signal } = new AbortController();
  expect(await linkedProbe(sandboxServer(url)).get('https://a/health?b', 2000, signal)).toEqual({
    status: 503,
    milliseconds: 70,
  });
  expect(asked).toEqual(['/_sandbox/http-probe?url=https%3A%2F%2Fa%2Fhealth%3Fb&timeout=2s']);
  const nobody = linkedProbe(sandboxServer(await abandoned()));
  expect(await nobody.get('https://a/health', 2000, signal)).toMatchObject({
    failed: expect.stringContaining('No sandbox'),
  });
});
