import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { WireRequest } from '../../src/sandbox/protocols/protocol.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';

const sandbox = await openSandbox();
const most = 20_000_000;

async function sent(
  signingName: string,
  body: string | Uint8Array,
  { region = 'us-east-1', headers = {}, ...more }: Partial<WireRequest> & { region?: string } = {},
): Promise<{ status: number; text: string }> {
  const answer = await sandbox.endpoint({
    method: 'POST',
    host: 'localhost',
    path: '/',
    query: [],
    ...more,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260302/${region}/${signingName}/aws4_request, SignedHeaders=host, Signature=00`,
      ...headers,
    },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  });
  return { status: answer.statusCode, text: new TextDecoder().decode(answer.body) };
}

const ssm = (body: string | Uint8Array, operation = 'GetParameters', headers = {}) =>
  sent('ssm', body, {
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${operation}`,
      ...headers,
    },
  });

const form = (signingName: string, body: string) =>
  sent(signingName, body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });

const describeClusters = 'Action=DescribeDBClusters&Version=2014-10-31';

const cbor = (body: Uint8Array) =>
  sent('monitoring', body, {
    path: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
  });

const xml = (body: string) =>
  sent('route53', body, {
    path: '/2013-04-01/hostedzone/Z0123456789/rrset',
    headers: { 'content-type': 'text/xml' },
  });

describe('what no AWS client sends', () => {
  test.each<readonly [string, () => Promise<{ status: number; text: string }>, string]>([
    ['deep JSON', () => ssm('['.repeat(most)), 'SerializationException'],
    [
      'deep JSON that is whole',
      () => ssm(`{"Names":${'['.repeat(99)}${']'.repeat(99)}}`),
      'SerializationException',
    ],
    ['long JSON', () => ssm(`{"Names":[${'1,'.repeat(most / 2 - 20)}1]}`), 'SerializationException'],
    [
      'JSON that unzips to more than a body may have',
      () =>
        ssm(gzipSync(`{"Names":["${'a'.repeat(most)}"]}`), 'GetParameters', { 'content-encoding': 'gzip' }),
      'SerializationException',
    ],
    [
      'a key of many dots',
      () => form('rds', `${describeClusters}&${'a.'.repeat(most / 2 - 50)}=1`),
      'ValidationError',
    ],
    ['a deep key', () => form('rds', `${describeClusters}&${'a.'.repeat(70)}=1`), 'ValidationError'],
    [
      'a form of many parameters',
      () => form('rds', describeClusters + '&a='.repeat(most / 3 - 50)),
      'ValidationError',
    ],
    [
      'a form of many long keys',
      () =>
        form(
          'ec2',
          `Action=DescribeVpcs&Version=2016-11-15${Array.from({ length: 90_000 }, (_, index) => `&${index}${'.b'.repeat(30)}`).join('')}`,
        ),
      'InvalidQueryParameter',
    ],
    ['deep CBOR', () => cbor(new Uint8Array(most).fill(0x81)), 'SerializationException'],
    ['deep XML', () => xml('<a>'.repeat(most / 3)), 'MalformedInput'],
    ['long XML', () => xml(`<a>${'<b/>'.repeat(most / 5)}</a>`), 'MalformedInput'],
  ])('%s is refused, soon', async (_what, send, code) => {
    const answer = await send();
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(code);
  });

  test('a Region that can be none is refused, and none is kept that was only looked at', async () => {
    for (const region of ['constructor', '__proto__', 'x'.repeat(5000), 'us-east', 'US-EAST-1']) {
      const answer = await sent('ssm', '{}', {
        region,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AmazonSSM.DescribeParameters',
        },
      });
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.text).toContain('Credential should be scoped to a valid region.');
    }
    const stored: string[] = [];
    const fresh = await openSandbox({ store: (world) => stored.push(world) });
    const ask = (region: string, operation: string, input: object) =>
      fresh.endpoint({
        method: 'POST',
        host: 'localhost',
        path: '/',
        query: [],
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260302/${region}/ssm/aws4_request, SignedHeaders=host, Signature=00`,
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AmazonSSM.${operation}`,
        },
        body: new TextEncoder().encode(JSON.stringify(input)),
      });
    await ask('eu-north-1', 'DescribeParameters', {});
    await ask('ap-south-1', 'PutParameter', { Name: 'there', Type: 'String', Value: 'v' });
    const regions = Object.keys(JSON.parse(stored.at(-1) ?? '{}').regions);
    expect(regions).toContain('ap-south-1');
    expect(regions).not.toContain('eu-north-1');
  });

  test('numbers that are none are refused', async () => {
    const answer = await form(
      'autoscaling',
      'Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=morpheus-prod-app&DesiredCapacity=Infinity',
    );
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.text).toContain('Member must be of the modelled type');
  });
});
