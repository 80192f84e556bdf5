import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { setDesiredCapacity } from '../../src/aws/auto-scaling.ts';
import { describeImage } from '../../src/aws/ec2.ts';
import { systemClock } from '../../src/clock.ts';
import { AwsCallError, Interrupted } from '../../src/errors.ts';
import { cannedAws } from './canned-aws.ts';

/** The whole way, over a socket: a session as it is for AWS itself, and a server in its place. */
async function served(listener: RequestListener, attemptLimit: number) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return cannedAws(() => ({}), { requestHandler: undefined, attemptLimit, maxAttempts: 2 });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Long enough for a request to reach the server on a busy machine. */
const short = 200;
const neverReached = 60_000;
const image = '<r><imagesSet><item><imageId>ami-1</imageId></item></imagesSet></r>';
const never = (signal: AbortSignal) => systemClock.sleep(neverReached, signal);

/** Sends a byte of the body now and then, for as long as there is somebody to read it. */
async function drip(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write(' ');
    await systemClock.sleep(5);
  }
}

const timedOut = { code: 'AWS_UNREACHABLE', awsCode: 'TimeoutError', transient: true };

describe('an answer that does not come to its end', () => {
  it.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    ['stops after its headers', (_request, response) => response.writeHead(200).flushHeaders()],
    ['drips', (_request, response) => drip(response)],
  ])('ends the attempt, which is made again: one that %s', async (_what, listener) => {
    const aws = await served(listener, short);
    const failed = describeImage(aws.reading(describeImage), 'ami-1');
    await expect(failed).rejects.toThrow(AwsCallError);
    await expect(failed).rejects.toMatchObject(timedOut);
    await expect(failed).rejects.toThrow(/No answer to ec2:DescribeImages .*after 2 attempts.*not complete/);
    expect(aws.records).toMatchObject([{ attempts: 2, error: 'TimeoutError' }]);
  });

  it('is cut off, so that nothing keeps the process from ending', async () => {
    const ends: Promise<void>[] = [];
    const aws = await served((_request, response) => ends.push(drip(response)), short);
    await expect(describeImage(aws.reading(describeImage), 'ami-1')).rejects.toThrow(AwsCallError);
    expect(await Promise.all(ends)).toHaveLength(2);
  });

  it('leaves in doubt whether a write took effect', async () => {
    const aws = await served((_request, response) => response.writeHead(200).flushHeaders(), short);
    const failed = setDesiredCapacity(aws.changing(setDesiredCapacity), 'app', 4);
    await expect(failed).rejects.toMatchObject(timedOut);
    await expect(failed).rejects.toThrow(/AWS may have done it all the same/);
  });
});

describe('an interruption while an attempt is under way', () => {
  it('abandons a read at once', async () => {
    const stop = new AbortController();
    const aws = await served((_request, response) => {
      response.writeHead(200).flushHeaders();
      stop.abort();
    }, neverReached);
    const call = describeImage(aws.reading(describeImage, { signal: stop.signal }), 'ami-1');
    await expect(call).rejects.toThrow(Interrupted);
    expect(aws.records).toMatchObject([{ attempts: 1, error: 'Interrupted' }]);
  });

  it('lets a write have its answer', async () => {
    const stop = new AbortController();
    const aws = await served(async (_request, response) => {
      response.writeHead(200).flushHeaders();
      stop.abort();
      await never(stop.signal).catch(() => response.end('<r/>'));
    }, neverReached);
    const call = setDesiredCapacity(aws.changing(setDesiredCapacity, { signal: stop.signal }), 'app', 4);
    await expect(call).resolves.toBeUndefined();
    expect(aws.records).toMatchObject([{ attempts: 1, write: true }]);
    expect(aws.records[0]).not.toHaveProperty('error');
  });

  it('waits for a write that hangs no longer than its limit', async () => {
    const stop = new AbortController();
    const aws = await served(() => stop.abort(), short);
    const call = setDesiredCapacity(aws.changing(setDesiredCapacity, { signal: stop.signal }), 'app', 4);
    await expect(call).rejects.toThrow(Interrupted);
    expect(aws.records).toMatchObject([{ attempts: 1, error: 'Interrupted' }]);
  });
});

it('keeps the connection for the next call where the answer came in time', async () => {
  const connections = new Set<unknown>();
  const aws = await served((request, response) => {
    connections.add(request.socket);
    response.end(image);
  }, neverReached);
  for (let call = 0; call < 3; call += 1) {
    expect(await describeImage(aws.reading(describeImage), 'ami-1')).toEqual({ ImageId: 'ami-1' });
  }
  expect(connections.size).toBe(1);
});
