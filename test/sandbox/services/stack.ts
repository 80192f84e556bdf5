import { advance } from '../../../src/sandbox/advance.ts';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { AwsFault } from '../../../src/sandbox/service.ts';
import { targetStates } from '../../../src/sandbox/services/auto-scaling/fleets.ts';
import { groupOperations } from '../../../src/sandbox/services/auto-scaling/group-operations.ts';
import { instanceOperations } from '../../../src/sandbox/services/auto-scaling/instance-operations.ts';
import { refreshOperations } from '../../../src/sandbox/services/auto-scaling/refresh-operations.ts';
import type { FleetState, Member } from '../../../src/sandbox/services/auto-scaling/state.ts';
import { cloudwatchOperations } from '../../../src/sandbox/services/cloudwatch/index.ts';
import { describing } from '../../../src/sandbox/services/ec2/describe.ts';
import { launchTemplates } from '../../../src/sandbox/services/ec2/launch-templates.ts';
import { loadBalancingOperations } from '../../../src/sandbox/services/elastic-load-balancing-v2/index.ts';
import { ssmOperations } from '../../../src/sandbox/services/ssm/index.ts';
import { stsOperations } from '../../../src/sandbox/services/sts.ts';
import type { World } from '../../../src/sandbox/world.ts';

/** Every handler of the sandbox, callable without the wire. */
export const aws = {
  ...groupOperations,
  ...instanceOperations,
  ...refreshOperations,
  ...describing,
  ...launchTemplates,
  ...loadBalancingOperations,
  ...cloudwatchOperations,
  ...ssmOperations,
  ...stsOperations,
};

/** The production stack at rest, seen from its own Region. */
export const prod = (seed = 7): World => newWorld({ seed, environments: ['prod'] });

export const name = 'morpheus-prod-app';

export function fleetIn(world: World): FleetState {
  const [fleet] = world.autoScaling.fleets;
  if (fleet === undefined) throw new Error('the world has no group');
  return fleet;
}

export const targetGroupArn = (world: World): string => world.applications[0]?.targetGroup ?? '';

export const members = (world: World): Member[] => fleetIn(world).group.Instances;

export function first<Item>(list: readonly Item[] | undefined): Item {
  const item = list?.[0];
  if (item === undefined) throw new Error('the list is empty');
  return item;
}

export const memberIn = (world: World, zone: string): Member =>
  first(members(world).filter(({ AvailabilityZone }) => AvailabilityZone === zone));

export const healthOf = (world: World, id: string): string => first(targetStates(world, fleetIn(world), id));

export const pass = (world: World, seconds: number): void => advance(world, later(world.now, seconds * 1000));

/** Lets time pass until something is so. */
export function passUntil(world: World, isSo: () => boolean, { atMost = 3 * 3600, every = 5 } = {}): void {
  for (let passed = 0; !isSo(); passed += every) {
    if (passed >= atMost) throw new Error(`it is still not so after ${atMost} virtual seconds`);
    pass(world, every);
  }
}

export const isSteady = (world: World): boolean =>
  members(world).length === fleetIn(world).group.DesiredCapacity &&
  members(world).every(
    (member) => member.LifecycleState === 'InService' && healthOf(world, member.InstanceId) === 'healthy',
  );

export function faultOf(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof AwsFault) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the call was not refused');
}
