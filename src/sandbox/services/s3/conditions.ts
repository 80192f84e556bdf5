import { s3Fault } from './faults.ts';
import type { ObjectVersion } from './state.ts';

const bare = (eTag: string) => eTag.replace(/^"|"$/g, '');

const isAmong = (eTags: string, { eTag }: ObjectVersion): boolean =>
  eTags.split(',').some((each) => each.trim() === '*' || bare(each.trim()) === bare(eTag));

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function mayWrite(
  { IfMatch, IfNoneMatch }: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined },
  now: ObjectVersion | undefined,
): void {
  if (IfMatch !== undefined) {
    if (now === undefined) throw s3Fault('NoSuchKey');
    if (!isAmong(IfMatch, now)) throw s3Fault('PreconditionFailed');
  }
  if (IfNoneMatch !== undefined && now !== undefined && isAmong(IfNoneMatch, now))
    throw s3Fault('PreconditionFailed');
}

export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** A tag outweighs a date: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function mayRead(
  { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince }: ReadConditions,
  version: ObjectVersion,
): void {
  const { lastModified } = version;
  if (IfMatch !== undefined ? !isAmong(IfMatch, version) : (IfUnmodifiedSince ?? lastModified) < lastModified)
    throw s3Fault('PreconditionFailed');
  if (
    IfNoneMatch !== undefined
      ? isAmong(IfNoneMatch, version)
      : IfModifiedSince !== undefined && IfModifiedSince >= lastModified
  )
    throw s3Fault('NotModified');
}
