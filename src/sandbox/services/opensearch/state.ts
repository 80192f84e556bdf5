import type { DomainStatus, Tag } from '@aws-sdk/client-opensearch';
import type { Known } from '../../known.ts';
import type { Sealed } from '../../sealed.ts';

export type Described = Known<
  DomainStatus,
  | 'DomainId'
  | 'DomainName'
  | 'ARN'
  | 'ClusterConfig'
  | 'EBSOptions'
  | 'EngineVersion'
  | 'ServiceSoftwareOptions'
>;

/** Options of a domain that DescribeDomainConfig shows one by one. */
export type OptionName =
  | 'EngineVersion'
  | 'ClusterConfig'
  | 'EBSOptions'
  | 'AccessPolicies'
  | 'SnapshotOptions'
  | 'VPCOptions'
  | 'EncryptionAtRestOptions'
  | 'NodeToNodeEncryptionOptions'
  | 'AdvancedOptions'
  | 'LogPublishingOptions'
  | 'DomainEndpointOptions'
  | 'AdvancedSecurityOptions'
  | 'OffPeakWindowOptions'
  | 'SoftwareUpdateOptions';

export interface Stage {
  readonly name: string;
  readonly description: string;
  readonly endsAt: Date;
}

/** A change under way, or the last one that was made: its state follows from the time. */
export interface Change {
  readonly id: string;
  readonly startedAt: Date;
  readonly stages: readonly Stage[];
  readonly does: 'modify' | 'create' | 'delete' | 'update-software';
  /** What is asked for; takes effect at the end. */
  readonly options: Partial<Described>;
  readonly login?: { readonly user: string; readonly password: Sealed };
}

export interface Domain {
  /** As DescribeDomain shows it, but for what tells of a change. */
  described: Described;
  readonly createdAt: Date;
  /** When each option was changed, and how often. */
  optionChanges: Partial<Record<OptionName, { readonly at: Date; readonly version: number }>>;
  nodes: { readonly id: string; readonly zone: string }[];
  /** The master user, and users that were made in its security index. */
  logins: Record<string, Sealed>;
  tags: Tag[];
  change?: Change;
  readonly shards: number;
  /** What is in its indices; without `newest` documents come in all the time. */
  indexed?: { readonly documents: number; readonly newest?: Date };
}

type Span = readonly [least: number, most: number];

/** Spans in seconds: of each stage, for a change that needs new nodes and for one that does not. */
export interface OpenSearchTimings {
  validation: Span;
  environment: Span;
  provisioning: Span;
  routing: Span;
  copying: Span;
  terminating: Span;
  dynamic: Span;
  creation: Span;
  deletion: Span;
}

export interface OpenSearchState {
  domains: Domain[];
  timings: OpenSearchTimings;
}

export type OpenSearchEvent = {
  readonly kind: 'domain-change-ended';
  readonly domain: string;
  readonly change: string;
};

export const emptyOpenSearch = (): OpenSearchState => ({
  domains: [],
  timings: {
    validation: [60, 180],
    environment: [60, 240],
    provisioning: [360, 720],
    routing: [60, 180],
    copying: [600, 2400],
    terminating: [180, 420],
    dynamic: [120, 420],
    creation: [780, 1500],
    deletion: [300, 900],
  },
});
