import type { Fault } from './faults.ts';
import type { AutoScalingEvent, AutoScalingState } from './services/auto-scaling/state.ts';
import type { CloudWatchState } from './services/cloudwatch/state.ts';
import type { Ec2State } from './services/ec2/state.ts';
import type { LoadBalancingState } from './services/elastic-load-balancing-v2/state.ts';
import type { SystemsManagerState } from './services/ssm.ts';
import type { TrafficEvent, TrafficState } from './traffic.ts';

/** Something that time makes happen. Data, never a closure: a killed run finds its future in the stored world. */
export type SandboxEvent = AutoScalingEvent | TrafficEvent;

export type EventHandlers<Event extends { readonly kind: string }> = {
  readonly [Kind in Event['kind']]: (world: World, event: Extract<Event, { kind: Kind }>) => void;
};

export interface Transition {
  readonly at: Date;
  /** Settles the order of what is due at the same time. */
  readonly serial: number;
  readonly event: SandboxEvent;
}

/** A whole simulated AWS account at one moment: plain data, changed in place by handlers and events. */
export interface World {
  readonly account: string;
  readonly region: string;
  now: Date;
  random: { events: number; calls: number };
  serial: number;
  transitions: Transition[];
  faults: Fault[];
  /** How often each `service:operation` was called, for faults that strike the n-th call. */
  calls: Record<string, number>;
  ec2: Ec2State;
  autoScaling: AutoScalingState;
  loadBalancing: LoadBalancingState;
  cloudWatch: CloudWatchState;
  systemsManager: SystemsManagerState;
  traffic: TrafficState;
}

const dateTag = '$date';

/** The world as JSON text, dates tagged so that `restore` brings them back as dates. */
export function snapshot(world: World): string {
  return JSON.stringify(world, function tagDates(this: Record<string, unknown>, key, value) {
    const raw = this[key];
    return raw instanceof Date ? { [dateTag]: raw.getTime() } : value;
  });
}

/** @throws SyntaxError where `text` is no JSON */
export function restore(text: string): World {
  return JSON.parse(text, (_key, value) =>
    typeof value === 'object' && value !== null && typeof value[dateTag] === 'number'
      ? new Date(value[dateTag])
      : value,
  );
}
