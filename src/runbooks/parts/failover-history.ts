import * as z from 'zod';
import { type Event, failoverEvents } from '../../aws/rds.ts';
import { formatDuration, hours, type Milliseconds } from '../../duration.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { Refusal } from '../../errors.ts';
import { type ClusterFacts, clusterOf } from './aurora-cluster.ts';
import { pointInTime } from './point-in-time.ts';

export const failoverNote = z.object({
  at: pointInTime,
  what: z.enum(['started', 'completed', 'failed']),
  /** Which instance was, or was to be, promoted. */
  to: z.string().optional(),
});

/** What an event of RDS says about a failover. */
export type FailoverNote = z.output<typeof failoverNote>;

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html */
const texts: readonly (readonly [RegExp, FailoverNote['what']])[] = [
  [/^Started (?:cross|same) AZ failover to DB instance:\s*(\S+?)\.?$/i, 'started'],
  [/^Completed failover to DB instance:\s*(\S+?)\.?$/i, 'completed'],
  [/failover failed/i, 'failed'],
];

export function notesIn(events: readonly Event[]): readonly FailoverNote[] {
  return events
    .flatMap(({ Date: at, Message = '' }): FailoverNote[] => {
      for (const [text, what] of texts) {
        const match = text.exec(Message);
        if (match !== null && at !== undefined)
          return [{ at, what, ...(match[1] !== undefined && { to: match[1] }) }];
      }
      return [];
    })
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/** How long RDS's part of each failover took, from its own times. */
export function timesTaken(notes: readonly FailoverNote[]): readonly Milliseconds[] {
  const taken: Milliseconds[] = [];
  let begun: Date | undefined;
  for (const { at, what } of notes) {
    if (what === 'started') begun = at;
    else {
      if (what === 'completed' && begun !== undefined) taken.push(at.getTime() - begun.getTime());
      begun = undefined;
    }
  }
  return taken;
}

const twoWeeks = hours(14 * 24);

const history = z.object({
  /** When RDS last reported anything of a failover. */
  latest: pointInTime.optional(),
  taken: z.array(z.number()),
  /** Why a failover comes so soon after another. */
  acknowledged: z.string().optional(),
});

export type History = z.output<typeof history>;

export function lastFailoverIsLongAgo(
  acknowledged: string | undefined,
  cluster: StepReference<ClusterFacts>,
): Check<History> {
  return check({
    id: 'last-failover',
    title: 'The last failover is longer ago than the environment asks for, or somebody says why another one',
    uses: [failoverEvents],
    returns: history,
    async run({ aws, clock, environment, outputOf }) {
      const facts = outputOf(cluster);
      const { failoverGap } = clusterOf(environment, facts.name);
      const notes = notesIn(await failoverEvents(aws, facts.cluster, twoWeeks));
      const latest = notes.at(-1)?.at;
      const ago = latest === undefined ? Number.POSITIVE_INFINITY : clock.now().getTime() - latest.getTime();
      if (ago < failoverGap && acknowledged === undefined) {
        throw new Refusal({
          code: 'FAILOVER_TOO_RECENT',
          message: `${facts.cluster} failed over ${formatDuration(ago)} ago (${latest?.toISOString()}), and components.${facts.name}.failoverGap asks for ${formatDuration(failoverGap)}: whoever or whatever did that may not be done`,
          hint: 'Find out why first; then --acknowledge-recent "the reason"',
        });
      }
      return { latest, taken: [...timesTaken(notes)], ...(ago < failoverGap && { acknowledged }) };
    },
    summary: historyText,
  });
}

export const historyText = ({ latest, acknowledged }: History): string =>
  (latest === undefined ? 'none in 14 days' : latest.toISOString()) +
  (acknowledged === undefined ? '' : `; another one because: ${acknowledged}`);

/** What is to be expected, from what was. */
export function expectedText({ taken }: History): string {
  if (taken.length === 0)
    return 'no failover in 14 days to go by; AWS: usually under a minute until the new writer takes writes';
  const [least, most] = [Math.min(...taken), Math.max(...taken)].map(formatDuration);
  return `RDS took ${least === most ? least : `${least} to ${most}`} for ${taken.length === 1 ? 'the last one' : `the last ${taken.length}`}; pools come back later`;
}
