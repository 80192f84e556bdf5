import { hours } from '../../duration.ts';
import type { Scenario } from './scenario.ts';

export const stuckNode: Scenario = {
  id: 'stuck-node',
  title: 'A node hangs while it terminates',
  story:
    'The agent on the node in us-east-1b is dead: when that node is terminated it stays in Terminating:Wait, for nobody completes the lifecycle hook "drain", whose own timeout is two hours.',
  prepare({ ec2, autoScaling }) {
    for (const { hooks } of autoScaling.fleets)
      for (const hook of hooks) hook.HeartbeatTimeout = hours(2) / 1000;
    for (const node of Object.values(ec2.nodes))
      if (node.instance.Placement.AvailabilityZone === 'us-east-1b') node.agentHangs = true;
  },
};
