import type { FaultEvent } from './faults/effects.ts';
import type { Fault } from './faults/fault.ts';
import { ownMember, setMember } from './own-member.ts';
import type { PastRegion } from './past.ts';
import { emptyRegion, type RegionState } from './region.ts';
import type { AcmEvent } from './services/acm/state.ts';
import type { AutoScalingEvent } from './services/auto-scaling/state.ts';
import type { BackupEvent } from './services/backup/state.ts';
import { type CloudTrailState, emptyCloudTrail } from './services/cloudtrail/state.ts';
import type { LogsEvent } from './services/cloudwatch-logs/state.ts';
import type { Ec2Event } from './services/ec2/state.ts';
import type { EfsEvent } from './services/efs/state.ts';
import { emptyIam, type IamState } from './services/iam/state.ts';
import type { KmsEvent } from './services/kms/state.ts';
import type { MqEvent } from './services/mq/state.ts';
import type { OpenSearchEvent } from './services/opensearch/state.ts';
import type { RdsEvent } from './services/rds/state.ts';
import { emptyRoute53, type Route53Event, type Route53State } from './services/route-53/state.ts';
import { emptyS3, type S3State } from './services/s3/state.ts';
import type { SecretsManagerEvent } from './services/secrets-manager/state.ts';
import type { SystemsManagerEvent } from './services/ssm/state.ts';
import type { SomebodyEvent } from './somebody.ts';
import type { TrafficEvent } from './traffic.ts';

/** Something that time makes happen. Data, never a closure: a killed run finds its future in the stored world. */
export type SandboxEvent =
  | AcmEvent
  | AutoScalingEvent
  | BackupEvent
  | Ec2Event
  | EfsEvent
  | FaultEvent
  | KmsEvent
  | LogsEvent
  | MqEvent
  | OpenSearchEvent
  | RdsEvent
  | Route53Event
  | SecretsManagerEvent
  | SomebodyEvent
  | SystemsManagerEvent
  | TrafficEvent;

export type EventHandlers<Event extends { readonly kind: string }> = {
  readonly [Kind in Event['kind']]: (world: World, event: Extract<Event, { kind: Kind }>) => void;
};

export interface Transition {
  readonly at: Date;
  readonly serial: number;
  readonly region: string;
  readonly event: SandboxEvent;
}

/** A whole simulated AWS account at one moment, in all its Regions: plain data, changed in place. */
export interface Account {
  readonly account: string;
  /** Names of the environments that stand in it. */
  readonly environments: readonly string[];
  /** What goes on in it, as whoever works in it is told. */
  readonly scenario: { readonly id: string; readonly title: string; readonly brief: string };
  now: Date;
  random: { events: number; calls: number };
  serial: number;
  /** In the order in which they are due. */
  transitions: Transition[];
  faults: Fault[];
  /** How often each `service:operation` was called, for faults that strike the n-th call. */
  calls: Record<string, number>;
  /** Requests answered so far, from which the next one gets its id. */
  requests: number;
  /** How Regions were before the writes of the last seconds. */
  past: PastRegion[];
  cloudTrail: CloudTrailState;
  iam: IamState;
  route53: Route53State;
  s3: S3State;
  regions: Record<string, RegionState>;
}

/** The account as one of its Regions sees it: what handlers and events work on. A view, never a copy. */
export interface World extends Account, RegionState {
  readonly region: string;
}

export const newAccount = (
  account: string,
  { seed, ...known }: { seed: number } & Pick<Account, 'now' | 'environments' | 'scenario'>,
): Account => ({
  account,
  ...known,
  random: { events: seed, calls: ~seed },
  serial: 0,
  transitions: [],
  faults: [],
  calls: {},
  requests: 0,
  past: [],
  cloudTrail: emptyCloudTrail(),
  iam: emptyIam(),
  route53: emptyRoute53(),
  s3: emptyS3(),
  regions: {},
});

const views = new WeakMap<Account, Map<string, World>>();
const accounts = new WeakMap<World, Account>();

/** The account as seen from a Region; one that nobody has used yet is empty. */
export function seenFrom(account: Account, region: string): World {
  const known = views.get(account) ?? new Map<string, World>();
  views.set(account, known);
  let view = known.get(region);
  if (view === undefined) {
    view = viewOf(account, region);
    known.set(region, view);
    accounts.set(view, account);
  }
  return view;
}

function viewOf(account: Account, region: string): World {
  const state = ownMember(account.regions, region) ?? emptyRegion();
  setMember(account.regions, region, state);
  return Object.defineProperties(
    {},
    {
      region: { value: region, enumerable: true },
      ...through(account),
      ...through(state),
    },
  ) as World;
}

/** Accessors, so that what a handler replaces is replaced in the account itself. */
const through = <Source extends object>(source: Source): PropertyDescriptorMap =>
  Object.fromEntries(
    Object.keys(source).map((key) => [
      key,
      {
        enumerable: true,
        get: () => Reflect.get(source, key),
        set: (value: unknown) => Reflect.set(source, key, value),
      },
    ]),
  );

/** The whole account behind what a Region sees. */
export function accountOf(world: World): Account {
  const account = accounts.get(world);
  if (account === undefined) throw new TypeError('This world is not a view of an account');
  return account;
}

/** The same account as seen from another Region. */
export const elsewhere = (world: World, region: string): World => seenFrom(accountOf(world), region);

const dateTag = '$date';

/** Plain data as JSON text, dates tagged so that `fromText` brings them back as dates. What holds such a tag itself is put into a list. */
export const toText = (data: object): string => JSON.stringify(tagged(data));

/** @throws SyntaxError where `text` is no JSON */
export const fromText = (text: string): unknown => untagged(JSON.parse(text));

// Both walk by themselves: a function handed to JSON is called for every number too, and a world is written after every write.
function tagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { [dateTag]: value.getTime() };
  if (Array.isArray(value)) return value.map(tagged);
  const copy: Record<string, unknown> = {};
  let holdsTag = false;
  for (const key of Object.keys(value)) {
    const inner = tagged(Reflect.get(value, key));
    if (key === '__proto__') setMember(copy, key, inner);
    else copy[key] = inner;
    if (key === dateTag) holdsTag = true;
  }
  return holdsTag ? { [dateTag]: [copy] } : copy;
}

/** In place. */
function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const tag: unknown = Reflect.get(value, dateTag);
  if (Array.isArray(tag)) return withoutTags(tag[0]);
  return tag === undefined ? withoutTags(value) : new Date(typeof tag === 'number' ? tag : Number.NaN);
}

function withoutTags<Value extends object>(value: Value): Value {
  for (const key of Object.keys(value)) {
    const inner: unknown = Reflect.get(value, key);
    if (typeof inner === 'object' && inner !== null) Reflect.set(value, key, untagged(inner));
  }
  return value;
}

/** Regions that somebody has only looked at are left out. */
export const snapshot = (account: Account): string =>
  toText({
    ...account,
    regions: Object.fromEntries(
      Object.entries(account.regions).filter(([, state]) => !isAlike(state, emptyRegion())),
    ),
  });

/** Ends at the first difference. */
const isAlike = (one: unknown, other: unknown): boolean =>
  typeof one === 'object' && typeof other === 'object' && one !== null && other !== null
    ? Object.keys(one).length === Object.keys(other).length &&
      Object.keys(one).every((key) => isAlike(Reflect.get(one, key), Reflect.get(other, key)))
    : one === other;

/** @throws SyntaxError where `text` is no JSON */
export const restore = (text: string): Account => fromText(text) as Account;
