import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { backupBucket, buckets, recoveryBucket } from '../../../src/sandbox/morpheus-prod/buckets.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { s3Operations as s3 } from '../../../src/sandbox/services/s3/index.ts';
import { accountOf, elsewhere, newAccount, seenFrom, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first } from './stack.ts';

const Bucket = 'drill';

/** An account with a bucket without versioning and those of the stack. */
function stack(versioning?: 'Enabled'): World {
  const world = seenFrom(
    newAccount('111122223333', {
      seed: 7,
      now: new Date('2026-03-02T02:10:00Z'),
      environments: [],
      scenario: { id: 'calm', title: 'Calm', brief: '' },
    }),
    'us-east-1',
  );
  buckets(world);
  s3.CreateBucket(world, { Bucket });
  if (versioning) s3.PutBucketVersioning(world, { Bucket, VersioningConfiguration: { Status: versioning } });
  return world;
}

const pass = (world: World, seconds: number): void => {
  accountOf(world).now = later(world.now, seconds * 1000);
};

const put = (world: World, Key: string, text: string, more: object = {}) =>
  s3.PutObject(world, { Bucket, Key, Body: new TextEncoder().encode(text), ...more });

const read = (world: World, Key: string, more: object = {}) => s3.GetObject(world, { Bucket, Key, ...more });

const textOf = (answer: ReturnType<typeof read>): string =>
  new TextDecoder().decode(answer.Body as unknown as Uint8Array);

const codeOf = (call: () => unknown): string => faultOf(call).code;

describe('S3', () => {
  test('rule 1: an object is read back as it was written', () => {
    const world = stack();
    const written = put(world, 'a/b.json', '{"a":1}', {
      ContentType: 'application/json',
      CacheControl: 'no-store',
      Metadata: { owner: 'ops' },
      Tagging: 'team=ops&kind=drill',
      ChecksumCRC32: 'AAAAAA==',
    });
    const ETag = `"${createHash('md5').update('{"a":1}').digest('hex')}"`;
    expect(written).toMatchObject({ ETag, ChecksumCRC32: 'AAAAAA==', ServerSideEncryption: 'AES256' });
    const answer = read(world, 'a/b.json', { ChecksumMode: 'ENABLED' });
    expect(textOf(answer)).toBe('{"a":1}');
    expect(answer).toMatchObject({
      ETag,
      ContentLength: 7,
      ContentType: 'application/json',
      CacheControl: 'no-store',
      Metadata: { owner: 'ops' },
      TagCount: 2,
      ChecksumCRC32: 'AAAAAA==',
    });
    expect(s3.GetObjectTagging(world, { Bucket, Key: 'a/b.json' }).TagSet).toEqual([
      { Key: 'team', Value: 'ops' },
      { Key: 'kind', Value: 'drill' },
    ]);
    s3.PutObjectTagging(world, { Bucket, Key: 'a/b.json', Tagging: { TagSet: [{ Key: 'x', Value: 'y' }] } });
    expect(s3.HeadObject(world, { Bucket, Key: 'a/b.json' }).TagCount).toBe(1);
    expect(codeOf(() => put(world, 'a', 'text', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe(
      'BadDigest',
    );
  });

  test('rule 2: a write on condition', () => {
    const world = stack();
    const { ETag } = put(world, 'lock', 'one', { IfNoneMatch: '*' });
    expect(faultOf(() => put(world, 'lock', 'two', { IfNoneMatch: '*' }))).toEqual({
      code: 'PreconditionFailed',
      message: 'At least one of the pre-conditions you specified did not hold',
    });
    expect(textOf(read(world, 'lock'))).toBe('one');
    put(world, 'lock', 'two', { IfMatch: ETag });
    expect(codeOf(() => put(world, 'lock', 'three', { IfMatch: ETag }))).toBe('PreconditionFailed');
    expect(codeOf(() => put(world, 'none', 'one', { IfMatch: ETag }))).toBe('NoSuchKey');
  });

  test('rule 3: a read on condition', () => {
    const world = stack();
    const { ETag } = put(world, 'a', 'text');
    const at = world.now;
    expect(codeOf(() => read(world, 'a', { IfNoneMatch: ETag }))).toBe('NotModified');
    expect(codeOf(() => read(world, 'a', { IfMatch: '"other"' }))).toBe('PreconditionFailed');
    expect(codeOf(() => read(world, 'a', { IfModifiedSince: at }))).toBe('NotModified');
    expect(codeOf(() => read(world, 'a', { IfUnmodifiedSince: later(at, -5000) }))).toBe(
      'PreconditionFailed',
    );
    expect(textOf(read(world, 'a', { IfMatch: ETag, IfUnmodifiedSince: later(at, -5000) }))).toBe('text');
    expect(textOf(read(world, 'a', { IfNoneMatch: '"other"', IfModifiedSince: later(at, -5000) }))).toBe(
      'text',
    );
  });

  test('rule 4: a range is a part', () => {
    const world = stack();
    put(world, 'a', '0123456789', { ChecksumCRC32: 'AAAAAA==' });
    const part = read(world, 'a', { Range: 'bytes=2-4', ChecksumMode: 'ENABLED' });
    expect(textOf(part)).toBe('234');
    expect(part).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3 });
    expect(part).not.toHaveProperty('ChecksumCRC32');
    expect(textOf(read(world, 'a', { Range: 'bytes=-3' }))).toBe('789');
    expect(textOf(read(world, 'a', { Range: 'bytes=8-' }))).toBe('89');
    expect(textOf(read(world, 'a', { Range: 'bytes=8-100' }))).toBe('89');
    expect(textOf(read(world, 'a', { Range: 'lines=1-2' }))).toBe('0123456789');
    expect(codeOf(() => read(world, 'a', { Range: 'bytes=10-' }))).toBe('InvalidRange');
  });

  test('rule 5: versions, and delete markers in front of them', () => {
    const world = stack('Enabled');
    const one = put(world, 'a', 'one').VersionId;
    const two = put(world, 'a', 'two').VersionId;
    expect(one).toHaveLength(32);
    expect(textOf(read(world, 'a'))).toBe('two');
    expect(textOf(read(world, 'a', { VersionId: one }))).toBe('one');
    const gone = s3.DeleteObject(world, { Bucket, Key: 'a' });
    expect(gone.DeleteMarker).toBe(true);
    expect(codeOf(() => read(world, 'a'))).toBe('NoSuchKey');
    expect(textOf(read(world, 'a', { VersionId: two }))).toBe('two');
    expect(codeOf(() => read(world, 'a', { VersionId: gone.VersionId }))).toBe('MethodNotAllowed');
    expect(codeOf(() => read(world, 'a', { VersionId: 'none' }))).toBe('NoSuchVersion');
    expect(s3.DeleteObject(world, { Bucket, Key: 'a', VersionId: gone.VersionId })).toEqual({
      VersionId: gone.VersionId,
      DeleteMarker: true,
    });
    expect(textOf(read(world, 'a'))).toBe('two');
    put(world, 'a', 'again', { IfMatch: read(world, 'a').ETag });
    s3.DeleteObject(world, { Bucket, Key: 'a' });
    put(world, 'a', 'new', { IfNoneMatch: '*' });
    expect(textOf(read(world, 'a'))).toBe('new');
  });

  test('rule 6: without versioning a write replaces and a deletion removes', () => {
    const world = stack();
    put(world, 'a', 'one');
    expect(put(world, 'a', 'two')).not.toHaveProperty('VersionId');
    expect(s3.ListObjectVersions(world, { Bucket }).Versions).toMatchObject([
      { VersionId: 'null', IsLatest: true },
    ]);
    expect(s3.DeleteObject(world, { Bucket, Key: 'a' })).toEqual({});
    expect(s3.DeleteObject(world, { Bucket, Key: 'a' })).toEqual({});
    expect(codeOf(() => read(world, 'a'))).toBe('NoSuchKey');
  });

  test('rule 7: deletions on condition, and several at once', () => {
    const world = stack();
    for (const key of ['a', 'b', 'c']) put(world, key, key);
    expect(codeOf(() => s3.DeleteObject(world, { Bucket, Key: 'a', IfMatch: '"other"' }))).toBe(
      'PreconditionFailed',
    );
    const answer = s3.DeleteObjects(world, {
      Bucket,
      Delete: { Objects: [{ Key: 'a' }, { Key: 'b', ETag: '"other"' }, { Key: 'none' }] },
    });
    expect(answer.Deleted).toEqual([{ Key: 'a' }, { Key: 'none' }]);
    expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'PreconditionFailed' }]);
    expect(s3.DeleteObjects(world, { Bucket, Delete: { Objects: [{ Key: 'b' }], Quiet: true } })).toEqual({});
    expect(s3.ListObjectsV2(world, { Bucket }).Contents?.map(({ Key }) => Key)).toEqual(['c']);
    expect(codeOf(() => s3.DeleteObjects(world, { Bucket, Delete: { Objects: [] } }))).toBe('MalformedXML');
  });

  test('rule 8: listing by prefix and delimiter, in pages', () => {
    const world = stack();
    for (const key of ['z', 'logs/1', 'logs/2', 'a', 'data/x/1', 'data y']) put(world, key, key);
    const all = s3.ListObjectsV2(world, { Bucket, Delimiter: '/' });
    expect(all.Contents?.map(({ Key }) => Key)).toEqual(['a', 'data y', 'z']);
    expect(all.CommonPrefixes).toEqual([{ Prefix: 'data/' }, { Prefix: 'logs/' }]);
    expect(all.KeyCount).toBe(5);
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = s3.ListObjectsV2(world, { Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken });
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map((each) => each.Prefix),
      );
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    expect(seen.toSorted()).toEqual(['a', 'data y', 'data/', 'logs/', 'z']);
    expect(
      s3
        .ListObjectsV2(world, { Bucket, Prefix: 'logs/', StartAfter: 'logs/1' })
        .Contents?.map(({ Key }) => Key),
    ).toEqual(['logs/2']);
    expect(
      s3.ListObjectsV2(world, { Bucket, Prefix: 'data y', EncodingType: 'url' }).Contents?.[0]?.Key,
    ).toBe('data%20y');
    expect(codeOf(() => s3.ListObjectsV2(world, { Bucket, ContinuationToken: 'x' }))).toBe('InvalidArgument');
  });

  test('rule 9: versions are listed newest first', () => {
    const world = stack('Enabled');
    const ids = ['one', 'two'].map((text) => put(world, 'a', text).VersionId);
    put(world, 'b', 'b');
    s3.DeleteObject(world, { Bucket, Key: 'a' });
    const listed = s3.ListObjectVersions(world, { Bucket });
    expect(listed.Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).toMatchObject([
      ['a', ids[1], false],
      ['a', ids[0], false],
      ['b', expect.any(String), true],
    ]);
    expect(listed.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);
    const page = s3.ListObjectVersions(world, { Bucket, MaxKeys: 2 });
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a', NextVersionIdMarker: ids[1] });
    const rest = s3.ListObjectVersions(world, {
      Bucket,
      KeyMarker: page.NextKeyMarker,
      VersionIdMarker: page.NextVersionIdMarker,
    });
    expect(rest.Versions?.map(({ VersionId }) => VersionId)?.[0]).toBe(ids[0]);
    expect(rest.Versions).toHaveLength(2);
  });

  test('rule 10: copies', () => {
    const world = stack('Enabled');
    const old = put(world, 'a b', 'one', { Metadata: { m: '1' }, Tagging: 't=1' });
    put(world, 'a b', 'two');
    const CopySource = `${Bucket}/a%20b?versionId=${old.VersionId}`;
    const copied = s3.CopyObject(world, { Bucket, Key: 'c', CopySource });
    expect(copied).toMatchObject({
      CopySourceVersionId: old.VersionId,
      CopyObjectResult: { ETag: old.ETag },
    });
    expect(read(world, 'c')).toMatchObject({ Metadata: { m: '1' }, TagCount: 1 });
    s3.CopyObject(world, {
      Bucket,
      Key: 'c',
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { n: '2' },
    });
    expect(read(world, 'c').Metadata).toEqual({ n: '2' });
    expect(codeOf(() => s3.CopyObject(world, { Bucket, Key: 'c', CopySource: `${Bucket}/c` }))).toBe(
      'InvalidRequest',
    );
    expect(codeOf(() => s3.CopyObject(world, { Bucket, Key: 'd', CopySource: `${Bucket}/none` }))).toBe(
      'NoSuchKey',
    );
    expect(codeOf(() => s3.CopyObject(world, { Bucket, Key: 'd', CopySource: 'nothing' }))).toBe(
      'InvalidArgument',
    );
    expect(
      codeOf(() => s3.CopyObject(world, { Bucket, Key: 'd', CopySource, CopySourceIfNoneMatch: old.ETag })),
    ).toBe('PreconditionFailed');
  });

  test('rule 11: buckets are made and deleted', () => {
    const world = stack();
    const west = elsewhere(world, 'us-west-2');
    expect(codeOf(() => s3.CreateBucket(west, { Bucket: 'west' }))).toBe(
      'IllegalLocationConstraintException',
    );
    const input = { Bucket: 'west', CreateBucketConfiguration: { LocationConstraint: 'us-west-2' as const } };
    s3.CreateBucket(west, input);
    expect(codeOf(() => s3.CreateBucket(west, input))).toBe('BucketAlreadyOwnedByYou');
    expect(s3.CreateBucket(world, { Bucket })).toEqual({ Location: `/${Bucket}` });
    for (const name of ['Upper', 'a', '1.2.3.4', 'a..b', 'end-'])
      expect(codeOf(() => s3.CreateBucket(world, { Bucket: name }))).toBe('InvalidBucketName');
    put(world, 'a', 'text');
    expect(codeOf(() => s3.DeleteBucket(world, { Bucket }))).toBe('BucketNotEmpty');
    s3.DeleteObject(world, { Bucket, Key: 'a' });
    s3.DeleteBucket(world, { Bucket });
    expect(s3.ListBuckets(world, {}).Buckets.map(({ Name }) => Name)).toEqual([
      backupBucket,
      recoveryBucket,
      'west',
    ]);
  });

  test('rule 12: HEAD says not found', () => {
    const world = stack();
    expect(codeOf(() => s3.HeadBucket(world, { Bucket: 'none' }))).toBe('NotFound');
    expect(codeOf(() => s3.HeadObject(world, { Bucket, Key: 'none' }))).toBe('NotFound');
    expect(codeOf(() => s3.HeadObject(world, { Bucket: 'none', Key: 'a' }))).toBe('NotFound');
    put(world, 'a', 'text');
    expect(s3.HeadObject(world, { Bucket, Key: 'a' })).toMatchObject({ ContentLength: 4 });
  });

  test('rule 13: a bucket answers in every Region, and says which is its own', () => {
    const world = stack();
    expect(s3.HeadBucket(world, { Bucket: recoveryBucket }).BucketRegion).toBe('us-west-2');
    expect(s3.GetBucketLocation(world, { Bucket: recoveryBucket })).toEqual({
      LocationConstraint: 'us-west-2',
    });
    expect(s3.GetBucketLocation(world, { Bucket: backupBucket })).toEqual({});
    const { Contents } = s3.ListObjectsV2(elsewhere(world, 'us-west-2'), {
      Bucket: backupBucket,
      Prefix: 'broker/',
    });
    expect(Contents?.map(({ Key }) => Key)).toContain('broker/definitions/2026-03-01.json');
  });

  test('rule 14: bodies are kept up to a limit', () => {
    const world = stack();
    world.s3.limits = { object: 10, together: world.s3.limits.together };
    expect(codeOf(() => put(world, 'a', '01234567890'))).toBe('EntityTooLarge');
    world.s3.limits = { object: 10, together: 0 };
    expect(codeOf(() => put(world, 'a', '0'))).toBe('EntityTooLarge');
  });

  test('rule 14: an upload in parts is for more than fits', () => {
    const world = stack();
    const begin = (bucket: string) =>
      faultOf(() => s3.CreateMultipartUpload(world, { Bucket: bucket, Key: 'a' }));
    expect(begin(Bucket)).toEqual({
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
    });
    expect(begin('none').code).toBe('NoSuchBucket');
  });

  test('rule 15: buckets are described, and unknown ones refused', () => {
    const world = stack();
    expect(s3.GetBucketVersioning(world, { Bucket })).toEqual({});
    expect(s3.GetBucketVersioning(world, { Bucket: backupBucket })).toEqual({ Status: 'Enabled' });
    expect(
      first(s3.GetBucketEncryption(world, { Bucket: backupBucket }).ServerSideEncryptionConfiguration.Rules)
        .ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    ).toBe('aws:kms');
    for (const call of [
      () => s3.GetBucketVersioning(world, { Bucket: 'none' }),
      () => s3.ListObjectsV2(world, { Bucket: 'none' }),
      () => s3.PutObject(world, { Bucket: 'none', Key: 'a' }),
      () => s3.DeleteBucket(world, { Bucket: 'none' }),
    ])
      expect(faultOf(call)).toEqual({ code: 'NoSuchBucket', message: 'The specified bucket does not exist' });
    pass(world, 60);
    put(world, 'a', 'x');
    expect(read(world, 'a').LastModified).toEqual(new Date('2026-03-02T02:11:00Z'));
  });
});
