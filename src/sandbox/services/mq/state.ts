import type {
  ChangeType,
  Configuration,
  ConfigurationRevision,
  DescribeBrokerResponse,
  LogsSummary,
} from '@aws-sdk/client-mq';
import type { Known } from '../../known.ts';
import type { Sealed } from '../../sealed.ts';

/** A node of RabbitMQ, which the service does not show: clients see the load balancer before them. */
export interface BrokerNode {
  readonly name: string;
  readonly zone: string;
  /** While it restarts. */
  downUntil?: Date;
}

export interface BrokerUser {
  console: boolean;
  groups: string[];
  /** Holds from the next reboot on. */
  pending?: {
    readonly change: ChangeType;
    readonly console: boolean;
    readonly groups: string[];
    readonly password?: Sealed;
  };
}

export interface Broker {
  /** As DescribeBroker shows it, but for its instances, which are there once it runs. */
  described: Known<
    DescribeBrokerResponse,
    | 'BrokerArn'
    | 'BrokerId'
    | 'BrokerName'
    | 'BrokerState'
    | 'Configurations'
    | 'Created'
    | 'DeploymentMode'
    | 'EngineType'
    | 'EngineVersion'
    | 'HostInstanceType'
    | 'MaintenanceWindowStartTime'
    | 'Tags'
  > & { Logs: LogsSummary };
  nodes: BrokerNode[];
  /** Users that the broker lets in. Of those of RabbitMQ the service knows nothing. */
  logins: Record<string, Sealed>;
  /** What the service knows of the users of an ActiveMQ broker. */
  users?: Record<string, BrokerUser>;
  /** Those that definitions named; absent in one that nobody has given any. */
  queues?: string[];
  creatorRequestId?: string;
  /** The next maintenance window is in the queue. */
  windowAwaited?: true;
}

export interface ConfigurationState {
  configuration: Known<Configuration, 'Tags'>;
  revisions: (Known<ConfigurationRevision, 'Created' | 'Revision'> & { data: string })[];
}

type Span = readonly [least: number, most: number];

/** Spans in seconds. */
export interface MqTimings {
  creation: Span;
  deletion: Span;
  /** From the call, and between two nodes, until the next node goes down. */
  beforeNode: Span;
  nodeDown: Span;
}

export interface MqState {
  brokers: Broker[];
  configurations: ConfigurationState[];
  timings: MqTimings;
}

export type MqEvent =
  | { readonly kind: 'broker-created'; readonly broker: string }
  | { readonly kind: 'broker-deleted'; readonly broker: string }
  | { readonly kind: 'broker-node-restarted'; readonly broker: string; readonly node: number }
  | { readonly kind: 'broker-rebooted'; readonly broker: string; readonly waited: number }
  | { readonly kind: 'broker-window-opened'; readonly broker: string };

export const emptyMq = (): MqState => ({
  brokers: [],
  configurations: [],
  timings: { creation: [900, 1500], deletion: [240, 480], beforeNode: [20, 60], nodeDown: [60, 150] },
});
