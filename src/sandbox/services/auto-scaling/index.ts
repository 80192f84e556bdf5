import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import { groupOperations } from './group-operations.ts';
import { instanceOperations } from './instance-operations.ts';
import { lifecycleEvents } from './lifecycle.ts';
import { lookAt } from './reconcile.ts';
import { refreshOperations } from './refresh-operations.ts';
import type { AutoScalingEvent } from './state.ts';
import { tagOperations } from './tag-operations.ts';

export const autoScaling: Service = {
  name: 'auto-scaling',
  operations: { ...groupOperations, ...instanceOperations, ...refreshOperations, ...tagOperations },
};

export const autoScalingEvents: EventHandlers<AutoScalingEvent> = {
  ...lifecycleEvents,
  'group-looked-at': (world, { group }) => {
    const fleet = world.autoScaling.fleets.find(
      (candidate) => candidate.group.AutoScalingGroupName === group,
    );
    if (fleet !== undefined) lookAt(world, fleet);
  },
};
