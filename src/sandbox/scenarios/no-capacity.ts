import type { Scenario } from './scenario.ts';

export const noCapacity: Scenario = {
  id: 'no-capacity',
  title: 'One zone has no capacity left',
  story:
    'AWS has no m5.xlarge left in us-east-1a. The node that runs there goes on, but no other can be launched beside it, and the group insists on balanced zones.',
  prepare({ ec2, autoScaling }) {
    ec2.zonesWithoutCapacity = ['us-east-1a'];
    for (const { group } of autoScaling.fleets)
      group.AvailabilityZoneDistribution = { CapacityDistributionStrategy: 'balanced-only' };
  },
};
