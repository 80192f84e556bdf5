import type { Sealed } from '../sealed.ts';

/** The least and the most of a count. */
export type Range = readonly [least: number, most: number];

/** What the application of a node has to reach. */
export type Dependency = 'database' | 'files' | 'queue' | 'search';

export interface Need {
  /** Name of the Parameter Store entry that says where it is, below the prefix that the node looks under. */
  readonly parameter: string;
  /** Name of the secret with `username` and `password`, where there is a login. */
  readonly secret?: string;
}

/** How long things take that nodes do, in seconds. */
export interface ApplicationTimings {
  /** `systemctl restart`. */
  readonly restart: Range;
  /** Between two attempts to reach something that was lost: at first, and after a while. */
  readonly reconnect: Range;
  readonly reconnectLater: Range;
  /** How long something may be lost before the health URL says so: a failover alone is not to cost the whole fleet. */
  readonly tolerates: number;
  /** The oldest that a connection of the pool gets. */
  readonly connectionLives: number;
}

export const usualTimings: ApplicationTimings = {
  restart: [20, 40],
  reconnect: [1, 5],
  reconnectLater: [10, 20],
  tolerates: 60,
  connectionLives: 1800,
};

/** What the users of an application went through: the truth that measurements are held against. */
export interface Outage {
  readonly from: Date;
  to?: Date;
  /** `unavailable`: nothing works. `requests-failing`: a part of all requests fails. `writes-failing`: a part of the writes does. */
  readonly what: 'unavailable' | 'requests-failing' | 'writes-failing';
}

/** What users of an application get at a time. */
export interface Service {
  /** Share of requests that fail beyond what is usual. */
  readonly failing: number;
  readonly what?: Outage['what'];
  /** The load balancer has nobody to send requests to. */
  readonly isWithoutNodes?: true;
}

/** Milliseconds in which all requests failed; one in which a half did counts as half a millisecond. */
export interface FailedTime {
  /** With an answer of the load balancer's own. */
  readonly atBalancer: number;
  readonly atNodes: number;
}

/** One application behind one target group of a load balancer. */
export interface Application {
  readonly name: string;
  readonly targetGroup: string;
  /** Name of the Auto Scaling group that runs it. */
  readonly group: string;
  /** Of its URL. */
  readonly host: string;
  /** Users come to it only when the name of its URL leads there. */
  readonly isStandby?: true;
  /** Requests in a usual minute. */
  readonly usualRequests: number;
  /** Healthy nodes that this traffic is meant for. */
  readonly usualNodes: number;
  readonly needs: { readonly [Name in Dependency]?: Need };
  /** Where nodes look for parameters, unless this tag of theirs says where else: user data reads it from the instance metadata. */
  readonly prefix: { readonly usual: string; readonly tag: string };
  readonly timings: ApplicationTimings;
  /** Log group in which each node has a stream of its own. */
  readonly log?: string;
  /** Oldest first. */
  outages: Outage[];
  /** Until when `outages` is complete. */
  watchedUntil: Date;
  /** Counts of targets in the minute under way. */
  hosts?: { healthy: Range; unhealthy: Range };
  /** What users got at that time. */
  service?: Service;
  /** Failed requests of the minute under way, as far as `watchedUntil`. */
  failed?: FailedTime;
  /** `db-watch`es that run on its nodes. */
  watches?: Watch[];
}

/** One try of a probe write. */
interface Try {
  readonly asked: Date;
  readonly answered: Date;
}

/** Tries of one kind, one after the other, with one outcome: `ok`, the number of a MySQL error, or `error`. */
export interface WatchRow {
  readonly by: 'fresh' | 'pooled';
  readonly outcome: string;
  readonly first: Try;
  last: Try;
  tries: number;
}

/** `morpheus-ctl db-watch` under way on a node. A restart of the application does not end it. */
export interface Watch {
  readonly id: string;
  readonly instance: string;
  /** Seconds. */
  readonly every: number;
  readonly until: Date;
  /** Oldest first. */
  rows: WatchRow[];
}

/** Connections of a node to one instance of the database. */
export interface Pool {
  readonly instance: string;
  readonly opened: Date;
  /** They were opened to an instance that refuses writes. */
  readonly readOnly: boolean;
}

/** A time in which the application on a node could not do its work. */
export interface Stoppage {
  readonly from: Date;
  /** Until then its health URL still says 200. */
  readonly answersUntil: Date;
  to?: Date;
  readonly why: string;
}

/** The application as it runs on a node, since it last started. */
export interface ApplicationOnNode {
  readonly name: string;
  /** Later than now while it restarts. */
  readonly startedAt: Date;
  /** Where it looks for what it needs. */
  endpoints: { [Name in Dependency]?: string };
  /** What it read from Secrets Manager, by name of the secret. */
  loaded: Record<string, { readonly versionId: string; readonly value: Sealed }>;
  pool?: Pool;
  /** The database instance that its resolver last knew behind the endpoint. */
  resolved?: { readonly instance: string; readonly at: Date };
  /** Since when its connections are open, and with which version of the secret they were opened. */
  opened?: { [Name in Dependency]?: { readonly at: Date; readonly versionId: string | undefined } };
  /** Logins that a component refused, the latest last. */
  refusals?: { readonly dependency: Dependency; readonly at: Date }[];
  /** What it cannot reach, and what it was told. */
  lost: { [Name in Dependency]?: string };
  /** Attempts to reach it since it was lost. */
  attempts: number;
  /** Oldest first. */
  stoppages: Stoppage[];
}

export type ApplicationEvent =
  | { readonly kind: 'application-starts'; readonly instance: string }
  | { readonly kind: 'application-reconnects'; readonly instance: string }
  | { readonly kind: 'application-renews-pool'; readonly instance: string };

export interface WatchEvent {
  readonly kind: 'application-tries-writes';
  readonly instance: string;
  readonly watch: string;
}
