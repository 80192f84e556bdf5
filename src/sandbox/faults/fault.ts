import type { Milliseconds } from '../../duration.ts';
import type { World } from '../world.ts';

/** When a fault is in force: every condition that is given must hold. */
export interface When {
  readonly from?: Date;
  readonly to?: Date;
  /** Only from the first call of this operation that succeeded, such as `FailoverDBCluster`. */
  readonly after?: string;
  /** How long it lasts, from `from` or from that call. */
  readonly lasts?: Milliseconds;
  /** When that call was, once it was made. */
  since?: Date;
}

/** What goes wrong with a call. `answer-lost`: the call takes effect and its answer does not arrive. */
export type Mishap =
  | 'throttle'
  | '500'
  | '503'
  | 'access-denied'
  | 'expired-credentials'
  | 'reset'
  | 'timeout'
  | 'answer-lost';

interface Struck {
  /** Package name without `@aws-sdk/client-`. */
  readonly service?: string;
  /** Name of an operation; a `*` at the end stands for any rest, as in `Describe*`. */
  readonly operation?: string;
  /** Counted per operation from 1; a list strikes each of them. */
  readonly calls?: readonly number[];
  readonly region?: string;
}

/** Something wrong with calls to AWS. */
export type CallFault =
  | ({ readonly what: Mishap } & Struck)
  /** The answer takes this long. */
  | ({ readonly what: 'slow'; readonly by: Milliseconds } & Struck)
  /** Reads see the Region as it was so long ago. */
  | ({ readonly what: 'stale-read'; readonly by: Milliseconds } & Struck)
  /** Calls beyond this rate are throttled, as by the token buckets of the real services. */
  | ({ readonly what: 'rate-limit'; readonly perSecond: number; bucket?: Bucket } & Struck);

/** What is left of a rate, and since when. */
export interface Bucket {
  readonly tokens: number;
  readonly at: Date;
}

/**
 * Something wrong with the world. The services ask for what concerns them (`inForce`); what has to happen by itself at the moment when
 * a fault begins or ends is in `effects.ts`. Names of resources may be left out: then it concerns every one.
 */
export type WorldFault =
  /** Nodes of an Availability Zone, its database instances and mount targets are out of reach; nothing can be launched there. */
  | { readonly what: 'zone-outage'; readonly zone: string }
  /** Nothing can be launched there; of one instance type, where it is named. */
  | { readonly what: 'zone-without-capacity'; readonly zone: string; readonly instanceType?: string }
  /** The application on the nodes (of a zone, or one node) stops answering and does not come back by itself. */
  | { readonly what: 'node-unhealthy'; readonly instance?: string; readonly zone?: string }
  /** A launched node of this image, or of any, never begins to serve. */
  | { readonly what: 'node-never-healthy'; readonly image?: string }
  /** Once this share of the healthy nodes runs the image, this share of requests fails. */
  | {
      readonly what: 'release-fails';
      readonly image: string;
      readonly shareOfNodes: number;
      readonly errorShare: number;
    }
  /** The agent on nodes does not answer: Systems Manager shows it offline, lifecycle hooks wait. */
  | { readonly what: 'agent-offline'; readonly instance?: string; readonly zone?: string }
  /** A failover is accepted and then nothing happens. */
  | { readonly what: 'failover-stuck'; readonly cluster?: string }
  /** Another instance is promoted than was asked for. */
  | { readonly what: 'failover-elsewhere'; readonly cluster?: string; readonly instance: string }
  /** The instance that was demoted does not come back from its restart. */
  | { readonly what: 'reader-stays-down'; readonly cluster?: string }
  | { readonly what: 'replica-lag'; readonly cluster?: string; readonly by: Milliseconds }
  /** Nodes go on using the address that they resolved before. */
  | { readonly what: 'dns-cached'; readonly by: Milliseconds }
  /** Pools stay on the connections to the demoted writer. */
  | { readonly what: 'pool-stays'; readonly share?: number }
  /** `resourceType` as AWS Backup has it: Aurora, EBS, EFS, RDS. */
  | {
      readonly what: 'restore-fails';
      readonly resourceType?: string;
      readonly status?: 'FAILED' | 'ABORTED';
      readonly message?: string;
    }
  | { readonly what: 'restore-stuck'; readonly resourceType?: string }
  /** A new cluster or instance stays `creating`, and cannot be deleted meanwhile. */
  | {
      readonly what: 'database-stays-creating';
      readonly part?: 'cluster' | 'instance';
      readonly name?: string;
    }
  /** Nothing more of the kind can be made in the Region. Names are those of RDS. */
  | {
      readonly what: 'quota-reached';
      readonly quota: 'DBClusters' | 'DBInstances' | 'ManualClusterSnapshots';
    }
  | {
      readonly what: 'backup-fails';
      readonly resourceType?: string;
      readonly status?: 'FAILED' | 'ABORTED' | 'EXPIRED' | 'PARTIAL';
      readonly message?: string;
    }
  | { readonly what: 'copy-late'; readonly resourceType?: string; readonly by: Milliseconds }
  | { readonly what: 'copy-missing'; readonly resourceType?: string }
  /** Copies hold only this share of the bytes. */
  | { readonly what: 'copy-short'; readonly resourceType?: string; readonly share: number }
  | { readonly what: 'key-disabled'; readonly key: string }
  | {
      readonly what: 'rotation-fails';
      readonly secret?: string;
      readonly stage: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
    }
  /** A component says that it has taken a password, and goes on with the one before. */
  | { readonly what: 'password-not-taken'; readonly component?: 'database' | 'queue' | 'search' }
  /** A node that is told to load its credentials anew says that it did, and keeps what it has. */
  | { readonly what: 'credentials-stay'; readonly instance?: string }
  | { readonly what: 'broker-reboot-slow'; readonly by: Milliseconds }
  | { readonly what: 'alarm-fires'; readonly alarm: string };

export type Fault = When & (CallFault | WorldFault);

export type FaultOf<What extends Fault['what']> = Extract<Fault, { readonly what: What }>;

/** When the fault begins; `undefined` where that is not known yet. */
export const beginOf = (world: World, { from, after, since }: When): Date | undefined =>
  after === undefined ? (from ?? world.now) : since;

/** When it is over; `undefined` where it stays. */
export function endOf(world: World, when: When): Date | undefined {
  const begin = beginOf(world, when);
  if (when.lasts === undefined || begin === undefined) return when.to;
  const over = new Date(begin.getTime() + when.lasts);
  return when.to !== undefined && when.to < over ? when.to : over;
}

export function isInForce(world: World, fault: When): boolean {
  const begin = beginOf(world, fault);
  if (begin === undefined || begin > world.now) return false;
  const end = endOf(world, fault);
  return end === undefined || world.now < end;
}

/** The faults of a kind that are in force now. */
export const inForce = <What extends Fault['what']>(world: World, what: What): FaultOf<What>[] =>
  world.faults.filter((fault): fault is FaultOf<What> => fault.what === what && isInForce(world, fault));

/** Whether an operation is meant: a `*` at the end stands for any rest, as in `Describe*`. */
export const isNamed = (pattern: string, operation: string): boolean =>
  pattern.endsWith('*') ? operation.startsWith(pattern.slice(0, -1)) : operation === pattern;

/** Whether a component goes on with the password that it had, whatever it says. */
export const keepsPassword = (world: World, which: 'database' | 'queue' | 'search'): boolean =>
  inForce(world, 'password-not-taken').some(
    ({ component }) => component === undefined || component === which,
  );
