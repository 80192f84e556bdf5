import type { CopyJob } from '../../aws/backup.ts';
import { formatDuration, hours, type Milliseconds, minutes } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import { complete, type Point, sizeText } from './recovery-series.ts';

/** Blocks that hold nothing may be left out, compression differs: what is missing beyond that is data. */
const leastShare = 0.9;

/** How long after a backup its copy may not have begun without anybody being worried. */
const onTheWay = hours(3);

const apart = (one: Point, other: Point): Milliseconds =>
  Math.abs(one.created.getTime() - other.created.getTime());

/**
 * Which copy belongs to which recovery point: as the copy jobs say, and for those that AWS has forgotten (after 30 days) by the time
 * that both were made.
 */
export function pairsOf(
  points: readonly Point[],
  copies: readonly Point[],
  jobs: readonly CopyJob[],
): readonly { readonly point: Point; readonly copy: Point | undefined }[] {
  const made = new Map(
    jobs.flatMap(({ SourceRecoveryPointArn, DestinationRecoveryPointArn, State }) =>
      State === 'COMPLETED' &&
      SourceRecoveryPointArn !== undefined &&
      DestinationRecoveryPointArn !== undefined
        ? [[SourceRecoveryPointArn, DestinationRecoveryPointArn]]
        : [],
    ),
  );
  return points.map((point) => ({
    point,
    copy:
      copies.find(({ arn }) => arn === made.get(point.arn)) ??
      copies.find((copy) => apart(copy, point) < minutes(1)),
  }));
}

function mayStillCome(point: Point, jobs: readonly CopyJob[], now: Date): boolean {
  const own = jobs.filter(({ SourceRecoveryPointArn }) => SourceRecoveryPointArn === point.arn);
  if (own.some(({ State }) => State === 'CREATED' || State === 'RUNNING')) return true;
  return own.length === 0 && now.getTime() - (point.completed ?? point.created).getTime() <= onTheWay;
}

export interface CopiesSeen {
  readonly points: readonly Point[];
  readonly copies: readonly Point[];
  readonly jobs: readonly CopyJob[];
  readonly now: Date;
  readonly days: number;
  readonly recoveryRegion: string;
  /** Oldest that the newest copy may be. */
  readonly rpo: Milliseconds | undefined;
  /** What the service promises, where a component's own RPO is more modest. */
  readonly promised: Milliseconds | undefined;
}

export function copyFindings(seen: CopiesSeen): readonly Finding[] {
  const { points, copies, jobs, now, days, recoveryRegion } = seen;
  const from = now.getTime() - days * hours(24);
  const wanted = complete(points).filter(({ created }) => created.getTime() >= from);
  const pairs = pairsOf(wanted, complete(copies), jobs);
  const late = pairs.filter(({ point, copy }) => copy === undefined && !mayStillCome(point, jobs, now));
  const rule = `every recovery point of the last ${days} days has a copy in ${recoveryRegion}`;
  const there = pairs.filter(({ copy }) => copy !== undefined).length;
  const why = jobs.find(({ State, StatusMessage }) => State === 'FAILED' && StatusMessage)?.StatusMessage;
  const existence: Finding =
    late.length === 0
      ? { verdict: 'pass', subject: 'copies', fact: `${there} of ${wanted.length} are there`, rule }
      : {
          verdict: 'fail',
          subject: 'copies',
          fact: `${late.length} of ${wanted.length} recovery points have no copy${why === undefined ? '' : `; a copy job says: ${why}`}`,
          rule,
          toDo: `Read the copy jobs: aws backup list-copy-jobs --by-state FAILED; copy the newest by hand: aws backup start-copy-job. An alarm on failed jobs that is OK for lack of data says nothing`,
        };
  return [existence, ...ageFindings(seen), ...shareFindings(pairs, recoveryRegion)];
}

function ageFindings({ copies, now, rpo, promised, recoveryRegion }: CopiesSeen): readonly Finding[] {
  const newest = complete(copies).at(-1);
  const subject = 'newest copy';
  if (newest === undefined) {
    return [
      {
        verdict: 'fail',
        subject,
        fact: `nothing can be restored in ${recoveryRegion}: it holds no complete copy`,
        rule: `there is a copy in ${recoveryRegion}`,
        toDo: 'Copy the newest recovery point now: aws backup start-copy-job',
      },
    ];
  }
  const age = now.getTime() - newest.created.getTime();
  const fact = `its data are ${formatDuration(age)} old`;
  if (rpo !== undefined && age > rpo) {
    const rule = `no older than the RPO, ${formatDuration(rpo)}`;
    return [{ verdict: 'fail', subject, fact, rule, toDo: 'See which copies are late or failed' }];
  }
  if (promised !== undefined && age > promised) {
    return [
      {
        verdict: 'warn',
        subject,
        fact,
        rule: `the service promises an RPO of ${formatDuration(promised)}`,
        toDo: `Know it before you need it: whoever rebuilds in ${recoveryRegion} loses this much`,
      },
    ];
  }
  return [{ verdict: 'pass', subject, fact, rule: 'no older than the RPO' }];
}

function shareFindings(pairs: ReturnType<typeof pairsOf>, recoveryRegion: string): readonly Finding[] {
  const known = pairs.flatMap(({ point, copy }) =>
    copy?.bytes === undefined || point.bytes === undefined || point.bytes === 0
      ? []
      : [{ bytes: copy.bytes, of: point.bytes, share: copy.bytes / point.bytes }],
  );
  const short = known.filter(({ share }) => share < leastShare);
  const worst = short.toSorted((one, other) => one.share - other.share)[0];
  const rule = `a copy holds at least ${leastShare * 100} % of the bytes`;
  if (worst === undefined)
    return known.length === 0
      ? []
      : [
          {
            verdict: 'pass',
            subject: 'copy sizes',
            fact: `${known.length} copies are as large as their sources`,
            rule,
          },
        ];
  return [
    {
      verdict: 'fail',
      subject: 'copy sizes',
      fact: `${short.length} of ${known.length} copies are short: ${sizeText(worst.bytes)} of ${sizeText(worst.of)} (${Math.round(worst.share * 100)} %)`,
      rule,
      toDo: `Do not count on ${recoveryRegion}. Copy the newest again, compare, and open a case with AWS: COMPLETED is a statement about the job, not about the data`,
    },
  ];
}
