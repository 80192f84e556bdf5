import type { World } from '../../world.ts';

/** Of one Region, as new accounts once had it; today's limits count virtual processors. */
const most = 20;

const countOf = ({ ec2 }: World): number =>
  Object.values(ec2.nodes).filter(
    ({ instance: { State } }) => State.Name === 'pending' || State.Name === 'running',
  ).length;

/** How many more instances can be launched. */
export const roomForInstances = (world: World): number => Math.max(0, most - countOf(world));

/** What EC2 says to Auto Scaling as well. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html */
export const limitExceeded = (world: World, asked: number): string =>
  `You have requested more instances (${countOf(world) + asked}) than your current instance limit of ${most} allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`;
