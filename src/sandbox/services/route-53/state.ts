import type {
  ChangeInfo,
  HealthCheck,
  HealthCheckConfig,
  HostedZone,
  ResourceRecordSet,
  Tag,
} from '@aws-sdk/client-route-53';
import type { Known } from '../../known.ts';

/** `Name` ends with a dot, as Route 53 writes names. */
export type RecordSet = Known<ResourceRecordSet, 'Name' | 'Type'>;

export interface ZoneState {
  /** `Id` without the `/hostedzone/` that answers have before it. */
  readonly zone: Known<HostedZone, 'Id' | 'Name' | 'CallerReference'>;
  readonly nameServers: readonly string[];
  records: RecordSet[];
  /** What resolvers are still told, oldest first: a change takes a while to reach all name servers. */
  before: { readonly until: Date; readonly records: readonly RecordSet[] }[];
  tags: Tag[];
}

export interface HealthCheckState {
  check: Known<Omit<HealthCheck, 'HealthCheckConfig'>, 'Id' | 'HealthCheckVersion' | 'CallerReference'> & {
    HealthCheckConfig: Known<HealthCheckConfig, 'Type' | 'FailureThreshold' | 'RequestInterval'>;
  };
  /** What the checkers found: the state, and how many checks in a row since then said otherwise. */
  healthy: boolean;
  contrary: number;
  tags: Tag[];
}

export interface Route53State {
  zones: ZoneState[];
  healthChecks: HealthCheckState[];
  /** Newest last. `Id` without `/change/`. */
  changes: (Known<Omit<ChangeInfo, 'Status'>, 'Id' | 'SubmittedAt'> & { readonly inSyncAt: Date })[];
  timings: {
    /** Seconds until every name server has a change. */
    propagation: readonly [least: number, most: number];
  };
}

export type Route53Event = { readonly kind: 'health-check-made'; readonly check: string };

export const emptyRoute53 = (): Route53State => ({
  zones: [],
  healthChecks: [],
  changes: [],
  timings: { propagation: [15, 55] },
});
