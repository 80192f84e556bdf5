import type { Observations } from '../../engine/observation.ts';
import type { Interval } from '../../engine/step.ts';
import type { AskedFor } from './failover-change.ts';
import type { ControlSeen, TargetsSeen } from './failover-lanes.ts';
import { isServing, isWhole } from './failover-progress.ts';
import { type Moment, type Outage, outageOf } from './outage.ts';
import { lastBack, type Milestone, type Phase, phasesOf, spanBetween } from './outage-phases.ts';

/** What was seen of a failover, from its asking on. */
export interface Watched {
  readonly asked: AskedFor;
  readonly targetHost: string | undefined;
  readonly control: Observations<ControlSeen>;
  readonly endpoint: Observations<string>;
  readonly health: Observations<string>;
  readonly targets: Observations<TargetsSeen>;
}

type Reached = Milestone['reached'];

/** When the lane first saw it so and never otherwise since; not before it was asked for. */
function since<Seen>(
  { asked }: Watched,
  lane: Observations<Seen>,
  wasSo: boolean,
  isSo: (seen: Seen) => boolean,
): Reached {
  if (lane.notObserved !== undefined) return { missing: lane.notObserved };
  if (lane.looks.every((look) => 'missing' in look)) return { missing: 'no look saw anything' };
  return outageOf({ lane, from: asked.from, wasGood: wasSo, isGood: isSo }).back;
}

export const noticedIn = (watched: Watched): Reached =>
  since(
    watched,
    watched.control,
    false,
    ({ status, writer }) => status !== 'available' || writer !== watched.asked.former,
  );

export const promotedIn = (watched: Watched): Reached =>
  since(watched, watched.control, false, ({ writer }) => writer === watched.asked.target);

export const wholeIn = (watched: Watched): Reached =>
  since(
    watched,
    watched.control,
    false,
    ({ writer, status, away }) =>
      writer === watched.asked.target && status === 'available' && away.length === 0,
  );

export const movedIn = (watched: Watched): Reached =>
  since(watched, watched.endpoint, false, (leadsTo) => leadsTo === watched.targetHost);

export const reconnectedIn = (watched: Watched): Reached => since(watched, watched.health, true, isServing);

export const healthyIn = (watched: Watched): Reached => since(watched, watched.targets, true, isWhole);

export const askedAt = ({ asked: { from, until } }: Watched): Moment => ({
  notBefore: from,
  notAfter: until,
});

export const phaseNames = ['detect', 'promote', 'dns', 'reconnect', 'healthy'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** From the asking to the last thing that had to happen, in the order in which one waits for the other. */
export const phasesIn = (watched: Watched): readonly Phase[] =>
  phasesOf(askedAt(watched), [
    { name: 'detect', reached: noticedIn(watched) },
    { name: 'promote', reached: promotedIn(watched) },
    { name: 'dns', reached: movedIn(watched) },
    { name: 'reconnect', reached: reconnectedIn(watched) },
    { name: 'healthy', reached: healthyIn(watched) },
  ] satisfies { name: PhaseName; reached: Reached }[]);

export const untilWhole = (watched: Watched): Phase['lasted'] => {
  const reached = wholeIn(watched);
  return 'missing' in reached ? reached : spanBetween(askedAt(watched), reached);
};

/** What users noticed; `undefined` where nobody asked in their place. */
export function noticedByUsers({ asked: { from }, health }: Watched): Outage | undefined {
  if (health.looks.every((look) => 'missing' in look)) return undefined;
  return outageOf({ lane: health, from, wasGood: true, isGood: isServing });
}

/** The lanes, by their names, and when each was back. */
export function lanesBackIn(watched: Watched): readonly { readonly name: string; readonly back: Moment }[] {
  const reached = {
    'RDS control plane': wholeIn(watched),
    'cluster endpoint (DNS)': movedIn(watched),
    'health URL': reconnectedIn(watched),
    'target group': healthyIn(watched),
  };
  return Object.entries(reached).flatMap(([name, back]) => ('missing' in back ? [] : [{ name, back }]));
}

/** The lanes, by their names, that can have come back last. */
export const lastBackIn = (watched: Watched): readonly string[] => lastBack(lanesBackIn(watched));

/** Where no look tells, an outage may have lasted for any time. */
export const unknownLength: Interval = { atLeast: 0 };
