import { connectionsCut } from '../application/hooks.ts';
import { schedule } from '../schedule.ts';
import { forgetCopies, shortenCopies } from '../services/backup/index.ts';
import { hostOf } from '../services/mq/brokers.ts';
import { isServing } from '../services/mq/connections.ts';
import { hasQuorum } from '../services/opensearch/health.ts';
import { endpointOf } from '../services/opensearch/known-domain.ts';
import { onZoneBack, onZoneOutage } from '../services/rds/failover.ts';
import { type EventHandlers, elsewhere, type World } from '../world.ts';
import { beginOf, endOf, type Fault, type FaultOf, isInForce, isNamed } from './fault.ts';
import { isOver } from './listing.ts';

/** A fault begins or ends; its number in the account's list, which only grows. */
export type FaultEvent =
  | { readonly kind: 'fault-begins'; readonly fault: number }
  | { readonly kind: 'fault-ends'; readonly fault: number };

interface Effect<What extends Fault['what']> {
  begins?(world: World, fault: FaultOf<What>): void;
  ends?(world: World, fault: FaultOf<What>): void;
}

type Effects = { readonly [What in Fault['what']]?: Effect<What> };

/** As nodes of images boot that are as they should be. */
const usualBoots = [120, 180] as const;

/** What happens by itself when a fault begins or ends. For all the others it is enough that the services ask for them. */
const effects: Effects = {
  'zone-outage': {
    begins(world, { zone }) {
      closeZone(world, zone);
      onZoneOutage(world, zone);
      cutWhatLostItsQuorum(world);
    },
    ends(world, { zone }) {
      openZone(world, zone);
      onZoneBack(world, zone);
    },
  },
  'zone-without-capacity': {
    begins(world, { zone, instanceType }) {
      if (instanceType === undefined) closeZone(world, zone);
    },
    ends(world, { zone, instanceType }) {
      if (instanceType === undefined) openZone(world, zone);
    },
  },
  'node-never-healthy': {
    begins({ ec2 }, { image }) {
      for (const each of imagesMeant(ec2.software, image)) {
        const { boots: _, ...rest } = ec2.software[each] ?? {};
        ec2.software[each] = rest;
      }
    },
    ends({ ec2 }, { image }) {
      for (const each of imagesMeant(ec2.software, image))
        ec2.software[each] = { ...ec2.software[each], boots: usualBoots };
    },
  },
  'copy-missing': {
    // It has not worked for months, so there is nothing from earlier either.
    begins: (world, { resourceType }) => forgetCopies(world, resourceType),
  },
  'copy-short': {
    begins: (world, { share, resourceType }) => shortenCopies(world, share, resourceType),
  },
  'release-fails': {
    begins({ ec2 }, { image, shareOfNodes, errorShare }) {
      ec2.software[image] = { ...ec2.software[image], failsFrom: { shareOfNodes, errorShare } };
    },
    ends({ ec2 }, { image }) {
      const { failsFrom: _, ...rest } = ec2.software[image] ?? {};
      ec2.software[image] = rest;
    },
  },
  'agent-offline': {
    begins: (world, fault) => {
      for (const node of nodesMeant(world, fault)) node.agentHangs = true;
    },
    ends: (world, fault) => {
      for (const node of nodesMeant(world, fault)) delete node.agentHangs;
    },
  },
};

function closeZone({ ec2 }: World, zone: string): void {
  ec2.zonesWithoutCapacity = [...ec2.zonesWithoutCapacity, zone];
}

function openZone({ ec2 }: World, zone: string): void {
  const at = ec2.zonesWithoutCapacity.indexOf(zone);
  ec2.zonesWithoutCapacity = ec2.zonesWithoutCapacity.filter((_other, index) => index !== at);
}

/** A broker or a domain that has lost most of its nodes breaks the connections that it had. */
function cutWhatLostItsQuorum(world: World): void {
  for (const broker of world.mq.brokers)
    if (!isServing(world, broker)) connectionsCut(world, hostOf(world, broker));
  for (const domain of world.openSearch.domains)
    if (!hasQuorum(world, domain)) connectionsCut(world, endpointOf(domain) ?? '');
}

const imagesMeant = (software: object, image: string | undefined): readonly string[] =>
  image === undefined ? Object.keys(software) : [image];

const nodesMeant = ({ ec2 }: World, { instance, zone }: { instance?: string; zone?: string }) =>
  Object.values(ec2.nodes).filter(
    ({ instance: { InstanceId, Placement } }) =>
      (instance ?? InstanceId) === InstanceId &&
      (zone ?? Placement.AvailabilityZone) === Placement.AvailabilityZone,
  );

/** Adds a fault to the account: it begins and ends by itself. */
export function addFault(world: World, fault: Fault): void {
  world.faults.push(fault);
  expect(world, fault);
}

/** Ends a fault of the account's list now; one that is to come never begins. */
export function endFault(world: World, number: number): void {
  const fault = world.faults[number];
  if (fault === undefined || isOver(world, fault)) return;
  world.transitions = world.transitions.filter(({ event }) => !('fault' in event && event.fault === number));
  const ended = { ...fault, to: world.now };
  world.faults[number] = ended;
  if (isInForce(world, fault)) take(world, ended, 'ends');
}

/** Notes a call that succeeded: faults may wait for it. */
export function noteSuccess(world: World, operation: string): void {
  for (const fault of world.faults) {
    if (fault.after === undefined || fault.since !== undefined || !isNamed(fault.after, operation)) continue;
    if (isOver(world, fault)) continue;
    fault.since = world.now;
    expect(world, fault);
  }
}

/** Once it is known when the fault begins. */
function expect(world: World, fault: Fault): void {
  const begin = beginOf(world, fault);
  if (begin === undefined || effects[fault.what] === undefined) return;
  const number = world.faults.indexOf(fault);
  if (begin <= world.now) take(world, fault, 'begins');
  else schedule(world, begin, { kind: 'fault-begins', fault: number });
  const end = endOf(world, fault);
  if (end !== undefined) schedule(world, end, { kind: 'fault-ends', fault: number });
}

function take(world: World, fault: Fault, turn: 'begins' | 'ends'): void {
  // The map's type pairs each kind with its effect; TypeScript cannot follow that through an index.
  const effect = effects[fault.what] as Effect<Fault['what']> | undefined;
  effect?.[turn]?.(regionOf(world, fault), fault);
}

/** A zone's name begins with its Region's. */
const regionOf = (world: World, fault: Fault): World =>
  'zone' in fault && fault.zone !== undefined ? elsewhere(world, fault.zone.slice(0, -1)) : world;

export const faultEvents: EventHandlers<FaultEvent> = {
  'fault-begins': (world, { fault }) => happen(world, fault, 'begins'),
  'fault-ends': (world, { fault }) => happen(world, fault, 'ends'),
};

function happen(world: World, number: number, turn: 'begins' | 'ends'): void {
  const fault = world.faults[number];
  if (fault !== undefined) take(world, fault, turn);
}
