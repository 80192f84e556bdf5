import * as z from 'zod';
import {
  describeGroup,
  describeInstanceRefreshes,
  describeScalingActivities,
} from '../../aws/auto-scaling.ts';
import { describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { fleetView, progressText, servingNodes } from './fleet-view.ts';
import { groupIsGone } from './fleet-watch.ts';
import { isUnderWay } from './instance-refresh-state.ts';

/** Without these Auto Scaling does not replace what is terminated. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const neededProcesses = [
  'Launch',
  'Terminate',
  'HealthCheck',
  'ReplaceUnhealthy',
  'AddToLoadBalancer',
  'InstanceRefresh',
];

export function fleetIsSteady(fleet: StepReference<FleetFacts>): Check<{ healthy: number }> {
  return check({
    id: 'fleet-steady',
    title: 'As many nodes as desired are in service and healthy in the target group',
    uses: [describeGroup, describeTargetHealth],
    returns: z.object({ healthy: z.int() }),
    async run({ aws, outputOf }) {
      const { group: name, targetGroupArn, template } = outputOf(fleet);
      const group = await describeGroup(aws, name);
      if (group === undefined) throw groupIsGone(name);
      const view = fleetView(group, await describeTargetHealth(aws, targetGroupArn));
      const healthy = servingNodes(view).length;
      if (healthy !== view.desired || view.nodes.length !== view.desired) {
        throw new OperatorError({
          code: 'FLEET_NOT_STEADY',
          message: `${name} is not steady: ${progressText(view, template.version, [])}`,
          hint: `Wait until it is, or find out why not: aws autoscaling describe-scaling-activities --auto-scaling-group-name ${name} --max-items 5`,
        });
      }
      return { healthy };
    },
    summary: ({ healthy }) => `${healthy} of ${healthy}`,
  });
}

/** @returns the newest refresh there ever was, so that the run knows its own from older ones */
export function nothingElseIsUnderWay(
  fleet: StepReference<FleetFacts>,
): Check<{ newestRefresh?: string | undefined }> {
  return check({
    id: 'nothing-under-way',
    title: 'No instance refresh, scaling activity or suspended process is in the way',
    uses: [describeGroup, describeInstanceRefreshes, describeScalingActivities],
    returns: z.object({ newestRefresh: z.string().optional() }),
    async run({ aws, outputOf }) {
      const { group: name } = outputOf(fleet);
      const [group, refreshes, activities] = await Promise.all([
        describeGroup(aws, name),
        describeInstanceRefreshes(aws, name),
        describeScalingActivities(aws, name, { most: 20 }),
      ]);
      const refresh = refreshes.find(isUnderWay);
      if (refresh !== undefined) {
        throw new OperatorError({
          code: 'REFRESH_UNDER_WAY',
          message: `Instance refresh ${refresh.InstanceRefreshId} of ${name} is ${refresh.Status} since ${refresh.StartTime?.toISOString()} (${refresh.PercentageComplete ?? 0} %)`,
          hint: `Wait for its end: aws autoscaling describe-instance-refreshes --auto-scaling-group-name ${name} --max-items 1`,
        });
      }
      const suspended = (group?.SuspendedProcesses ?? []).filter(({ ProcessName = '' }) =>
        neededProcesses.includes(ProcessName),
      );
      if (suspended.length > 0) {
        throw new OperatorError({
          code: 'PROCESS_SUSPENDED',
          message: `Suspended in ${name}: ${suspended.map(({ ProcessName, SuspensionReason }) => `${ProcessName} (${SuspensionReason})`).join(', ')}. Nodes taken away would not be replaced`,
          hint: `When whoever suspended it agrees: aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes ${suspended.map(({ ProcessName }) => ProcessName).join(' ')}`,
        });
      }
      const activity = activities.find(
        ({ Progress = 100, StatusCode = '' }) =>
          Progress < 100 && !['Failed', 'Cancelled', 'Successful'].includes(StatusCode),
      );
      if (activity !== undefined) {
        throw new OperatorError({
          code: 'ACTIVITY_UNDER_WAY',
          message: `A scaling activity of ${name} is ${activity.StatusCode} since ${activity.StartTime?.toISOString()}: ${activity.Description}. Its cause: ${activity.Cause}`,
          hint: `Wait for its end: aws autoscaling describe-scaling-activities --auto-scaling-group-name ${name} --max-items 5`,
        });
      }
      return { newestRefresh: refreshes[0]?.InstanceRefreshId };
    },
  });
}

export function everyNodeMayBeReplaced(fleet: StepReference<FleetFacts>): Check<void> {
  return check({
    id: 'replaceable',
    title: 'No node is in standby or protected from scale-in',
    uses: [describeGroup],
    async run({ aws, outputOf }) {
      const { group: name } = outputOf(fleet);
      const instances = (await describeGroup(aws, name))?.Instances ?? [];
      const standby = instances
        .filter(({ LifecycleState }) => LifecycleState?.includes('Standby'))
        .map(({ InstanceId }) => InstanceId);
      const guarded = instances
        .filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)
        .map(({ InstanceId }) => InstanceId);
      if (standby.length === 0 && guarded.length === 0) return;
      throw new OperatorError({
        code: 'NODES_NOT_REPLACEABLE',
        message: [
          ...(standby.length > 0 ? [`in standby, where somebody works on them: ${standby.join(', ')}`] : []),
          ...(guarded.length > 0 ? [`protected from scale-in: ${guarded.join(', ')}`] : []),
        ].join('; '),
        hint:
          standby.length > 0
            ? `aws autoscaling exit-standby --auto-scaling-group-name ${name} --instance-ids ${standby.join(' ')}`
            : `aws autoscaling set-instance-protection --auto-scaling-group-name ${name} --no-protected-from-scale-in --instance-ids ${guarded.join(' ')}`,
      });
    },
  });
}
