import { describe, expect, it } from 'vitest';
import { describeVolumes, volumesOfTagged } from '../../src/aws/ec2-volumes.ts';
import * as mq from '../../src/aws/mq.ts';
import * as opensearch from '../../src/aws/opensearch.ts';
import * as s3 from '../../src/aws/s3.ts';
import { AwsCallError } from '../../src/errors.ts';
import { type CannedAnswer, cannedAws, ec2Answer, jsonAnswer, jsonError } from './canned-aws.ts';

const xml = (body: string, status = 200): CannedAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});
const s3Error = (code: string, status: number) =>
  xml(`<Error><Code>${code}</Code><Message>no</Message></Error>`, status);

const location = (region: string) =>
  xml(`<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`);

describe('a bucket', () => {
  const versioned = xml('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
  const encrypted = xml(
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  );
  const look = (answers: readonly CannedAnswer[], region = 'eu-central-1') => {
    const aws = cannedAws((_request, nth) => answers[nth] ?? new Error('one call too many'), { region });
    return s3.describeBucket(aws.reading(s3.describeBucket), 'backups');
  };

  it('is described with its versioning and its encryption', async () => {
    expect(await look([location('eu-central-1'), versioned, encrypted])).toEqual({
      name: 'backups',
      versioning: 'Enabled',
      encryption: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'arn:k' },
    });
  });

  it.each([
    ['us-east-1', location('')],
    ['eu-west-1', location('EU')],
  ])('of %s is known by what S3 calls that Region', async (region, answer) => {
    const bare = await look(
      [
        answer,
        xml('<VersioningConfiguration/>'),
        s3Error('ServerSideEncryptionConfigurationNotFoundError', 404),
      ],
      region,
    );
    expect(bare).toEqual({ name: 'backups', versioning: undefined, encryption: undefined });
  });

  it.each([
    ['is not there', s3Error('NoSuchBucket', 404)],
    ['lies in another Region', location('us-west-2')],
    ['is another Region’s, which S3 sends on to', s3Error('PermanentRedirect', 301)],
    ['is another Region’s, by the signature', s3Error('AuthorizationHeaderMalformed', 400)],
  ])('that %s is undefined', async (_what, answer) => {
    expect(await look([answer])).toBeUndefined();
  });

  it('that may not be seen is no missing one', async () => {
    const denied = look([location('eu-central-1'), s3Error('AccessDenied', 403)]);
    await expect(denied).rejects.toThrow(AwsCallError);
    await expect(denied).rejects.toMatchObject({
      hint: expect.stringContaining('s3:GetBucketVersioning'),
    });
  });
});

it('objects are listed over all pages', async () => {
  const page = (key: string, next?: string) =>
    xml(
      `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}<Contents><Key>${key}</Key><LastModified>2026-03-01T02:15:00.000Z</LastModified><Size>605</Size></Contents></ListBucketResult>`,
    );
  const aws = cannedAws((_request, nth) => (nth === 0 ? page('a/1', 'more') : page('a/2')));
  const found = await s3.listObjects(aws.reading(s3.listObjects), { bucket: 'backups', prefix: 'a/' });
  const at = new Date('2026-03-01T02:15:00Z');
  expect(found).toEqual([
    { key: 'a/1', lastModified: at, bytes: 605 },
    { key: 'a/2', lastModified: at, bytes: 605 },
  ]);
});

it('who may not list is told which permission that is, by the name that it has in a policy', async () => {
  const aws = cannedAws(() => s3Error('AccessDenied', 403));
  const listing = s3.listObjects(aws.reading(s3.listObjects), { bucket: 'backups', prefix: 'a/' });
  await expect(listing).rejects.toMatchObject({ hint: expect.stringContaining('Allow s3:ListBucket to') });
});

it('an object that went meanwhile is undefined', async () => {
  const aws = cannedAws(() => ({ status: 404 }));
  const look = s3.describeObject;
  expect(await look(aws.reading(look), { bucket: 'backups', key: 'a/1' })).toBeUndefined();
});

describe('what is not there', () => {
  it.each([
    ['a broker', 'NotFoundException', mq.describeBroker, 'b-1'],
    ['a configuration', 'NotFoundException', mq.describeConfiguration, 'c-1'],
    ['a revision', 'NotFoundException', mq.configurationData, { id: 'c-1', revision: 2 }],
    ['a domain', 'ResourceNotFoundException', opensearch.describeDomain, 'logs'],
  ])('is undefined: %s', async (_what, code, look, which) => {
    const aws = cannedAws(() => jsonError(code, 'no', 404));
    expect(await look(aws.reading(look), which as never)).toBeUndefined();
  });
});

it('the engine versions of all pages', async () => {
  const aws = cannedAws((_request, nth) =>
    jsonAnswer(
      nth === 0
        ? { brokerEngineTypes: [{ engineVersions: [{ name: '3.13' }] }], nextToken: 'more' }
        : { brokerEngineTypes: [{ engineVersions: [{ name: '3.12.13' }] }] },
    ),
  );
  const found = mq.brokerEngineVersions(aws.reading(mq.brokerEngineVersions), 'RABBITMQ');
  expect(await found).toEqual(['3.13', '3.12.13']);
});

it('the last change of a domain is the latest of its options', async () => {
  const option = (UpdateDate: number) => ({ Options: {}, Status: { UpdateDate, State: 'Active' } });
  const aws = cannedAws(() =>
    jsonAnswer({
      DomainConfig: {
        ClusterConfig: option(1_750_000_000),
        EBSOptions: option(1_760_000_000),
        ModifyingProperties: [],
      },
    }),
  );
  const look = opensearch.lastDomainChange;
  expect(await look(aws.reading(look), 'logs')).toEqual(new Date(1_760_000_000_000));
});

describe('volumes', () => {
  it('of no ids are none, and nothing is asked: that would be every volume of the account', async () => {
    const aws = cannedAws(() => new Error('asked'));
    expect(await describeVolumes(aws.reading(describeVolumes), [])).toEqual([]);
  });

  it('of tagged instances, with or without those that they boot from', async () => {
    const volume = (id: string, device: string) =>
      `<item><volumeId>${id}</volumeId><attachmentSet><item><instanceId>i-1</instanceId><device>${device}</device></item></attachmentSet></item>`;
    const look = (rootVolumes: boolean) => {
      const aws = cannedAws((_request, nth) =>
        nth === 0
          ? ec2Answer(
              'DescribeInstances',
              '<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><rootDeviceName>/dev/xvda</rootDeviceName></item></instancesSet></item></reservationSet>',
            )
          : ec2Answer(
              'DescribeVolumes',
              `<volumeSet>${volume('vol-1', '/dev/xvda')}${volume('vol-2', '/dev/sdf')}</volumeSet>`,
            ),
      );
      return volumesOfTagged(aws.reading(volumesOfTagged), { tag: 'Component', value: 'db', rootVolumes });
    };
    expect((await look(true)).map(({ VolumeId }) => VolumeId)).toEqual(['vol-1', 'vol-2']);
    expect((await look(false)).map(({ VolumeId }) => VolumeId)).toEqual(['vol-2']);
  });
});
