import type { CopyJob } from '../../aws/backup.ts';
import { formatDuration, hours, type Milliseconds, minutes } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import { byAge, complete, type Point, type SeriesWords, sizeText } from './recovery-series.ts';

/** Blocks that hold nothing may be left out, compression differs: what is missing beyond that is data. */
const leastShare = 0.9;

/** How long after a backup its copy may not have begun without anybody being worried. */
const onTheWay = hours(3);

const apart = (one: Point, other: Point): Milliseconds =>
  Math.abs(one.created.getTime() - other.created.getTime());

/** Which copy belongs to which of a series, and what is known of those that are missing. */
export interface Copying {
  copyOf(point: Point): Point | undefined;
  /** Nobody need worry yet. */
  mayStillCome(point: Point): boolean;
  /** What the copying itself says of a failure. */
  readonly why?: string | undefined;
}

/** Whether it is so young that its copy need not have begun. */
export const isFresh = ({ completed, created }: Point, now: Date): boolean =>
  now.getTime() - (completed ?? created).getTime() <= onTheWay;

/** As the copy jobs say, and for those that AWS has forgotten (after 30 days) by the time that both were made. */
export function copyingByJobs(copies: readonly Point[], jobs: readonly CopyJob[], now: Date): Copying {
  const made = new Map(
    jobs.flatMap(({ SourceRecoveryPointArn, DestinationRecoveryPointArn, State }) =>
      State === 'COMPLETED' &&
      SourceRecoveryPointArn !== undefined &&
      DestinationRecoveryPointArn !== undefined
        ? [[SourceRecoveryPointArn, DestinationRecoveryPointArn]]
        : [],
    ),
  );
  return {
    copyOf: (point) =>
      copies.find(({ arn }) => arn === made.get(point.arn)) ??
      copies.find((copy) => apart(copy, point) < minutes(1)),
    mayStillCome(point) {
      const own = jobs.filter(({ SourceRecoveryPointArn }) => SourceRecoveryPointArn === point.arn);
      if (own.some(({ State }) => State === 'CREATED' || State === 'RUNNING')) return true;
      return own.length === 0 && isFresh(point, now);
    },
    why: jobs.find(({ State, StatusMessage }) => State === 'FAILED' && StatusMessage)?.StatusMessage,
  };
}

export interface CopiesSeen {
  readonly points: readonly Point[];
  /** What lies in the recovery Region and is complete. */
  readonly copies: readonly Point[];
  readonly copying: Copying;
  readonly now: Date;
  readonly days: number;
  readonly recoveryRegion: string;
  /** Oldest that the newest copy may be. */
  readonly rpo: Milliseconds | undefined;
  /** What the service promises, where a component's own RPO is more modest. */
  readonly promised: Milliseconds | undefined;
  readonly words: SeriesWords;
}

interface Pair {
  readonly point: Point;
  readonly copy: Point | undefined;
}

export function copyFindings(seen: CopiesSeen): readonly Finding[] {
  const { points, copying, now, days, recoveryRegion, words } = seen;
  const from = now.getTime() - days * hours(24);
  const wanted = complete(points).filter(({ created }) => created.getTime() >= from);
  const pairs = wanted.map((point): Pair => ({ point, copy: copying.copyOf(point) }));
  const late = pairs.filter(({ point, copy }) => copy === undefined && !copying.mayStillCome(point));
  const rule = `every ${words.one} of the last ${days} days has a copy in ${recoveryRegion}`;
  const there = pairs.filter(({ copy }) => copy !== undefined).length;
  const { why } = copying;
  const existence: Finding =
    late.length === 0
      ? { verdict: 'pass', subject: 'copies', fact: `${there} of ${wanted.length} are there`, rule }
      : {
          verdict: 'fail',
          subject: 'copies',
          fact: `${late.length} of ${wanted.length} ${words.many} have no copy${why === undefined ? '' : `; a copy job says: ${why}`}`,
          rule,
          toDo: words.copiesMissing,
        };
  return [existence, ...ageFindings(seen), ...shareFindings(pairs, recoveryRegion, words)];
}

export function ageFindings({
  copies,
  now,
  rpo,
  promised,
  recoveryRegion,
  words,
}: Omit<CopiesSeen, 'points' | 'copying' | 'days'>): readonly Finding[] {
  const newest = byAge(copies).at(-1);
  const subject = 'newest copy';
  if (newest === undefined) {
    return [
      {
        verdict: 'fail',
        subject,
        fact: `nothing can be restored in ${recoveryRegion}: it holds no complete copy`,
        rule: `there is a copy in ${recoveryRegion}`,
        toDo: words.noCopies,
      },
    ];
  }
  const age = now.getTime() - newest.created.getTime();
  const fact = `its data are ${formatDuration(age)} old`;
  if (rpo !== undefined && age > rpo) {
    const rule = `no older than the RPO, ${formatDuration(rpo)}`;
    return [{ verdict: 'fail', subject, fact, rule, toDo: words.copiesOld }];
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

export function shareFindings(
  pairs: readonly Pair[],
  recoveryRegion: string,
  words: SeriesWords,
): readonly Finding[] {
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
            fact:
              known.length === 1
                ? '1 copy is as large as its source'
                : `${known.length} copies are as large as their sources`,
            rule,
          },
        ];
  return [
    {
      verdict: 'fail',
      subject: 'copy sizes',
      fact: `${short.length} of ${known.length} copies are short: ${sizeText(worst.bytes)} of ${sizeText(worst.of)} (${Math.round(worst.share * 100)} %)`,
      rule,
      toDo: `Do not count on ${recoveryRegion}. ${words.copiesShort}`,
    },
  ];
}
