import type * as S3 from '@aws-sdk/client-s3';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { mayWrite } from './conditions.ts';
import { s3Fault } from './faults.ts';
import type { BucketState } from './state.ts';
import { bucketNamed, current, keep, newest, remove } from './versions.ts';
import { newVersionId, toTheSecond } from './writing.ts';

interface Deleted {
  readonly DeleteMarker?: true;
  readonly VersionId?: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html: what is not there counts as deleted. */
function deleteOne(
  world: World,
  bucket: BucketState,
  key: string,
  versionId: string | undefined,
  ifMatch: string | undefined,
): Deleted {
  if (ifMatch !== undefined) mayWrite({ IfMatch: ifMatch }, current(bucket, key));
  if (versionId !== undefined) {
    const gone = bucket.versions.find((version) => version.key === key && version.versionId === versionId);
    if (gone !== undefined) remove(bucket, gone);
    return { VersionId: versionId, ...(gone?.deleteMarker === true && { DeleteMarker: true }) };
  }
  if (bucket.versioning === undefined) {
    const gone = newest(bucket, key);
    if (gone !== undefined) remove(bucket, gone);
    return {};
  }
  const marker = newVersionId(world, bucket);
  keep(bucket, {
    key,
    versionId: marker,
    lastModified: toTheSecond(world.now),
    deleteMarker: true,
    body: '',
    size: 0,
    eTag: '',
    contentType: '',
    headers: {},
    metadata: {},
    checksums: {},
    tags: [],
  });
  return { DeleteMarker: true, VersionId: marker };
}

export const deleting = {
  DeleteObject: (world: World, { Bucket, Key = '', VersionId, IfMatch }: S3.DeleteObjectCommandInput) =>
    deleteOne(world, bucketNamed(world, Bucket), Key, VersionId, IfMatch),

  DeleteObjects(world: World, { Bucket, Delete }: S3.DeleteObjectsCommandInput): S3.DeleteObjectsOutput {
    const bucket = bucketNamed(world, Bucket);
    const { Objects = [], Quiet = false } = Delete ?? {};
    if (Objects.length === 0 || Objects.length > 1000) throw s3Fault('MalformedXML');
    const Deleted: S3.DeletedObject[] = [];
    const Errors: S3._Error[] = [];
    for (const { Key = '', VersionId, ETag } of Objects) {
      const named = { Key, ...(VersionId !== undefined && { VersionId }) };
      try {
        const { DeleteMarker, VersionId: marker } = deleteOne(world, bucket, Key, VersionId, ETag);
        Deleted.push({
          ...named,
          ...(DeleteMarker && { DeleteMarker }),
          ...(DeleteMarker && marker !== undefined && { DeleteMarkerVersionId: marker }),
        });
      } catch (fault) {
        if (!(fault instanceof AwsFault)) throw fault;
        Errors.push({ ...named, Code: fault.code, Message: fault.message });
      }
    }
    return { ...(!Quiet && { Deleted }), ...(Errors.length > 0 && { Errors }) };
  },
};
