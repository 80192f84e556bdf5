import { formatDuration, hours, type Milliseconds, minutes } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import type { BackupPolicy } from './backup-coverage.ts';

/** One backup of a series: a recovery point of AWS Backup, or what was saved to a bucket at one time. */
export interface Point {
  readonly arn: string;
  readonly created: Date;
  readonly completed?: Date | undefined;
  readonly status: string;
  readonly message?: string | undefined;
  readonly bytes?: number | undefined;
  readonly key?: string | undefined;
  readonly deleteAt?: Date | undefined;
}

/** How findings speak of a series, and what they tell to do about it. */
export interface SeriesWords {
  readonly one: string;
  readonly many: string;
  readonly none: string;
  readonly late: string;
  readonly gap: string;
  readonly young: string;
  keepLonger(point: Point): string;
  readonly noCopies: string;
  readonly copiesMissing: string;
  readonly copiesOld: string;
  readonly copiesShort: string;
}

export const recoveryPointWords: SeriesWords = {
  one: 'recovery point',
  many: 'recovery points',
  none: 'Back it up now: aws backup start-backup-job; then find out why the plan did not',
  late: 'Find out why no backup was made since: "jobs" below',
  gap: 'What was lost then can only be had from the recovery points around it; see "jobs" for the cause',
  young:
    'Expected of a new resource; else find out who deleted the older ones (CloudTrail: DeleteRecoveryPoint)',
  keepLonger: ({ arn }) =>
    `Keep it longer: aws backup update-recovery-point-lifecycle --recovery-point-arn ${arn}`,
  noCopies: 'Copy the newest recovery point now: aws backup start-copy-job',
  copiesMissing:
    'Read the copy jobs: aws backup list-copy-jobs --by-state FAILED; copy the newest by hand: aws backup start-copy-job. An alarm on failed jobs that is OK for lack of data says nothing',
  copiesOld: 'See which copies are late or failed',
  copiesShort:
    'Copy the newest again, compare, and open a case with AWS: COMPLETED is a statement about the job, not about the data',
};

const day = hours(24);

/** A backup begins within its start window, which is an hour unless somebody says otherwise, and no two take equally long. */
const slack = minutes(90);

export const byAge = (points: readonly Point[]): readonly Point[] =>
  points.toSorted((one, other) => one.created.getTime() - other.created.getTime());

export const complete = (points: readonly Point[]): readonly Point[] =>
  byAge(points.filter(({ status }) => status === 'COMPLETED'));

const since = (now: Date, then: Date): Milliseconds => now.getTime() - then.getTime();

export const sizeText = (bytes: number): string => {
  const [unit, name] = bytes >= 1024 ** 4 ? [1024 ** 4, 'TiB'] : [1024 ** 3, 'GiB'];
  return bytes < 1024 ** 2 ? `${bytes} bytes` : `${Math.round((bytes / unit) * 10) / 10} ${name}`;
};

type Rules = readonly Pick<BackupPolicy['rules'][number], 'every' | 'keepDays'>[];

/** The longest gap that the rules allow behind a recovery point of this age: of those that still keep it, the most frequent one. */
export const longestGap = (rules: Rules, age: Milliseconds): Milliseconds =>
  Math.min(
    ...rules.filter(({ keepDays }) => keepDays * day >= age).map(({ every }) => every),
    Math.max(...rules.map(({ every }) => every)),
  );

export interface Gap {
  readonly from: Date;
  readonly to: Date;
}

/** Between recovery points that are no older than the window, and up to now. One that is being made counts: the job did begin. */
export function gapsIn(
  points: readonly Point[],
  rules: Rules,
  now: Date,
  window: Milliseconds,
): readonly Gap[] {
  const times = byAge(points.filter(({ status }) => ['COMPLETED', 'CREATING'].includes(status)))
    .map(({ created }) => created)
    .filter((created) => since(now, created) <= window);
  return times.flatMap((from, index) => {
    const to = times[index + 1] ?? now;
    return since(to, from) > longestGap(rules, since(now, from)) + slack ? [{ from, to }] : [];
  });
}

const timeText = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');

const ageText = (now: Date, then: Date): string => formatDuration(Math.max(0, since(now, then)));

export function newestFinding(
  points: readonly Point[],
  now: Date,
  rpo: Milliseconds | undefined,
  words: SeriesWords,
): Finding {
  const subject = 'newest';
  const rule =
    rpo === undefined ? `there is a ${words.one}` : `no older than the RPO, ${formatDuration(rpo)}`;
  const newest = complete(points).at(-1);
  if (newest === undefined) {
    return {
      verdict: 'fail',
      subject,
      fact: `there is no complete ${words.one}`,
      rule,
      toDo: words.none,
    };
  }
  const fact = `${ageText(now, newest.created)} old`;
  return rpo === undefined || since(now, newest.created) <= rpo
    ? { verdict: 'pass', subject, fact, rule }
    : { verdict: 'fail', subject, fact, rule, toDo: words.late };
}

export function seriesFinding(
  points: readonly Point[],
  rules: Rules,
  now: Date,
  days: number,
  words: SeriesWords,
): readonly Finding[] {
  const kept = Math.max(...rules.map(({ keepDays }) => keepDays));
  const window = Math.min(days, kept) * day;
  const rule = `one at least every ${rules.map(({ every, keepDays }) => `${formatDuration(every)} (kept ${keepDays} d)`).join(', ')}`;
  const subject = 'series';
  const done = complete(points);
  const [oldest] = done;
  if (oldest === undefined) return [];
  const gaps = gapsIn(points, rules, now, window);
  const slowest = Math.max(...rules.map(({ every }) => every));
  const reaches = since(now, oldest.created);
  return [
    gaps.length === 0
      ? { verdict: 'pass', subject, fact: `${done.length} ${words.many}, no gap`, rule }
      : {
          verdict: 'fail',
          subject,
          fact: `${gaps.length} gaps, such as from ${timeText(gaps[0]?.from ?? now)} to ${timeText(gaps[0]?.to ?? now)} UTC`,
          rule,
          toDo: words.gap,
        },
    ...(reaches >= window - slowest - slack
      ? []
      : [
          {
            verdict: 'warn' as const,
            subject: 'reach',
            fact: `the oldest is ${formatDuration(reaches)} old`,
            rule: `${formatDuration(window)} back`,
            toDo: words.young,
          },
        ]),
  ];
}

/** What is due to expire before its successor can be there leaves nothing to restore from. */
export function expiryFinding(
  points: readonly Point[],
  rules: Rules,
  now: Date,
  words: SeriesWords,
): readonly Finding[] {
  const newest = complete(points).at(-1);
  if (newest === undefined) return [];
  const rule = 'the newest outlives the next backup';
  const next = new Date(newest.created.getTime() + longestGap(rules, 0) + slack);
  const due = next > now ? next : now;
  const { deleteAt } = newest;
  if (deleteAt === undefined || deleteAt > due) {
    const fact = deleteAt === undefined ? 'it does not expire' : `it expires ${timeText(deleteAt)} UTC`;
    return [{ verdict: 'pass', subject: 'expiry', fact, rule }];
  }
  return [
    {
      verdict: 'fail',
      subject: 'expiry',
      fact: `the newest expires ${timeText(deleteAt)} UTC, the next is due by ${timeText(due)}`,
      rule,
      toDo: words.keepLonger(newest),
    },
  ];
}

const middle = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

/** A series that suddenly holds half is more often a broken backup than a tidy user. */
const usualShare = 0.5;

export function sizeFinding(points: readonly Point[]): readonly Finding[] {
  const sizes = complete(points).flatMap(({ bytes }) => (bytes === undefined || bytes === 0 ? [] : [bytes]));
  const newest = sizes.at(-1);
  if (newest === undefined) return [];
  const usual = middle(sizes);
  const rule = `at least ${usualShare * 100} % of the usual ${sizeText(usual)}`;
  return newest >= usual * usualShare
    ? [{ verdict: 'pass', subject: 'size', fact: sizeText(newest), rule }]
    : [
        {
          verdict: 'warn',
          subject: 'size',
          fact: `the newest holds ${sizeText(newest)}`,
          rule,
          toDo: 'Ask whoever owns the data whether so much was deleted; if not, restore an older one',
        },
      ];
}

/** Not what failed and was made good, but what is neither complete nor gone. */
export function stateFinding(points: readonly Point[]): readonly Finding[] {
  const bad = points.filter(({ status }) => ['PARTIAL', 'EXPIRED', 'STOPPED'].includes(status));
  return bad.length === 0
    ? []
    : [
        {
          verdict: 'warn',
          subject: 'incomplete',
          fact: bad
            .map(
              ({ status, created, message }) =>
                `${status} of ${timeText(created)} UTC${message ? `: ${message}` : ''}`,
            )
            .join('; '),
          rule: 'every one is complete',
          toDo: 'Do not count on these',
        },
      ];
}
