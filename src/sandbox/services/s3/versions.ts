import type { World } from '../../world.ts';
import { s3Fault } from './faults.ts';
import type { BucketState, ObjectVersion } from './state.ts';

export function bucketNamed(world: World, name = ''): BucketState {
  const found = world.s3.buckets.find((bucket) => bucket.name === name);
  if (found === undefined) throw s3Fault('NoSuchBucket');
  return found;
}

/** The newest version of a key, which may be a delete marker. */
export const newest = ({ versions }: BucketState, key: string): ObjectVersion | undefined =>
  versions.find((version) => version.key === key);

/** The object that a key leads to now. */
export function current(bucket: BucketState, key: string): ObjectVersion | undefined {
  const found = newest(bucket, key);
  return found?.deleteMarker === true ? undefined : found;
}

export const currentObjects = ({ versions }: BucketState): ObjectVersion[] =>
  versions.filter(
    (version, index) => versions[index - 1]?.key !== version.key && version.deleteMarker !== true,
  );

/** The version that a request means. A delete marker can be named, and not be read. */
export function asked(bucket: BucketState, key: string, versionId: string | undefined): ObjectVersion {
  if (versionId === undefined) {
    const found = current(bucket, key);
    if (found === undefined) throw s3Fault('NoSuchKey');
    return found;
  }
  const found = bucket.versions.find((version) => version.key === key && version.versionId === versionId);
  if (found === undefined) throw s3Fault('NoSuchVersion');
  if (found.deleteMarker === true) throw s3Fault('MethodNotAllowed');
  return found;
}

/** Puts a version before the others of its key; one without versioning takes the place of the one before. */
export function keep(bucket: BucketState, version: ObjectVersion): void {
  const others = bucket.versions.filter(
    ({ key, versionId }) => key !== version.key || versionId !== 'null' || version.versionId !== 'null',
  );
  const place = others.findIndex(({ key }) => key >= version.key);
  bucket.versions = others.toSpliced(place < 0 ? others.length : place, 0, version);
}

export const remove = (bucket: BucketState, gone: ObjectVersion): void => {
  bucket.versions = bucket.versions.filter((version) => version !== gone);
};
