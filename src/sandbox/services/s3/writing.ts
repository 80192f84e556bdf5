import { createHash } from 'node:crypto';
import type * as S3 from '@aws-sdk/client-s3';
import { drawBetween } from '../../random.ts';
import type { World } from '../../world.ts';
import { encryptionOf } from './buckets.ts';
import { mayRead, mayWrite } from './conditions.ts';
import { s3Fault } from './faults.ts';
import type { BucketState, Checksums, ObjectVersion } from './state.ts';
import { asked, bucketNamed, current, keep } from './versions.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';

/** An id for a new version, as the bucket has them. */
export function newVersionId(world: World, { versioning }: BucketState): string {
  if (versioning !== 'Enabled') return 'null';
  let id = '';
  while (id.length < 32) id += letters[drawBetween(world, 0, letters.length - 1)];
  return id;
}

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();

const eTagOf = (bytes: Uint8Array): string => `"${md5(bytes).toString('hex')}"`;

/** Whole seconds, as headers have them. */
export const toTheSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

/** The wire hands a body over as bytes. */
function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  throw new TypeError('The body of an object is no bytes');
}

const given = <Input extends object>(input: Input, names: readonly (keyof Input & string)[]): Checksums =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = input[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

const checksumNames = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
] as const;

const headerNames = ['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage'] as const;

/** A query string: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function taggingIn(text = ''): S3.Tag[] {
  return validTags([...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value })));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export function validTags(tags: readonly S3.Tag[]): S3.Tag[] {
  if (tags.length > 10) throw s3Fault('InvalidTag', 'Object tags cannot be greater than 10');
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw s3Fault('InvalidTag', 'Cannot provide multiple Tags with the same key');
  if (tags.some(({ Key = '' }) => Key.length === 0 || Key.length > 128)) throw s3Fault('InvalidTag');
  if (tags.some(({ Value = '' }) => Value.length > 256))
    throw s3Fault('InvalidTag', 'The TagValue you have provided is invalid');
  return [...tags];
}

function makeRoom({ s3 }: World, size: number): void {
  const together = s3.buckets.reduce(
    (sum, { versions }) => versions.reduce((all, version) => all + version.size, sum),
    0,
  );
  if (size > s3.limits.object || together + size > s3.limits.together) throw s3Fault('EntityTooLarge');
}

function checkedKey(key: string): string {
  if (Buffer.byteLength(key) > 1024) throw s3Fault('InvalidArgument', 'Your key is too long');
  return key;
}

const namedVersion = ({ versioning }: BucketState, { versionId }: ObjectVersion) =>
  versioning === undefined ? {} : { VersionId: versionId };

export const writing = {
  PutObject(world: World, input: S3.PutObjectCommandInput): S3.PutObjectOutput {
    const bucket = bucketNamed(world, input.Bucket);
    const key = checkedKey(input.Key ?? '');
    const bytes = bytesOf(input.Body);
    if (input.ContentMD5 !== undefined && input.ContentMD5 !== md5(bytes).toString('base64'))
      throw s3Fault('BadDigest');
    mayWrite(input, current(bucket, key));
    makeRoom(world, bytes.byteLength);
    const version: ObjectVersion = {
      key,
      versionId: newVersionId(world, bucket),
      lastModified: toTheSecond(world.now),
      body: Buffer.from(bytes).toString('base64'),
      size: bytes.byteLength,
      eTag: eTagOf(bytes),
      contentType: input.ContentType ?? 'binary/octet-stream',
      headers: given(input, headerNames),
      metadata: { ...input.Metadata },
      checksums: given(input, checksumNames),
      tags: taggingIn(input.Tagging),
    };
    keep(bucket, version);
    return {
      ETag: version.eTag,
      ...version.checksums,
      ...(Object.keys(version.checksums).length > 0 && { ChecksumType: 'FULL_OBJECT' as const }),
      ...encryptionOf(bucket),
      ...namedVersion(bucket, version),
    };
  },

  /** Clients upload in parts what is larger than what fits in here: the AWS CLI from 8 MB on. */
  CreateMultipartUpload(world: World, { Bucket, Key }: S3.CreateMultipartUploadCommandInput): never {
    bucketNamed(world, Bucket);
    checkedKey(Key ?? '');
    throw s3Fault('EntityTooLarge');
  },

  CopyObject(world: World, input: S3.CopyObjectCommandInput): S3.CopyObjectOutput {
    const bucket = bucketNamed(world, input.Bucket);
    const key = checkedKey(input.Key ?? '');
    const source = sourceIn(input.CopySource ?? '');
    const from = bucketNamed(world, source.bucket);
    const original = asked(from, source.key, source.versionId);
    copyAllowed(input, original);
    const replaced = input.MetadataDirective === 'REPLACE';
    if (from === bucket && source.key === key && source.versionId === undefined && !replaced)
      throw s3Fault(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    mayWrite(input, current(bucket, key));
    makeRoom(world, original.size);
    const version: ObjectVersion = {
      ...original,
      key,
      versionId: newVersionId(world, bucket),
      lastModified: toTheSecond(world.now),
      ...(replaced && {
        contentType: input.ContentType ?? 'binary/octet-stream',
        headers: given(input, headerNames),
        metadata: { ...input.Metadata },
      }),
      tags: input.TaggingDirective === 'REPLACE' ? taggingIn(input.Tagging) : [...original.tags],
    };
    keep(bucket, version);
    return {
      CopyObjectResult: { ETag: version.eTag, LastModified: version.lastModified, ...version.checksums },
      ...(from.versioning !== undefined && { CopySourceVersionId: original.versionId }),
      ...encryptionOf(bucket),
      ...namedVersion(bucket, version),
    };
  },
};

/** A condition on the source that does not hold is always 412: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
function copyAllowed(input: S3.CopyObjectCommandInput, original: ObjectVersion): void {
  try {
    mayRead(
      {
        IfMatch: input.CopySourceIfMatch,
        IfNoneMatch: input.CopySourceIfNoneMatch,
        IfModifiedSince: input.CopySourceIfModifiedSince,
        IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
      },
      original,
    );
  } catch {
    throw s3Fault('PreconditionFailed');
  }
}

/** `bucket/key?versionId=...`, percent-encoded. */
function sourceIn(text: string): { bucket: string; key: string; versionId: string | undefined } {
  const [, bucket, key, versionId] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.+))?$/.exec(text) ?? [];
  if (bucket === undefined || key === undefined)
    throw s3Fault(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  try {
    return { bucket, key: decodeURIComponent(key), versionId };
  } catch {
    throw s3Fault('InvalidArgument', 'Copy Source is not URL-encoded');
  }
}
