import type { ReadClients } from '../../aws/clients.ts';
import { describeKey } from '../../aws/kms.ts';
import { describeBucket, describeObject, listObjects } from '../../aws/s3.ts';
import type { Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import type { SavedObjects, SavedSeries } from '../../environment/saved-objects.ts';
import { type KeySeen, keyFinding } from './backup-surroundings.ts';
import { keysSeen } from './keys-seen.ts';
import { recoveryRegionOf } from './protected-components.ts';
import { copyFindings, shareFindings } from './recovery-copies.ts';
import {
  complete,
  expiryFinding,
  newestFinding,
  seriesFinding,
  sizeFinding,
  stateFinding,
} from './recovery-series.ts';
import {
  asOldAsSource,
  type BucketSeen,
  bucketFinding,
  copyingByName,
  expiryIn,
  type SavedPoint,
  savedPoints,
  savedWords,
} from './saved-points.ts';

export const readsSavedObjects = [describeBucket, listObjects, describeObject, describeKey];

interface Seen extends BucketSeen {
  readonly points: readonly SavedPoint[];
  readonly keys: readonly KeySeen[];
}

/** A bucket, what was saved below the prefix, and the keys of what was saved last and of what is saved next. */
async function seenIn(aws: ReadClients, name: string, prefix: string): Promise<Seen> {
  const bucket = await describeBucket(aws, name);
  if (bucket === undefined) return { region: aws.region, name, bucket, points: [], keys: [] };
  const points = savedPoints(await listObjects(aws, { bucket: name, prefix }), { bucket: name, prefix });
  const newest = complete(points).at(-1)?.arn;
  const object = points.find(({ arn }) => arn === newest)?.object;
  const head = object === undefined ? undefined : await describeObject(aws, { bucket: name, key: object });
  const deleteAt = expiryIn(head?.Expiration);
  return {
    region: aws.region,
    name,
    bucket,
    points: points.map((point) => (point.arn === newest ? { ...point, deleteAt } : point)),
    keys: await keysSeen(
      aws,
      [bucket.encryption?.KMSMasterKeyID, head?.SSEKMSKeyId].flatMap((key) => key ?? []),
    ),
  };
}

interface Setting {
  readonly days: number;
  /** What the service promises; absent where it is no data that the series holds. */
  readonly promised?: Milliseconds | undefined;
}

/** A series that somebody's own job saves to a bucket, and its copies in the recovery Region. */
export async function inspectSavedSeries(
  { aws, clock, environment }: ReadContext,
  saved: SavedSeries,
  { days, promised }: Setting,
): Promise<readonly Finding[]> {
  const { bucket, prefix, copyBucket, every, keepDays } = saved;
  const home = await seenIn(aws, bucket, prefix);
  const { points } = home;
  const rules = [{ every, keepDays }];
  const now = clock.now();
  const rpo = saved.rpo ?? environment.objectives.rpo;
  const words = savedWords(saved);
  const findings = [
    bucketFinding(home),
    newestFinding(points, now, rpo, words),
    ...seriesFinding(points, rules, now, days, words),
    ...expiryFinding(points, rules, now, words),
    ...sizeFinding(points),
    ...stateFinding(points),
    ...home.keys.map(keyFinding),
  ];
  if (copyBucket === undefined) return findings;
  const recoveryRegion = recoveryRegionOf(environment);
  const there = await seenIn(aws.in(recoveryRegion), copyBucket, prefix);
  const whole = there.points.filter(({ status }) => status === 'COMPLETED');
  const copies = asOldAsSource(whole, points);
  const copying = copyingByName(points, copies, now);
  return [
    ...findings,
    bucketFinding(there),
    ...copyFindings({ points, copies, copying, now, days, recoveryRegion, rpo, promised, words }),
    ...there.keys.map(keyFinding),
  ];
}

/** Something that is saved whenever it changes: the newest must be younger than the last change, and have a whole copy. */
export async function inspectSavedConfiguration(
  { aws, clock, environment }: ReadContext,
  saved: SavedObjects,
  changed: Date | undefined,
): Promise<readonly Finding[]> {
  const { bucket, prefix, copyBucket } = saved;
  const home = await seenIn(aws, bucket, prefix);
  const newest = complete(home.points).at(-1);
  const words = savedWords(saved);
  const findings = [
    bucketFinding(home),
    recentFinding(newest?.created, changed, words.none),
    ...home.keys.map(keyFinding),
  ];
  if (copyBucket === undefined) return findings;
  const recoveryRegion = recoveryRegionOf(environment);
  const there = await seenIn(aws.in(recoveryRegion), copyBucket, prefix);
  const copy = newest && copyingByName(home.points, there.points, clock.now()).copyOf(newest);
  const rule = `the newest has a copy in ${recoveryRegion}`;
  return [
    ...findings,
    bucketFinding(there),
    copy === undefined
      ? { verdict: 'fail', subject: 'copies', fact: 'it has none', rule, toDo: words.noCopies }
      : { verdict: 'pass', subject: 'copies', fact: 'it has one', rule },
    ...(newest === undefined ? [] : shareFindings([{ point: newest, copy }], recoveryRegion, words)),
    ...there.keys.map(keyFinding),
  ];
}

const minuteText = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function recentFinding(saved: Date | undefined, changed: Date | undefined, toDo: string): Finding {
  const subject = 'newest';
  const rule =
    changed === undefined
      ? 'it was saved'
      : `saved after the last change of the configuration, ${minuteText(changed)}`;
  if (saved === undefined) return { verdict: 'fail', subject, fact: 'nothing is saved', rule, toDo };
  const fact = `saved ${minuteText(saved)}`;
  return changed === undefined || saved >= changed
    ? { verdict: 'pass', subject, fact, rule }
    : { verdict: 'fail', subject, fact, rule, toDo };
}
