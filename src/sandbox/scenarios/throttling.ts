import { minutes } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { Scenario } from './scenario.ts';

/** Minutes after the beginning between which the account's request rate is used up by somebody else. */
const busy = [
  [1, 2],
  [6, 9],
  [14, 18],
  [30, 34],
] as const;

export const throttling: Scenario = {
  id: 'throttling',
  title: 'AWS throttles the calls',
  story:
    "Another tool uses up the account's request rate: describe calls are throttled for minutes on end, and every first attempt of a write too.",
  prepare(world) {
    const { now } = world;
    world.faults = [
      ...busy.map(([from, to]) => ({
        what: 'throttle' as const,
        operation: 'Describe*',
        from: later(now, minutes(from)),
        to: later(now, minutes(to)),
      })),
      ...[
        'StartInstanceRefresh',
        'RollbackInstanceRefresh',
        'CreateLaunchTemplateVersion',
        'SuspendProcesses',
        'ResumeProcesses',
        'TerminateInstanceInAutoScalingGroup',
        'SetDesiredCapacity',
        'DeregisterTargets',
      ].map((operation) => ({ what: 'throttle' as const, operation, calls: [1, 3, 4] })),
    ];
  },
};
