import * as z from 'zod';
import {
  describeGroup,
  describeInstanceRefreshes,
  describeScalingActivities,
} from '../../aws/auto-scaling.ts';
import { describeTargetGroupAttributes, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { formatDuration, formatExactDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { Strategy } from './capacity.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { fleetView, progressText, servingNodes } from './fleet-view.ts';
import { groupIsGone } from './fleet-watch.ts';
import { isUnderWay } from './instance-refresh-state.ts';

/** Without these Auto Scaling does not replace what is terminated. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const neededProcesses = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy', 'AddToLoadBalancer'];

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
      if (group.DesiredCapacity === 0) {
        throw new OperatorError({
          code: 'NO_NODES',
          message: `${name} has a desired capacity of 0: there is no node to update`,
          hint: `What it launches next comes from its launch template: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --launch-template LaunchTemplateId=${template.id},Version=N`,
        });
      }
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
  strategy: Strategy,
  fleet: StepReference<FleetFacts>,
): Check<{ newestRefresh?: string | undefined }> {
  return check({
    id: 'nothing-under-way',
    title: 'No instance refresh, scaling activity or suspended process is in the way',
    uses: [describeGroup, describeInstanceRefreshes, describeScalingActivities],
    returns: z.object({ newestRefresh: z.string().optional() }),
    async run({ aws, outputOf }) {
      const needed =
        strategy === 'instance-refresh' ? [...neededProcesses, 'InstanceRefresh'] : neededProcesses;
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
        needed.includes(ProcessName),
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
      const group = await describeGroup(aws, name);
      const instances = group?.Instances ?? [];
      if (group?.NewInstancesProtectedFromScaleIn) {
        throw new OperatorError({
          code: 'NODES_NOT_REPLACEABLE',
          message: `${name} protects every node that it launches from scale-in: replacements could not be taken away again`,
          hint: `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --no-new-instances-protected-from-scale-in`,
        });
      }
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

/** An instance refresh asks the group's own health checks alone: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html */
export function loadBalancerCounts(fleet: StepReference<FleetFacts>): Check<void> {
  return check({
    id: 'health-checks',
    title: 'Auto Scaling counts a node as healthy only if the load balancer does',
    async run({ outputOf }) {
      const { group, healthCheckType } = outputOf(fleet);
      if (healthCheckType.split(',').includes('ELB')) return;
      throw new OperatorError({
        code: 'HEALTH_CHECKS_TOO_WEAK',
        message: `${group} has health checks of type ${healthCheckType}: an instance refresh would go on over nodes that run and serve nobody`,
        hint: `--strategy node-by-node, which looks itself; or: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${group} --health-check-type ELB --health-check-grace-period 300`,
      });
    },
  });
}

export function drainTimeIsEnough(
  drainTime: Milliseconds,
  fleet: StepReference<FleetFacts>,
): Check<{ delay: string }> {
  return check({
    id: 'drain-time',
    title: 'A node gets as long to answer its last requests as its target group allows',
    uses: [describeTargetGroupAttributes],
    returns: z.object({ delay: z.string() }),
    async run({ aws, outputOf }) {
      const attributes = await describeTargetGroupAttributes(aws, outputOf(fleet).targetGroupArn);
      const delay = seconds(
        Number(attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value ?? 300),
      );
      if (drainTime > delay) return { delay: formatDuration(delay) };
      throw new OperatorError({
        code: 'DRAIN_TIME_TOO_SHORT',
        message: `The target group gives a node ${formatDuration(delay)} to drain; waiting ${formatDuration(drainTime)} for it would fail half-way`,
        hint: `--drain-time ${formatExactDuration(delay + minutes(1))}`,
      });
    },
    summary: ({ delay }) => `deregistration delay ${delay}`,
  });
}

/** The approval may have taken a while, and a scaling policy asks nobody. */
export function fleetIsAsApproved(fleet: StepReference<FleetFacts>): Check<void> {
  return check({
    id: 'as-approved',
    title: 'The fleet is still as it was approved',
    uses: [describeGroup],
    async run({ aws, outputOf }) {
      const { group: name, desired, nodes } = outputOf(fleet);
      const group = await describeGroup(aws, name);
      if (group === undefined) throw groupIsGone(name);
      const approved = new Set(nodes.map(({ id }) => id));
      const others = (group.Instances ?? []).filter(({ InstanceId = '' }) => !approved.delete(InstanceId));
      if (group.DesiredCapacity === desired && others.length === 0 && approved.size === 0) return;
      throw new OperatorError({
        code: 'FLEET_CHANGED',
        message:
          `${name} is not as it was approved: desired ${group.DesiredCapacity} instead of ${desired}` +
          `${others.length > 0 ? `; new: ${others.map(({ InstanceId }) => InstanceId).join(', ')}` : ''}` +
          `${approved.size > 0 ? `; gone: ${[...approved].join(', ')}` : ''}`,
        hint: 'Start the runbook again: what it would do now may be something else',
      });
    },
  });
}
