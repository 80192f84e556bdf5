import type { Bucket, ListedObject } from '../../aws/s3.ts';
import type { Finding } from '../../engine/finding.ts';
import type { SavedObjects } from '../../environment/saved-objects.ts';
import { type Copying, isFresh } from './recovery-copies.ts';
import type { Point, SeriesWords } from './recovery-series.ts';

/** What was saved at one time: a file, or a folder with all that is in it. */
export interface SavedPoint extends Point {
  /** What comes behind the prefix: it is the same in the copy's bucket. */
  readonly name: string;
  /** Its newest object. */
  readonly object: string;
}

/** One point for each name behind the prefix, up to the next slash. What holds nothing is no backup. */
export function savedPoints(
  objects: readonly ListedObject[],
  { bucket, prefix }: Pick<SavedObjects, 'bucket' | 'prefix'>,
): readonly SavedPoint[] {
  const named = new Map<string, ListedObject[]>();
  for (const object of objects) {
    const isFolderMark = object.key.endsWith('/') && object.bytes === 0;
    const name = object.key.slice(prefix.length).split('/')[0] ?? '';
    if (!isFolderMark) named.set(name, [...(named.get(name) ?? []), object]);
  }
  return [...named].map(([name, parts]) => {
    const newest = parts.reduce((one, other) => (other.lastModified > one.lastModified ? other : one));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    return {
      arn: `s3://${bucket}/${prefix}${name}`,
      name,
      object: newest.key,
      created: newest.lastModified,
      bytes,
      ...(bytes > 0 ? { status: 'COMPLETED' } : { status: 'PARTIAL', message: `${name} holds nothing` }),
    };
  });
}

/**
 * A copy has the name of its source and is as old as its source: S3's replication keeps the time, a copy that a script makes does not.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-and-other-bucket-configs.html
 */
export const asOldAsSource = (
  copies: readonly SavedPoint[],
  points: readonly SavedPoint[],
): readonly SavedPoint[] =>
  copies.map((copy) => ({
    ...copy,
    created: points.find(({ name }) => name === copy.name)?.created ?? copy.created,
  }));

export function copyingByName(
  points: readonly SavedPoint[],
  copies: readonly SavedPoint[],
  now: Date,
): Copying {
  const names = new Map(points.map(({ arn, name }) => [arn, name]));
  return {
    copyOf: ({ arn }) => copies.find(({ name }) => name === names.get(arn)),
    mayStillCome: (point) => isFresh(point, now),
  };
}

export interface BucketSeen {
  readonly region: string;
  readonly name: string;
  readonly bucket: Bucket | undefined;
}

export function bucketFinding({ region, name, bucket }: BucketSeen): Finding {
  const subject = `bucket in ${region}`;
  const rule = 'it is there, encrypted, and keeps what is overwritten or deleted';
  if (bucket === undefined) {
    return {
      verdict: 'fail',
      subject,
      fact: `no bucket named ${name} is there`,
      rule,
      toDo: `Make it, or correct its name in runbook.yaml; where it lies: aws s3api get-bucket-location --bucket ${name}`,
    };
  }
  const { encryption, versioning } = bucket;
  if (encryption === undefined)
    return {
      verdict: 'fail',
      subject,
      fact: `${name} is not encrypted`,
      rule,
      toDo: `aws s3api put-bucket-encryption --bucket ${name} --region ${region}, then write again what is in it`,
    };
  const by = encryption.SSEAlgorithm === 'AES256' ? "S3's own key" : 'a KMS key';
  if (versioning !== 'Enabled')
    return {
      verdict: 'warn',
      subject,
      fact: `${name} keeps no versions: what is overwritten or deleted is lost`,
      rule,
      toDo: `aws s3api put-bucket-versioning --bucket ${name} --region ${region} --versioning-configuration Status=Enabled`,
    };
  return { verdict: 'pass', subject, fact: `${name}: encrypted with ${by}, versioned`, rule };
}

/** `expiry-date="Fri, 21 Dec 2026 00:00:00 GMT", rule-id="old"`: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function expiryIn(expiration: string | undefined): Date | undefined {
  const [, text = ''] = /expiry-date="([^"]+)"/.exec(expiration ?? '') ?? [];
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** How findings speak of what is saved to a bucket by somebody's own job. */
export function savedWords({ bucket, prefix, copyBucket = '' }: SavedObjects): SeriesWords {
  const place = `s3://${bucket}/${prefix}`;
  const writer = `the job that writes to ${place}: its schedule, its role, the policies of bucket and key`;
  return {
    one: 'saved file',
    many: 'saved files',
    none: `Save one now, then look at ${writer}`,
    late: `Look at ${writer}`,
    gap: `What was changed then can only be had from those around it; look at ${writer}`,
    young: `Expected of a new series; else find out who deleted older ones: aws s3api list-object-versions --bucket ${bucket} --prefix ${prefix}`,
    keepLonger: () =>
      `Let the bucket keep it longer: aws s3api get-bucket-lifecycle-configuration --bucket ${bucket}`,
    noCopies: `Copy now: aws s3 sync ${place} s3://${copyBucket}/${prefix}; then mend the replication`,
    copiesMissing: `Look at the replication: aws s3api get-bucket-replication --bucket ${bucket}, and the ReplicationStatus of one that is missing (aws s3api head-object); copy by hand: aws s3 sync ${place} s3://${copyBucket}/${prefix}. Replication reports no failure unless somebody asked it to`,
    copiesOld: `Look at the replication: aws s3api get-bucket-replication --bucket ${bucket}`,
    copiesShort: `Copy the newest again, compare, and find out who wrote it: aws s3api list-object-versions --bucket ${copyBucket} --prefix ${prefix}`,
  };
}
