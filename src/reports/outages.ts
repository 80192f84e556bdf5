import { formatDuration, type Milliseconds, minutes } from '../duration.ts';
import type { GoodConduct, ScoreLine, Truth } from './scorecard.ts';
import { shownSpan, timeOfDay, toSecond } from './times.ts';

/** A time in which users did not get what they asked for, as far as it lies within the run. */
export interface OutageReport {
  readonly application: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly milliseconds: Milliseconds;
  /** It was over when the exercise ended. */
  readonly over: boolean;
}

/** What was broken before the run began counts from its beginning. */
export const outagesIn = ({ outages, now }: Truth, begin: Date): readonly OutageReport[] =>
  outages
    .map(({ from, to, ...outage }) => ({
      ...outage,
      from: from > begin ? from : begin,
      to: to ?? now,
      over: to !== undefined,
    }))
    .filter(({ from, to, over }) => to > from || !over)
    .map(({ application, what, from, to, over }) => ({
      application,
      what,
      from: from.toISOString(),
      to: to.toISOString(),
      milliseconds: to.getTime() - from.getTime(),
      over,
    }));

/** More than could not be helped by no more than this is no disaster. */
const bearable = minutes(5);

export function downtimeLine(
  outages: readonly OutageReport[],
  { requests, failedRequests }: Truth,
  { downtime: allowed }: GoodConduct,
): ScoreLine {
  const total = timeCovered(outages);
  const lasts = outages.some(({ over }) => !over);
  const verdict =
    lasts || total > allowed + bearable ? 'wrong' : total > allowed ? 'could be better' : 'good';
  return {
    about: 'downtime',
    title: 'Downtime for users',
    verdict,
    fact: outages.length === 0 ? 'none' : `${formatDuration(shownTotal(outages))} in all`,
    sentence: lasts
      ? 'The exercise ended before the trouble did: users are still without what they ask for.'
      : sentenceOn(total, allowed),
    details: [
      ...outages.map(outageText),
      ...(requests === 0 ? [] : [`${failedRequests} of ${requests} requests failed`]),
    ],
  };
}

function sentenceOn(total: Milliseconds, allowed: Milliseconds): string {
  if (total === 0) return 'There was no outage.';
  if (total <= allowed) return `Up to ${formatDuration(allowed)} could not be helped.`;
  return allowed === 0
    ? 'None of it was necessary.'
    : `Longer than it had to be: ${formatDuration(allowed)} could not be helped.`;
}

const outageText = ({ application, what, from, to, over }: OutageReport): string =>
  `${application}: ${words[what] ?? what}, ${timeOfDay(from)} to ${over ? timeOfDay(to) : 'the end'} UTC (${formatDuration(shownSpan(from, to))})`;

const words: Readonly<Record<string, string>> = {
  unavailable: 'unavailable',
  'requests-failing': 'a part of the requests failed',
  'writes-failing': 'a part of the writes failed',
};

function shownTotal(outages: readonly OutageReport[]): Milliseconds {
  const total = timeCovered(outages);
  return total < 1000
    ? total
    : timeCovered(outages.map(({ from, to }) => ({ from: toSecond(from), to: toSecond(to) })));
}

/** Applications that are out at the same time are out once. */
export function timeCovered(spans: readonly { readonly from: string; readonly to: string }[]): Milliseconds {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans
    .map((span) => [Date.parse(span.from), Date.parse(span.to)] as const)
    .toSorted(([one], [other]) => one - other)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}
