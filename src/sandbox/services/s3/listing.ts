import type * as S3 from '@aws-sdk/client-s3';
import type { World } from '../../world.ts';
import { ownerId } from './buckets.ts';
import { s3Fault } from './faults.ts';
import type { ObjectVersion } from './state.ts';
import { bucketNamed, currentObjects } from './versions.ts';

const mostKeys = 1000;

const owner = { ID: ownerId };

/** Keys may hold what XML cannot: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const written = (EncodingType: string | undefined) => (key: string) =>
  EncodingType === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key;

interface Listed {
  readonly items: readonly ObjectVersion[];
  readonly prefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last thing that was listed: a version, or the end of what a common prefix stands for. */
  readonly last: ObjectVersion | undefined;
}

/** Keys that share what comes between the prefix and the next delimiter count as one. */
function list(
  versions: readonly ObjectVersion[],
  {
    Prefix = '',
    Delimiter = '',
    MaxKeys = mostKeys,
  }: Pick<S3.ListObjectsV2CommandInput, 'Prefix' | 'Delimiter' | 'MaxKeys'>,
): Listed {
  const limit = Math.min(MaxKeys, mostKeys);
  const items: ObjectVersion[] = [];
  const prefixes = new Set<string>();
  let last: ObjectVersion | undefined;
  for (const version of versions) {
    if (!version.key.startsWith(Prefix)) continue;
    const end = Delimiter === '' ? -1 : version.key.indexOf(Delimiter, Prefix.length);
    const common = end < 0 ? undefined : version.key.slice(0, end + Delimiter.length);
    const isNew = common === undefined || !prefixes.has(common);
    if (isNew && items.length + prefixes.size >= limit)
      return { items, prefixes: [...prefixes], isTruncated: limit > 0, last };
    if (common === undefined) items.push(version);
    else prefixes.add(common);
    last = version;
  }
  return { items, prefixes: [...prefixes], isTruncated: false, last };
}

const checkedMax = (MaxKeys = mostKeys): number => {
  if (MaxKeys < 0)
    throw s3Fault('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  return MaxKeys;
};

const tokenOf = (key: string): string => Buffer.from(`after ${key}`).toString('base64');

function keyIn(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after '))
    throw s3Fault('InvalidArgument', 'The continuation token provided is incorrect');
  return text.slice('after '.length);
}

export const listing = {
  ListObjectsV2(world: World, input: S3.ListObjectsV2CommandInput): S3.ListObjectsV2Output {
    const { Bucket, Prefix, Delimiter, StartAfter, ContinuationToken, FetchOwner, EncodingType } = input;
    const bucket = bucketNamed(world, Bucket);
    const MaxKeys = checkedMax(input.MaxKeys);
    const after = ContinuationToken === undefined ? StartAfter : keyIn(ContinuationToken);
    const objects = currentObjects(bucket).filter(({ key }) => after === undefined || key > after);
    const { items, prefixes, isTruncated, last } = list(objects, { ...input, MaxKeys });
    const text = written(EncodingType);
    return {
      Name: bucket.name,
      Prefix: text(Prefix ?? ''),
      MaxKeys,
      KeyCount: items.length + prefixes.length,
      IsTruncated: isTruncated,
      ...(items.length > 0 && {
        Contents: items.map((version) => ({
          Key: text(version.key),
          LastModified: version.lastModified,
          ETag: version.eTag,
          Size: version.size,
          StorageClass: 'STANDARD' as const,
          ...(FetchOwner === true && { Owner: owner }),
        })),
      }),
      ...(prefixes.length > 0 && { CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })) }),
      ...(Delimiter !== undefined && { Delimiter: text(Delimiter) }),
      ...(EncodingType !== undefined && { EncodingType }),
      ...(StartAfter !== undefined && { StartAfter: text(StartAfter) }),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
      ...(isTruncated && last && { NextContinuationToken: tokenOf(last.key) }),
    };
  },

  ListObjectVersions(world: World, input: S3.ListObjectVersionsCommandInput): S3.ListObjectVersionsOutput {
    const { Bucket, Prefix, Delimiter, KeyMarker, VersionIdMarker, EncodingType } = input;
    const bucket = bucketNamed(world, Bucket);
    const MaxKeys = checkedMax(input.MaxKeys);
    const rest = bucket.versions.slice(placeBehind(bucket.versions, KeyMarker, VersionIdMarker));
    const { items, prefixes, isTruncated, last } = list(rest, { ...input, MaxKeys });
    const text = written(EncodingType);
    const entry = (version: ObjectVersion) => ({
      Key: text(version.key),
      VersionId: version.versionId,
      IsLatest: bucket.versions.find(({ key }) => key === version.key) === version,
      LastModified: version.lastModified,
      Owner: owner,
    });
    const markers = items.filter(({ deleteMarker }) => deleteMarker === true);
    const versions = items.filter(({ deleteMarker }) => deleteMarker !== true);
    return {
      Name: bucket.name,
      Prefix: text(Prefix ?? ''),
      KeyMarker: text(KeyMarker ?? ''),
      VersionIdMarker: VersionIdMarker ?? '',
      MaxKeys,
      IsTruncated: isTruncated,
      ...(versions.length > 0 && {
        Versions: versions.map((version) => ({
          ...entry(version),
          ETag: version.eTag,
          Size: version.size,
          StorageClass: 'STANDARD' as const,
        })),
      }),
      ...(markers.length > 0 && { DeleteMarkers: markers.map(entry) }),
      ...(prefixes.length > 0 && { CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })) }),
      ...(Delimiter !== undefined && { Delimiter: text(Delimiter) }),
      ...(EncodingType !== undefined && { EncodingType }),
      ...(isTruncated && last && { NextKeyMarker: text(last.key), NextVersionIdMarker: last.versionId }),
    };
  },
};

function placeBehind(versions: readonly ObjectVersion[], key?: string, versionId?: string): number {
  if (key === undefined || key === '') return 0;
  const named = versions.findIndex((each) => each.key === key && each.versionId === versionId);
  if (named >= 0) return named + 1;
  const behind = versions.findIndex((each) => each.key > key);
  return behind < 0 ? versions.length : behind;
}
