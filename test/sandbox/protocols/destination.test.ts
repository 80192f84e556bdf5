import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../../src/sandbox/protocols/destination.ts';
import type { WireRequest } from '../../../src/sandbox/protocols/protocol.ts';

const request = (host: string, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'GET',
  host,
  path: '/',
  query: [],
  headers: {},
  body: new Uint8Array(),
  ...more,
});

describe('the service and the Region of a request', () => {
  it.each([
    ['ec2.us-east-2.amazonaws.com', 'ec2', 'us-east-2'],
    ['ec2.us-east-2.amazonaws.com:443', 'ec2', 'us-east-2'],
    ['ec2.us-east-2.api.aws', 'ec2', 'us-east-2'],
    ['monitoring.us-gov-west-1.amazonaws.com', 'monitoring', 'us-gov-west-1'],
    ['iam.amazonaws.com', 'iam', 'us-east-1'],
    ['route53.amazonaws.com', 'route53', 'us-east-1'],
    ['sts.amazonaws.com', 'sts', 'us-east-1'],
    ['s3.amazonaws.com', 's3', 'us-east-1'],
    ['s3.eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['bucket.s3.amazonaws.com', 's3', 'us-east-1'],
    ['bucket.with.dots.s3.eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['bucket.s3.dualstack.eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['127.0.0.1:4599', undefined, 'us-east-1'],
    ['localhost', undefined, 'us-east-1'],
    ['', undefined, 'us-east-1'],
  ])('follow from the host %s', (host, signingName, region) => {
    expect(destinationOf(request(host))).toEqual({ signingName, region });
  });

  const elsewhere = 'ec2.us-east-2.amazonaws.com';

  it('follow from the signature before the host', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKID/20260302/eu-west-1/rds/aws4_request, SignedHeaders=host, Signature=00';
    expect(destinationOf(request(elsewhere, { headers: { authorization } }))).toEqual({
      signingName: 'rds',
      region: 'eu-west-1',
    });
  });

  it.each(['constructor', '__proto__', 'us-east', 'US-EAST-1', `${'x'.repeat(500)}-1`, 'local'])(
    'are no Region where the signature says %s',
    (named) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKID/20260302/${named}/rds/aws4_request, Signature=00`;
      expect(destinationOf(request(elsewhere, { headers: { authorization } })).region).toBeUndefined();
    },
  );

  it('follow from a presigned URL before the host', () => {
    const query = [['X-Amz-Credential', 'AKID/20260302/eu-west-1/s3/aws4_request']] as const;
    expect(destinationOf(request(elsewhere, { query }))).toEqual({ signingName: 's3', region: 'eu-west-1' });
  });

  it('are those of S3 where a URL is presigned the old way, which the AWS CLI still does', () => {
    const query = ['AWSAccessKeyId', 'Signature', 'Expires'].map((name) => [name, 'x'] as const);
    expect(destinationOf(request('127.0.0.1:4599', { query })).signingName).toBe('s3');
    expect(destinationOf(request('127.0.0.1:4599', { query: query.slice(1) })).signingName).toBeUndefined();
  });
});
