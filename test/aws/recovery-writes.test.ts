import { expect, test } from 'vitest';
import { tagGroup, untagGroup } from '../../src/aws/auto-scaling.ts';
import { createBroker, deleteBroker } from '../../src/aws/mq.ts';
import { createDomain } from '../../src/aws/opensearch.ts';
import { answersTo } from '../../src/aws/route-53.ts';
import { SecretValue } from '../../src/aws/secret-value.ts';
import { cannedAws, queryAnswer, type SentRequest } from './canned-aws.ts';

const password = new SecretValue('a-Password-of-16');
const tags = { 'runbook:run': 'one' };
const place = { subnets: ['subnet-1'], securityGroups: ['sg-1'], user: 'morpheus', password, tags };

/** Of a REST protocol, which the wire of these tests takes for a form. */
const bodyOf = (sent: SentRequest | undefined): unknown =>
  JSON.parse(
    Object.entries(sent?.fields ?? {})
      .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
      .join('&'),
  );

test('tags of a group are handed on to its instances, and taken off by their keys', async () => {
  const aws = cannedAws(({ operation }) => queryAnswer(operation, ''));
  await tagGroup(aws.changing(tagGroup), 'app', tags);
  await untagGroup(aws.changing(untagGroup), 'app', Object.keys(tags));
  expect(aws.sent[0]?.fields).toMatchObject({
    'Tags.member.1.ResourceId': 'app',
    'Tags.member.1.Key': 'runbook:run',
    'Tags.member.1.Value': 'one',
    'Tags.member.1.PropagateAtLaunch': 'true',
  });
  expect(aws.sent[1]?.fields).toMatchObject({ Action: 'DeleteTags', 'Tags.member.1.Key': 'runbook:run' });
});

test('a broker gets its one user with the password, which no record has', async () => {
  const aws = cannedAws(() => ({ body: JSON.stringify({ brokerId: 'b-1' }) }));
  const wanted = {
    name: 'queue',
    engineVersion: '3.13',
    instanceType: 'mq.m5.large',
    deploymentMode: 'SINGLE_INSTANCE' as const,
    token: 'the-token',
    ...place,
  };
  expect(await createBroker(aws.changing(createBroker), wanted)).toBe('b-1');
  expect(bodyOf(aws.sent[0])).toMatchObject({
    users: [{ username: 'morpheus', password: 'a-Password-of-16' }],
    creatorRequestId: 'the-token',
    publiclyAccessible: false,
  });
  expect(JSON.stringify(aws.records)).not.toContain('a-Password-of-16');
});

test('a broker that is gone is deleted already', async () => {
  const gone = {
    status: 404,
    headers: { 'x-amzn-errortype': 'NotFoundException' },
    body: '{"message":"gone"}',
  };
  const aws = cannedAws(() => gone);
  await deleteBroker(aws.changing(deleteBroker), 'b-1');
  expect(aws.sent).toHaveLength(1);
});

test('a domain is encrypted on all its ways, and its master user has the password, which no record has', async () => {
  const aws = cannedAws(() => ({ body: '{}' }));
  await createDomain(aws.changing(createDomain), {
    name: 'logs',
    engineVersion: 'OpenSearch_2.5',
    instanceType: 'r6g.large.search',
    instanceCount: 3,
    zones: 3,
    volume: { type: 'gp3', gibibytes: 200 },
    accessPolicy: '{}',
    ...place,
  });
  expect(bodyOf(aws.sent[0])).toMatchObject({
    ClusterConfig: { ZoneAwarenessEnabled: true, ZoneAwarenessConfig: { AvailabilityZoneCount: 3 } },
    EncryptionAtRestOptions: { Enabled: true },
    NodeToNodeEncryptionOptions: { Enabled: true },
    DomainEndpointOptions: { EnforceHTTPS: true },
    AdvancedSecurityOptions: { MasterUserOptions: { MasterUserPassword: 'a-Password-of-16' } },
  });
  expect(JSON.stringify(aws.records)).not.toContain('a-Password-of-16');
});

test('the addresses that a name server answers are in order, so that two answers can be compared', async () => {
  const record = (address: string) => `<RecordDataEntry>${address}</RecordDataEntry>`;
  const aws = cannedAws(() => ({
    body: `<TestDNSAnswerResponse><RecordData>${record('198.51.100.9')}${record('198.51.100.12')}</RecordData></TestDNSAnswerResponse>`,
  }));
  expect(await answersTo(aws.reading(answersTo), 'Z1', 'x.example.com')).toEqual([
    '198.51.100.12',
    '198.51.100.9',
  ]);
});
