import * as z from 'zod';
import { describeCluster } from '../../aws/rds.ts';
import { formatDuration } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Check,
  check,
  type ForEach,
  forEach,
  type ListEntry,
  type Measure,
  type Measured,
  measure,
  type StepReference,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { between, criticalPath, type PathLink, type Phase } from './critical-path.ts';
import { onNode } from './node-command.ts';
import { momentText } from './point-in-time.ts';
import { recoveredOf, recoveryOf } from './recovered-components.ts';
import { type RecoverySet, type Store, storeIn } from './recovery-set.ts';
import { restoredName } from './restored-name.ts';
import type { Sustained } from './sustained-health.ts';

/** When the clocks of RTO and RPO begin to run. */
export type Declared = { readonly at: string };

const declaredSchema = z.object({ at: z.iso.datetime() });

export const declareStart = (incidentAt: string | undefined): Check<Declared> =>
  check({
    id: 'declared',
    title:
      incidentAt === undefined
        ? 'The start is declared: the clock runs'
        : 'The start is declared: the clock has been running since the incident',
    returns: declaredSchema,
    async run({ clock }) {
      return { at: incidentAt ?? clock.now().toISOString() };
    },
    summary: ({ at }) => momentText(at),
  });

/** Before anybody is asked: clocks that begin to run later would count less than nothing, and the objective would be met. */
export const incidentHasBegun = (incidentAt: string): Check<void> =>
  check({
    id: 'incident',
    title: `The incident began at ${incidentAt}`,
    async run({ clock }) {
      const now = clock.now();
      if (Date.parse(incidentAt) <= now.getTime()) return;
      throw new OperatorError({
        code: 'INCIDENT_IN_THE_FUTURE',
        message: `--incident-at ${incidentAt} is yet to come: it is ${momentText(now)} now. Nothing was changed`,
        hint: 'Give the time with its offset from UTC, such as 2026-03-02T02:10:00Z or 2026-03-01T18:10:00-08:00',
      });
    },
  });

/** A list of steps, and what of them had to be over before it could begin. */
export interface MeasuredPhase {
  readonly name: string;
  readonly entry: { readonly id: string };
  readonly after: readonly string[];
}

const path = z.object({
  links: z.array(z.object({ name: z.string(), took: z.number(), share: z.number() })),
});

/** @param arrived the list that sends users there, in a failover: until they are there it is not over */
export const recoveryTime = (
  declared: StepReference<Declared>,
  sustained: StepReference<Sustained>,
  arrived: { readonly id: string } | undefined,
  phases: readonly MeasuredPhase[],
): readonly ListEntry[] => [
  check({
    id: 'critical-path',
    title: 'It is known where the time went',
    returns: path,
    async run({ outputOf, spanOf }) {
      const begun = new Date(outputOf(declared).at);
      const ended = endOf({ outputOf, spanOf }, sustained, arrived);
      const seen = phases.flatMap(({ name, entry, after }): Phase[] => {
        const span = spanOf(entry);
        return span?.to === undefined ? [] : [{ name, from: span.from, to: span.to, after }];
      });
      return { links: [...criticalPath(seen, begun, ended)] };
    },
    summary: ({ links }) => pathText(links),
  }),
  measure({
    id: 'rto',
    title:
      arrived === undefined
        ? 'Time from the declared start until it was healthy and stayed so'
        : 'Time from the declared start until users were served again',
    unit: 'milliseconds',
    objective: ({ environment: { objectives } }) =>
      objectives.rto === undefined ? undefined : { atMost: objectives.rto },
    sample: async ({ outputOf, spanOf }) => ({
      value: endOf({ outputOf, spanOf }, sustained, arrived).getTime() - Date.parse(outputOf(declared).at),
    }),
  }),
];

const endOf = (
  { outputOf, spanOf }: Pick<ReadContext, 'outputOf' | 'spanOf'>,
  sustained: StepReference<Sustained>,
  arrived: { readonly id: string } | undefined,
): Date => (arrived === undefined ? undefined : spanOf(arrived)?.to) ?? new Date(outputOf(sustained).since);

/** Where less of the time went than this, nobody has to look. */
const leastShare = 0.01;

/** The longest first, for who reads only the beginning. What lies between phases is one, and what is too short to matter is left out. */
export function pathText(links: readonly PathLink[]): string {
  const summed = new Map<string, PathLink>();
  for (const { name, took, share } of links) {
    const before = summed.get(name) ?? { took: 0, share: 0 };
    summed.set(name, { name, took: before.took + took, share: before.share + share });
  }
  const [longest, ...rest] = [...summed.values()].toSorted((one, other) => other.took - one.took);
  if (longest === undefined) return 'no time at all';
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const first = `${longest.name === between ? 'time between the phases' : `"${longest.name}"`} was ${percent(longest.share)} of it (${formatDuration(longest.took)})`;
  return [
    first,
    ...rest
      .filter(({ share }) => share >= leastShare)
      .map(({ name, took, share }) => `${name} ${percent(share)} (${formatDuration(took)})`),
  ].join(', then ');
}

const storeItem = z.object({ name: z.string(), by: z.enum(['beacon', 'copy']), fleet: z.string() });

/** How much of each store is lost: what was written after the newest that was brought back. */
export const dataLoss = (
  declared: StepReference<Declared>,
  set: StepReference<RecoverySet>,
): readonly [losses: ForEach<z.output<typeof storeItem>>, skew: Measure] => [
  forEach({
    id: 'rpo',
    title: 'Measure what of each store is lost',
    item: storeItem,
    items: async ({ environment, outputOf }) => {
      const { beacon } = recoveryOf(environment);
      const [database] = recoveredOf(environment, 'aurora-cluster');
      return outputOf(set).stores.map(({ name }) =>
        beacon !== undefined && name === database?.name
          ? { name, by: 'beacon' as const, fleet: beacon.fleet }
          : { name, by: 'copy' as const, fleet: '' },
      );
    },
    key: ({ name }) => name,
    steps: ({ name, by, fleet }) =>
      by === 'beacon' ? lossByBeacon(name, fleet, declared, set) : [lossByCopy(name, declared, set)],
    example: { name: 'files', by: 'copy', fleet: '' },
  }),
  measure({
    id: 'skew',
    title:
      'How far what was restored of database and files lies apart: rows may name files that are not there',
    unit: 'milliseconds',
    sample: async ({ outputOf }) => ({ value: outputOf(set).skew }),
  }),
];

const objectiveOf = (name: string, set: StepReference<RecoverySet>) => (context: ReadContext) => {
  const { rpo } = storeIn(context.outputOf(set), name);
  return rpo === undefined ? undefined : { atMost: rpo };
};

const lossByCopy = (
  name: string,
  declared: StepReference<Declared>,
  set: StepReference<RecoverySet>,
): Measure =>
  measure({
    id: 'loss',
    title: `Data loss of ${name}, by the age of its copy`,
    unit: 'milliseconds',
    objective: objectiveOf(name, set),
    sample: async ({ outputOf }) => lossOf(storeIn(outputOf(set), name), outputOf(declared).at),
  });

function lossByBeacon(
  name: string,
  fleet: string,
  declared: StepReference<Declared>,
  set: StepReference<RecoverySet>,
): readonly ListEntry[] {
  const { asked, answered } = onNode({
    id: `beacon-of-${name}`,
    order: `Have a node read the beacons in the restored ${name}`,
    fact: `The beacons in the restored ${name} are read`,
    fleet,
    at: 'recovery',
    uses: [describeCluster],
    async command({ aws, environment, runId }) {
      const { beacon, region } = recoveryOf(environment);
      const cluster = await describeCluster(aws.in(region), restoredName(runId, name));
      return beacon?.read.replaceAll('{endpoint}', cluster?.Endpoint ?? '') ?? 'false';
    },
    expected: () => [{ line: 'beacon' }],
    afterwards: 'Leave nothing: it only read',
    mayFail: true,
  });
  return [
    asked,
    answered,
    measure({
      id: 'loss',
      title: `Data loss of ${name}, by its newest beacon or the age of its copy`,
      unit: 'milliseconds',
      objective: objectiveOf(name, set),
      sample: async ({ outputOf }) =>
        lossOf(
          storeIn(outputOf(set), name),
          outputOf(declared).at,
          beaconTime(outputOf(answered).values['beacon']),
        ),
    }),
  ];
}

/** In `ID TIME`. */
export function beaconTime(line: string | undefined): Date | undefined {
  const time = new Date(line?.trim().split(/\s+/).at(-1) ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Nothing newer than the end of a backup is in it; all that is older than its beginning is, and so is a beacon that was read. */
export function lossOf(
  { from, until }: Pick<Store, 'from' | 'until'>,
  declared: string,
  beacon?: Date,
): Measured {
  const start = Date.parse(declared);
  const proven = Math.max(Date.parse(from), beacon?.getTime() ?? 0);
  const atMost = Math.max(0, start - proven);
  const atLeast = until === undefined ? 0 : Math.max(0, start - Math.max(Date.parse(until), proven));
  return atLeast === atMost ? { value: atMost } : { atLeast, atMost };
}

const beaconItem = z.object({ fleet: z.string() });

/** A row with the run's id and the time, by which a later drill knows how old the data are that it restored. */
export const writeBeacon = (): ForEach<z.output<typeof beaconItem>> =>
  forEach({
    id: 'write-beacon',
    title: 'Write a beacon into production, where that is allowed',
    item: beaconItem,
    items: async ({ environment }) => {
      const { beacon } = recoveryOf(environment);
      return beacon === undefined ? [] : [{ fleet: beacon.fleet }];
    },
    key: ({ fleet }) => fleet,
    steps({ fleet }) {
      const { asked, answered } = onNode({
        id: 'beacon',
        order: 'Have a node of production write a beacon into the database',
        fact: 'The beacon is written',
        fleet,
        at: 'home',
        command: ({ environment, runId }) =>
          recoveryOf(environment).beacon?.write.replaceAll('{id}', runId) ?? 'false',
        afterwards: 'Leave the beacon: a later drill measures by it',
      });
      return [asked, answered];
    },
    example: { fleet: 'app' },
  });
