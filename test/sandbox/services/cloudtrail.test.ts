import { describe, expect, test } from 'vitest';
import { later } from '../../../src/sandbox/schedule.ts';
import { cloudTrailOperations } from '../../../src/sandbox/services/cloudtrail/index.ts';
import { type CarriedOut, recordCall } from '../../../src/sandbox/services/cloudtrail/record.ts';
import { redacted } from '../../../src/sandbox/services/cloudtrail/redaction.ts';
import {
  accountOf,
  elsewhere,
  newAccount,
  seenFrom,
  snapshot,
  type World,
} from '../../../src/sandbox/world.ts';
import { faultOf, first } from './stack.ts';

const empty = (): World =>
  seenFrom(
    newAccount('111122223333', {
      seed: 7,
      now: new Date('2026-03-02T02:10:00Z'),
      environments: [],
      scenario: { id: 'calm', title: 'Calm', brief: '' },
    }),
    'us-east-1',
  );

const pass = (world: World, seconds: number): void => {
  accountOf(world).now = later(world.now, seconds * 1000);
};

let calls = 0;
function record(world: World, operation: string, more: Partial<CarriedOut> = {}): string {
  calls += 1;
  const requestId = `00000000-0000-4000-8000-${String(calls).padStart(12, '0')}`;
  recordCall(world, {
    service: 'rds',
    operation,
    input: {},
    readOnly: false,
    requestId,
    region: 'us-east-1',
    ...more,
  });
  return requestId;
}

const lookUp = (world: World, input: Parameters<typeof cloudTrailOperations.LookupEvents>[1] = {}) =>
  cloudTrailOperations.LookupEvents(world, input).Events;

const by = (AttributeKey: string, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey: AttributeKey as 'EventName', AttributeValue }],
});

describe('CloudTrail', () => {
  test('rule 1: calls are found after some minutes, newest first', () => {
    const world = empty();
    record(world, 'FailoverDBCluster');
    pass(world, 60);
    record(world, 'ModifyDBCluster');
    expect(lookUp(world)).toEqual([]);
    pass(world, 420);
    expect(lookUp(world).map(({ EventName }) => EventName)).toEqual(['ModifyDBCluster', 'FailoverDBCluster']);
  });

  test('rule 2: the last writes and reads are kept', () => {
    const world = empty();
    for (let index = 0; index < 450; index += 1) {
      record(world, `Modify${index}`);
      record(world, `Describe${index}`, { readOnly: true });
    }
    expect([world.cloudTrail.writes.length, world.cloudTrail.reads.length]).toEqual([400, 100]);
    expect(world.cloudTrail.writes.at(-1)?.operation).toBe('Modify449');
  });

  test('rule 3: the record is JSON text as AWS writes it', () => {
    const world = empty();
    const requestID = record(world, 'FailoverDBCluster', {
      input: { DBClusterIdentifier: 'morpheus-prod', Tags: [{ Key: 'a', Value: 'b' }] },
      error: { code: 'InvalidDBClusterStateFault', message: 'no' },
    });
    pass(world, 500);
    const event = first(lookUp(world));
    expect(event).toMatchObject({
      EventName: 'FailoverDBCluster',
      EventSource: 'rds.amazonaws.com',
      Username: 'on-call',
      ReadOnly: 'false',
      Resources: [{ ResourceType: 'AWS::RDS::DBCluster', ResourceName: 'morpheus-prod' }],
    });
    expect(JSON.parse(event.CloudTrailEvent ?? '')).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/morpheus-operations/on-call',
        sessionContext: { sessionIssuer: { userName: 'morpheus-operations' } },
      },
      eventTime: '2026-03-02T02:10:00Z',
      eventSource: 'rds.amazonaws.com',
      awsRegion: 'us-east-1',
      errorCode: 'InvalidDBClusterStateFault',
      requestParameters: { dBClusterIdentifier: 'morpheus-prod', tags: [{ key: 'a', value: 'b' }] },
      responseElements: null,
      requestID,
      eventID: event.EventId,
      readOnly: false,
      eventType: 'AwsApiCall',
    });
  });

  test('rule 3: names that clients chose are written as they are', () => {
    const input = { Tags: JSON.parse('{"constructor":"a","__proto__":"b","Bucket":"c"}') };
    expect(JSON.stringify(redacted('TagResource', input, 400))).toBe(
      '{"tags":{"constructor":"a","__proto__":"b","bucketName":"c"}}',
    );
  });

  test('rule 4: no secret is kept', () => {
    const world = empty();
    const value = 'hunter2-hunter2';
    record(world, 'ModifyDBCluster', { input: { DBClusterIdentifier: 'c', MasterUserPassword: value } });
    record(world, 'PutSecretValue', {
      service: 'secrets-manager',
      input: { SecretId: 's', SecretString: value },
    });
    record(world, 'PutParameter', { service: 'ssm', input: { Name: 'p', Value: value, Overwrite: true } });
    record(world, 'SendCommand', {
      service: 'ssm',
      input: { Parameters: { commands: [`export P=${value}`] } },
    });
    record(world, 'UpdateUser', { service: 'mq', input: { Username: 'u', Password: value } });
    record(world, 'UpdateDomainConfig', {
      service: 'opensearch',
      input: { AdvancedSecurityOptions: { MasterUserOptions: { MasterUserPassword: value } } },
    });
    record(world, 'StartRestoreJob', {
      service: 'backup',
      input: { Metadata: { MasterUserPassword: value } },
    });
    record(world, 'CreateLaunchTemplateVersion', {
      service: 'ec2',
      input: { LaunchTemplateData: { UserData: value, ImageId: 'ami-1' } },
    });
    record(world, 'Encrypt', { service: 'kms', input: { Plaintext: new TextEncoder().encode(value) } });
    expect(snapshot(accountOf(world))).not.toContain(value);
    expect(world.cloudTrail.writes[1]?.parameters).toEqual({
      secretId: 's',
      secretString: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    });
    record(world, 'CreateThing', {
      input: { Text: 'x'.repeat(5000), More: 'y'.repeat(5000), Last: 'z'.repeat(5000) },
    });
    expect(JSON.stringify(world.cloudTrail.writes.at(-1)).length).toBeLessThan(900);
  });

  test('rule 5: one attribute and two times filter', () => {
    const world = empty();
    const middle = later(world.now, 5000);
    record(world, 'FailoverDBCluster', { input: { DBClusterIdentifier: 'morpheus-prod' } });
    pass(world, 10);
    record(world, 'DescribeDBClusters', { readOnly: true });
    record(world, 'RotateSecret', { service: 'secrets-manager', session: 'somebody' });
    pass(world, 500);
    const names = (input: Parameters<typeof lookUp>[1]) =>
      lookUp(world, input).map(({ EventName }) => EventName);
    expect(names(by('EventName', 'RotateSecret'))).toEqual(['RotateSecret']);
    expect(names(by('ReadOnly', 'true'))).toEqual(['DescribeDBClusters']);
    expect(names(by('ResourceName', 'morpheus-prod'))).toEqual(['FailoverDBCluster']);
    expect(names(by('ResourceType', 'AWS::RDS::DBCluster'))).toEqual(['FailoverDBCluster']);
    expect(names(by('EventSource', 'secretsmanager.amazonaws.com'))).toEqual(['RotateSecret']);
    expect(names(by('Username', 'somebody'))).toEqual(['RotateSecret']);
    expect(names(by('AccessKeyId', 'AKIDSANDBOX'))).toHaveLength(3);
    const id = first(lookUp(world)).EventId ?? '';
    expect(lookUp(world, by('EventId', id)).map(({ EventId }) => EventId)).toEqual([id]);
    expect(names({ EndTime: middle })).toEqual(['FailoverDBCluster']);
    expect(names({ StartTime: middle })).toHaveLength(2);
    const refused = (input: Parameters<typeof lookUp>[1]) => faultOf(() => lookUp(world, input)).code;
    expect(refused(by('toString', 'x'))).toBe('InvalidLookupAttributesException');
    const { LookupAttributes } = by('EventName', 'x');
    expect(refused({ LookupAttributes: [...LookupAttributes, ...LookupAttributes] })).toBe(
      'InvalidLookupAttributesException',
    );
    expect(refused({ StartTime: later(middle, 1), EndTime: middle })).toBe('InvalidTimeRangeException');
  });

  test('rule 6: fifty events to a page', () => {
    const world = empty();
    for (let index = 0; index < 70; index += 1) record(world, 'ModifyDBCluster');
    pass(world, 500);
    const page = cloudTrailOperations.LookupEvents(world, {});
    expect(page.Events).toHaveLength(50);
    expect(lookUp(world, { NextToken: page.NextToken })).toHaveLength(20);
    expect(faultOf(() => lookUp(world, { MaxResults: 51 })).code).toBe('InvalidMaxResultsException');
    expect(faultOf(() => lookUp(world, { NextToken: '?' })).code).toBe('InvalidNextTokenException');
  });

  test('rule 7: each Region has its own events', () => {
    const world = empty();
    const west = elsewhere(world, 'us-west-2');
    record(west, 'CopyDBClusterSnapshot', { region: 'us-west-2' });
    record(west, 'ChangeResourceRecordSets', { service: 'route-53', region: 'us-west-2' });
    pass(world, 500);
    expect(lookUp(world).map(({ EventName }) => EventName)).toEqual(['ChangeResourceRecordSets']);
    expect(lookUp(west).map(({ EventName }) => EventName)).toEqual(['CopyDBClusterSnapshot']);
  });

  test('rule 8: data events are not in the history', () => {
    const world = empty();
    record(world, 'PutObject', { service: 's3' });
    record(world, 'GetMetricData', { service: 'cloudwatch', readOnly: true });
    record(world, 'CreateBucket', { service: 's3', input: { Bucket: 'b' } });
    record(world, 'PutMetricAlarm', { service: 'cloudwatch' });
    expect(world.cloudTrail.writes.map(({ operation }) => operation)).toEqual([
      'CreateBucket',
      'PutMetricAlarm',
    ]);
    expect(world.cloudTrail.reads).toEqual([]);
  });

  test('rule 9: look-ups are throttled where the world says so', () => {
    const world = empty();
    for (let index = 0; index < 10; index += 1) lookUp(world);
    world.cloudTrail.lookupsPerSecond = 2;
    lookUp(world);
    lookUp(world);
    expect(faultOf(() => lookUp(world)).code).toBe('ThrottlingException');
    pass(world, 1);
    expect(lookUp(world)).toEqual([]);
  });

  test('rule 10: trails log', () => {
    const world = empty();
    const TrailARN = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/audit';
    world.cloudTrail.trails.push({
      Name: 'audit',
      TrailARN,
      HomeRegion: 'us-east-1',
      IsMultiRegionTrail: true,
    });
    expect(cloudTrailOperations.DescribeTrails(elsewhere(world, 'us-west-2'), {}).trailList).toHaveLength(1);
    expect(
      cloudTrailOperations.DescribeTrails(elsewhere(world, 'us-west-2'), { includeShadowTrails: false })
        .trailList,
    ).toEqual([]);
    expect(cloudTrailOperations.GetTrailStatus(world, { Name: TrailARN }).IsLogging).toBe(true);
    expect(faultOf(() => cloudTrailOperations.GetTrailStatus(world, { Name: 'none' })).code).toBe(
      'TrailNotFoundException',
    );
  });
});
