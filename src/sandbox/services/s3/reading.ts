import type * as S3 from '@aws-sdk/client-s3';
import type { World } from '../../world.ts';
import { encryptionOf } from './buckets.ts';
import { mayRead } from './conditions.ts';
import { s3Fault } from './faults.ts';
import type { BucketState, ObjectVersion } from './state.ts';
import { asked, bucketNamed, current, newest } from './versions.ts';
import { toTheSecond, validTags } from './writing.ts';

/** The wire writes bytes; the SDK declares what its clients make of them. */
const asBody = (bytes: Uint8Array) => bytes as unknown as NonNullable<S3.GetObjectCommandOutput['Body']>;

interface Range {
  readonly first: number;
  readonly last: number;
}

/** One range of bytes; what is no such range is ignored. https://httpwg.org/specs/rfc9110.html#field.range */
function rangeIn(text: string | undefined, size: number): Range | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first >= size || (from === '' && Number(to) === 0)) throw s3Fault('InvalidRange');
  return { first, last };
}

function headersOf(
  bucket: BucketState,
  version: ObjectVersion,
  { Range: range, ChecksumMode }: Pick<S3.GetObjectCommandInput, 'Range' | 'ChecksumMode'>,
) {
  const { size, checksums, tags } = version;
  const part = rangeIn(range, size);
  // A checksum is of the whole object, and clients would hold it against what they get.
  const hasChecksums = ChecksumMode === 'ENABLED' && part === undefined && Object.keys(checksums).length > 0;
  return {
    part,
    headers: {
      AcceptRanges: 'bytes',
      LastModified: version.lastModified,
      ContentLength: part === undefined ? size : part.last - part.first + 1,
      ETag: version.eTag,
      ContentType: version.contentType,
      Metadata: { ...version.metadata },
      ...encryptionOf(bucket),
      ...version.headers,
      ...(part && { ContentRange: `bytes ${part.first}-${part.last}/${size}` }),
      ...(hasChecksums && { ...checksums, ChecksumType: 'FULL_OBJECT' as const }),
      ...(tags.length > 0 && { TagCount: tags.length }),
      ...(bucket.versioning !== undefined && { VersionId: version.versionId }),
    },
  };
}

/** A condition on a date is about whole seconds. */
const conditions = (input: S3.GetObjectCommandInput | S3.HeadObjectCommandInput) => ({
  IfMatch: input.IfMatch,
  IfNoneMatch: input.IfNoneMatch,
  IfModifiedSince: input.IfModifiedSince && toTheSecond(input.IfModifiedSince),
  IfUnmodifiedSince: input.IfUnmodifiedSince && toTheSecond(input.IfUnmodifiedSince),
});

export const reading = {
  GetObject(world: World, input: S3.GetObjectCommandInput): Omit<S3.GetObjectCommandOutput, '$metadata'> {
    const bucket = bucketNamed(world, input.Bucket);
    const version = asked(bucket, input.Key ?? '', input.VersionId);
    mayRead(conditions(input), version);
    const { part, headers } = headersOf(bucket, version, input);
    const bytes = new Uint8Array(Buffer.from(version.body, 'base64'));
    return { ...headers, Body: asBody(part ? bytes.slice(part.first, part.last + 1) : bytes) };
  },

  /** Its errors have no body, so a client sees no more than the status. */
  HeadObject(world: World, input: S3.HeadObjectCommandInput): S3.HeadObjectOutput {
    const bucket = world.s3.buckets.find(({ name }) => name === input.Bucket);
    const { Key = '', VersionId } = input;
    if (bucket === undefined) throw s3Fault('NotFound');
    if (VersionId === undefined && current(bucket, Key) === undefined) throw s3Fault('NotFound');
    if (VersionId !== undefined && newest(bucket, Key) === undefined) throw s3Fault('NotFound');
    const version = asked(bucket, Key, VersionId);
    mayRead(conditions(input), version);
    return headersOf(bucket, version, input).headers;
  },

  GetObjectTagging(world: World, { Bucket, Key = '', VersionId }: S3.GetObjectTaggingCommandInput) {
    const bucket = bucketNamed(world, Bucket);
    const version = asked(bucket, Key, VersionId);
    return {
      TagSet: version.tags,
      ...(bucket.versioning !== undefined && { VersionId: version.versionId }),
    };
  },

  PutObjectTagging(world: World, { Bucket, Key = '', VersionId, Tagging }: S3.PutObjectTaggingCommandInput) {
    const bucket = bucketNamed(world, Bucket);
    const version = asked(bucket, Key, VersionId);
    version.tags = validTags(Tagging?.TagSet ?? []);
    return bucket.versioning === undefined ? {} : { VersionId: version.versionId };
  },
};
