import { describe, expect, test } from 'vitest';
import { certificates } from '../../../src/sandbox/morpheus-prod/certificates.ts';
import {
  certificateArn,
  dns,
  recovery,
  recoveryCertificateArn,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { acmOperations } from '../../../src/sandbox/services/acm/index.ts';
import { route53Operations } from '../../../src/sandbox/services/route-53/index.ts';
import { elsewhere, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, prod } from './stack.ts';

const aws = acmOperations;
const day = 86_400;

const describeIn = (world: World, CertificateArn: string | undefined = certificateArn) => {
  const { Certificate } = aws.DescribeCertificate(world, { CertificateArn });
  if (Certificate === undefined) throw new Error('no certificate');
  return Certificate;
};

const request = (world: World, more: object = {}) =>
  aws.RequestCertificate(world, { DomainName: 'new.example.com', ValidationMethod: 'DNS', ...more })
    .CertificateArn;

const recoverySide = (world: World = prod()): World => elsewhere(world, 'us-west-2');

/** Nothing but the certificates of a Region: days pass quickly there. */
function bare(region: string): World {
  const world = elsewhere(newWorld({ seed: 7, environments: [] }), region);
  world.acm = certificates(world);
  return world;
}

const point = (
  world: World,
  { Name, Value }: { Name?: string | undefined; Value?: string | undefined } = {},
) =>
  route53Operations.ChangeResourceRecordSets(world, {
    HostedZoneId: dns.zoneId,
    ChangeBatch: {
      Changes: [
        {
          Action: 'CREATE',
          ResourceRecordSet: { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value }] },
        },
      ],
    },
  });

const tried = (world: World, arn: string | undefined): boolean =>
  world.transitions.some(({ event }) => 'certificate' in event && event.certificate === arn);

describe('Certificate Manager', () => {
  test('rule 1: the certificate of the load balancer, and unknown ones', () => {
    const world = prod();
    expect(describeIn(world)).toMatchObject({
      Status: 'ISSUED',
      DomainName: 'morpheus.example.com',
      Type: 'AMAZON_ISSUED',
      RenewalEligibility: 'ELIGIBLE',
    });
    const unknown = certificateArn.replace(/.$/, '9');
    expect(faultOf(() => describeIn(world, unknown))).toEqual({
      code: 'ResourceNotFoundException',
      message: `Could not find certificate ${unknown} in account 111122223333.`,
    });
    expect(faultOf(() => describeIn(world, recoveryCertificateArn)).code).toBe('ResourceNotFoundException');
    expect(faultOf(() => describeIn(world, 'x')).code).toBe('InvalidArnException');
  });

  test('rule 2: lists are filtered and sorted', () => {
    const world = prod();
    const arn = request(world);
    const elliptic = request(world, { DomainName: 'ec.example.com', KeyAlgorithm: 'EC_prime256v1' });
    const list = (input: object) =>
      aws.ListCertificates(world, input).CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn);
    expect(list({})).toEqual([certificateArn, arn]);
    expect(list({ Includes: { keyTypes: ['EC_prime256v1'] } })).toEqual([elliptic]);
    expect(list({ CertificateStatuses: ['PENDING_VALIDATION'] })).toEqual([arn]);
    expect(list({ Includes: { keyUsage: ['DIGITAL_SIGNATURE'] } })).toEqual([certificateArn]);
    expect(list({ SortBy: 'CREATED_AT', SortOrder: 'DESCENDING' })).toEqual([arn, certificateArn]);
    expect(faultOf(() => list({ SortBy: 'CREATED_AT' })).code).toBe('InvalidArgsException');
    const page = aws.ListCertificates(world, { MaxItems: 1 });
    expect(page.CertificateSummaryList).toMatchObject([{ InUse: true, Status: 'ISSUED' }]);
    expect(list({ MaxItems: 1, NextToken: page.NextToken })).toEqual([arn]);
    expect(faultOf(() => list({ NextToken: 'x' })).code).toBe('InvalidArgsException');
  });

  test('rules 3 and 7: a renewal that nobody proves fails, and the certificate expires', () => {
    const world = bare('us-west-2');
    const before = describeIn(world, recoveryCertificateArn);
    const left = (Number(before.NotAfter) - world.now.getTime()) / (day * 1000);
    expect(left).toBeGreaterThan(16);
    expect(left).toBeLessThan(18);
    expect(before).toMatchObject({
      Status: 'ISSUED',
      InUseBy: [recovery.loadBalancerArn],
      RenewalSummary: {
        RenewalStatus: 'PENDING_VALIDATION',
        DomainValidationOptions: [
          { DomainName: 'morpheus.example.com', ValidationStatus: 'SUCCESS' },
          { DomainName: 'recovery.example.com', ValidationStatus: 'PENDING_VALIDATION' },
        ],
      },
    });
    pass(world, 5 * day);
    expect(describeIn(world, recoveryCertificateArn)).toEqual(before);
    expect(tried(world, recoveryCertificateArn)).toBe(true);
    pass(world, 13 * day);
    expect(describeIn(world, recoveryCertificateArn)).toMatchObject({
      Status: 'EXPIRED',
      RenewalSummary: { RenewalStatus: 'FAILED' },
    });
    expect(tried(world, recoveryCertificateArn)).toBe(false);
  });

  test('rule 4: a request waits for its record', () => {
    const world = prod();
    const arn = request(world, { SubjectAlternativeNames: ['morpheus.example.com'] });
    expect(describeIn(world, arn).Status).toBe('PENDING_VALIDATION');
    expect(first(describeIn(world, arn).DomainValidationOptions)).not.toHaveProperty('ResourceRecord');
    pass(world, 6);
    const [own, shared] = describeIn(world, arn).DomainValidationOptions ?? [];
    expect(own?.ResourceRecord?.Name).toMatch(/^_[0-9a-f]{32}\.new\.example\.com\.$/);
    expect(own?.ResourceRecord?.Value).toMatch(/\.acm-validations\.aws\.$/);
    expect(shared?.ResourceRecord).toEqual(first(describeIn(world).DomainValidationOptions).ResourceRecord);
    const again = request(world);
    pass(world, 6);
    expect(first(describeIn(world, again).DomainValidationOptions).ResourceRecord).toEqual(
      own?.ResourceRecord,
    );
    expect(faultOf(() => request(world, { DomainName: 'not a name' })).code).toBe('ValidationException');
  });

  test('rule 7: with the record in place it is renewed within an hour', () => {
    const world = recoverySide();
    const before = describeIn(world, recoveryCertificateArn);
    point(world, before.RenewalSummary?.DomainValidationOptions?.[1]?.ResourceRecord);
    pass(world, 3700);
    const after = describeIn(world, recoveryCertificateArn);
    expect(after).toMatchObject({ Status: 'ISSUED', RenewalSummary: { RenewalStatus: 'SUCCESS' } });
    expect(after.Serial).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(after.Serial).not.toBe(before.Serial);
    expect(Number(after.NotAfter) - world.now.getTime()).toBeGreaterThan(394 * day * 1000);
    expect(tried(world, recoveryCertificateArn)).toBe(false);
  });

  test('rule 5: with the record in place it is issued within minutes', () => {
    const world = prod();
    const arn = request(world);
    pass(world, 6);
    point(world, first(describeIn(world, arn).DomainValidationOptions).ResourceRecord);
    pass(world, 700);
    expect(describeIn(world, arn)).toMatchObject({
      Status: 'ISSUED',
      DomainValidationOptions: [{ ValidationStatus: 'SUCCESS' }],
    });
    expect(aws.GetCertificate(world, { CertificateArn: arn }).Certificate).toContain('BEGIN CERTIFICATE');
    expect(tried(world, arn)).toBe(false);
  });

  test('rule 5: without the record it is given up after three days', () => {
    const world = bare('us-east-1');
    const arn = request(world);
    pass(world, 3 * day - 400);
    expect(describeIn(world, arn).Status).toBe('PENDING_VALIDATION');
    pass(world, 800);
    expect(describeIn(world, arn).Status).toBe('VALIDATION_TIMED_OUT');
    expect(tried(world, arn)).toBe(false);
  });

  test('rule 6: the same token gives the same certificate for an hour', () => {
    const world = prod();
    const arn = request(world, { IdempotencyToken: 'token1' });
    expect(request(world, { IdempotencyToken: 'token1' })).toBe(arn);
    expect(request(world, { IdempotencyToken: 'token1', DomainName: 'other.example.com' })).not.toBe(arn);
    expect(request(world, { IdempotencyToken: 'token2' })).not.toBe(arn);
    pass(world, 3601);
    expect(request(world, { IdempotencyToken: 'token1' })).not.toBe(arn);
    expect(faultOf(() => request(world, { IdempotencyToken: 'a-b' })).code).toBe('ValidationException');
  });

  test('rule 8: a certificate in use stays', () => {
    const world = prod();
    expect(faultOf(() => aws.DeleteCertificate(world, { CertificateArn: certificateArn }))).toEqual({
      code: 'ResourceInUseException',
      message: `Certificate ${certificateArn} in account 111122223333 is in use.`,
    });
    const CertificateArn = request(world);
    aws.DeleteCertificate(world, { CertificateArn });
    expect(faultOf(() => describeIn(world, CertificateArn)).code).toBe('ResourceNotFoundException');
  });

  test('rule 9: the text of a certificate', () => {
    const world = prod();
    const { Certificate = '', CertificateChain } = aws.GetCertificate(world, {
      CertificateArn: certificateArn,
    });
    expect(Certificate).toMatch(
      /^-----BEGIN CERTIFICATE-----\n(MII[\w+/]{61}\n)([\w+/]{64}\n)+-----END CERTIFICATE-----\n$/,
    );
    expect(CertificateChain?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(Certificate + CertificateChain).not.toContain('PRIVATE');
    expect(aws.GetCertificate(world, { CertificateArn: certificateArn }).Certificate).toBe(Certificate);
    const CertificateArn = request(world);
    expect(faultOf(() => aws.GetCertificate(world, { CertificateArn })).code).toBe(
      'RequestInProgressException',
    );
  });

  test('rule 10: tags come and go', () => {
    const world = prod();
    const of = { CertificateArn: certificateArn };
    aws.AddTagsToCertificate(world, { ...of, Tags: [{ Key: 'Project', Value: 'other' }] });
    aws.RemoveTagsFromCertificate(world, { ...of, Tags: [{ Key: 'Environment' }] });
    expect(aws.ListTagsForCertificate(world, of).Tags).toEqual([{ Key: 'Project', Value: 'other' }]);
  });
});
