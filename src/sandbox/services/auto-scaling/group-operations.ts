import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { at, stamp } from './activities.ts';
import { fleetOf, invalid } from './fleets.ts';
import { specified } from './refresh-goal.ts';
import type { FleetState } from './state.ts';

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const processes = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

function processesOf(named: readonly string[] | undefined): readonly string[] {
  if (named === undefined || named.length === 0) return processes;
  const unknown = named.find((process) => !processes.includes(process));
  if (unknown !== undefined)
    throw invalid(`Invalid process type. Process '${unknown}' is not a valid process type.`);
  return named;
}

/** Everything of a group is shown at once, newest change included. */
const shown = ({ group }: FleetState) => ({
  ...group,
  Instances: group.Instances.map((instance) => ({ ...instance })),
});

export function setDesired(world: World, fleet: FleetState, desired: number, request: string): void {
  const { group } = fleet;
  if (desired > group.MaxSize)
    throw invalid(
      `New SetDesiredCapacity value ${desired} is above max value ${group.MaxSize} for the AutoScalingGroup.`,
    );
  if (desired < group.MinSize)
    throw invalid(
      `New SetDesiredCapacity value ${desired} is below min value ${group.MinSize} for the AutoScalingGroup.`,
    );
  if (desired === group.DesiredCapacity) return;
  fleet.requests.push(
    at(world, `${request} changing the desired capacity from ${group.DesiredCapacity} to ${desired}.`),
  );
  group.DesiredCapacity = desired;
}

/** A fraction of an instance would be launched and terminated for ever. */
function checkCounts(counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count = 0] of Object.entries(counts))
    if (!Number.isInteger(count) || count < 0)
      throw invalid(`${name} must be a whole number that is not negative, and not ${count}.`);
}

export const groupOperations = {
  DescribeAutoScalingGroups(world, { AutoScalingGroupNames, Filters, MaxRecords, NextToken }) {
    const found = world.autoScaling.fleets
      .filter(({ group }) =>
        AutoScalingGroupNames?.length ? AutoScalingGroupNames.includes(group.AutoScalingGroupName) : true,
      )
      .filter(({ group }) =>
        (Filters ?? []).every(({ Name, Values }) => {
          const key = Name?.startsWith('tag:') ? Name.slice('tag:'.length) : undefined;
          return group.Tags?.some((tag) => tag.Key === key && Values?.includes(tag.Value ?? ''));
        }),
      );
    const page = pageOf(found, MaxRecords ?? 50, NextToken, 'InvalidNextToken');
    return { AutoScalingGroups: page.items.map(shown), NextToken: page.next };
  },

  DescribeAutoScalingInstances(world, { InstanceIds, MaxRecords, NextToken }) {
    const all = world.autoScaling.fleets.flatMap(({ group }) =>
      group.Instances.map((instance) => ({ ...instance, AutoScalingGroupName: group.AutoScalingGroupName })),
    );
    const found = all.filter(({ InstanceId }) => InstanceIds?.includes(InstanceId) ?? true);
    const page = pageOf(found, MaxRecords ?? 50, NextToken, 'InvalidNextToken');
    // Unlike in a group, health is in capitals here.
    const instances = page.items.map((instance) => ({
      ...instance,
      HealthStatus: instance.HealthStatus.toUpperCase(),
    }));
    return { AutoScalingInstances: instances, NextToken: page.next };
  },

  DescribeScalingActivities(world, { AutoScalingGroupName, ActivityIds, MaxRecords, NextToken }) {
    const fleets =
      AutoScalingGroupName === undefined ? world.autoScaling.fleets : [fleetOf(world, AutoScalingGroupName)];
    const all = fleets.flatMap(({ activities }) => activities);
    const wanted = all.filter(({ ActivityId }) => ActivityIds?.includes(ActivityId) ?? true);
    const inProgressFirst = [
      ...wanted.filter(({ EndTime }) => EndTime === undefined),
      ...wanted.filter(({ EndTime }) => EndTime !== undefined),
    ];
    const page = pageOf(inProgressFirst, MaxRecords ?? 100, NextToken, 'InvalidNextToken');
    return { Activities: page.items, NextToken: page.next };
  },

  DescribeLifecycleHooks(world, { AutoScalingGroupName, LifecycleHookNames }) {
    const { hooks } = fleetOf(world, AutoScalingGroupName);
    return {
      LifecycleHooks: hooks.filter(
        ({ LifecycleHookName }) => LifecycleHookNames?.includes(LifecycleHookName) ?? true,
      ),
    };
  },

  PutLifecycleHook(world, input) {
    const { hooks } = fleetOf(world, input.AutoScalingGroupName);
    const known = hooks.find(({ LifecycleHookName }) => LifecycleHookName === input.LifecycleHookName);
    const { LifecycleTransition = known?.LifecycleTransition } = input;
    if (LifecycleTransition === undefined)
      throw invalid('You must provide a LifecycleTransition when creating a lifecycle hook.');
    const HeartbeatTimeout = input.HeartbeatTimeout ?? known?.HeartbeatTimeout ?? 3600;
    if (HeartbeatTimeout < 30 || HeartbeatTimeout > 7200)
      throw invalid('HeartbeatTimeout must be between 30 and 7200 seconds.');
    const hook = {
      ...known,
      LifecycleHookName: input.LifecycleHookName ?? '',
      AutoScalingGroupName: input.AutoScalingGroupName ?? '',
      LifecycleTransition,
      HeartbeatTimeout,
      GlobalTimeout: Math.min(172_800, 100 * HeartbeatTimeout),
      DefaultResult: input.DefaultResult ?? known?.DefaultResult ?? 'ABANDON',
    };
    if (known === undefined) hooks.push(hook);
    else Object.assign(known, hook);
    return {};
  },

  DeleteLifecycleHook(world, { AutoScalingGroupName, LifecycleHookName }) {
    const fleet = fleetOf(world, AutoScalingGroupName);
    if (!fleet.hooks.some((hook) => hook.LifecycleHookName === LifecycleHookName))
      throw invalid('No Lifecycle Hook found with the specified name.');
    fleet.hooks = fleet.hooks.filter((hook) => hook.LifecycleHookName !== LifecycleHookName);
    return {};
  },

  DescribePolicies(world, { AutoScalingGroupName, PolicyNames, MaxRecords, NextToken }) {
    const fleets =
      AutoScalingGroupName === undefined ? world.autoScaling.fleets : [fleetOf(world, AutoScalingGroupName)];
    const found = fleets
      .flatMap(({ policies }) => policies)
      .filter(({ PolicyName }) => PolicyNames?.includes(PolicyName) ?? true);
    const page = pageOf(found, MaxRecords ?? 50, NextToken, 'InvalidNextToken');
    return { ScalingPolicies: page.items, NextToken: page.next };
  },

  DescribeScheduledActions(world, { AutoScalingGroupName, MaxRecords, NextToken }) {
    const fleets =
      AutoScalingGroupName === undefined ? world.autoScaling.fleets : [fleetOf(world, AutoScalingGroupName)];
    const page = pageOf(
      fleets.flatMap(({ scheduledActions }) => scheduledActions),
      MaxRecords ?? 50,
      NextToken,
      'InvalidNextToken',
    );
    return { ScheduledUpdateGroupActions: page.items, NextToken: page.next };
  },

  SuspendProcesses(world, { AutoScalingGroupName, ScalingProcesses }) {
    const { group } = fleetOf(world, AutoScalingGroupName);
    const known = group.SuspendedProcesses.map(({ ProcessName }) => ProcessName);
    const added = processesOf(ScalingProcesses).filter((process) => !known.includes(process));
    group.SuspendedProcesses.push(
      ...added.map((ProcessName) => ({
        ProcessName,
        SuspensionReason: `User suspended at ${stamp(world.now)}`,
      })),
    );
    return {};
  },

  ResumeProcesses(world, { AutoScalingGroupName, ScalingProcesses }) {
    const { group } = fleetOf(world, AutoScalingGroupName);
    const resumed = processesOf(ScalingProcesses);
    group.SuspendedProcesses = group.SuspendedProcesses.filter(
      ({ ProcessName = '' }) => !resumed.includes(ProcessName),
    );
    return {};
  },

  SetDesiredCapacity(world, { AutoScalingGroupName, DesiredCapacity = 0, HonorCooldown }) {
    checkCounts({ DesiredCapacity });
    const fleet = fleetOf(world, AutoScalingGroupName);
    const busy = fleet.activities.find(({ EndTime }) => EndTime === undefined);
    if (HonorCooldown === true && busy !== undefined)
      throw new AwsFault(
        'ScalingActivityInProgressFault',
        `Scaling activity ${busy.ActivityId} is in progress and blocks this action`,
      );
    setDesired(world, fleet, DesiredCapacity, 'a user request explicitly set group desired capacity');
    return {};
  },

  UpdateAutoScalingGroup(world, input) {
    const { MinSize, MaxSize, DesiredCapacity } = input;
    checkCounts({ MinSize, MaxSize, DesiredCapacity });
    const fleet = fleetOf(world, input.AutoScalingGroupName);
    const { group } = fleet;
    const [least, most] = [MinSize ?? group.MinSize, MaxSize ?? group.MaxSize];
    if (least > most)
      throw invalid(`Max bound, ${most}, must be greater than or equal to min bound, ${least}`);
    const wanted = DesiredCapacity;
    if (wanted !== undefined && (wanted < least || wanted > most))
      throw invalid(
        `Desired capacity:${wanted} must be between the specified min size:${least} and max size:${most}`,
      );
    if (input.LaunchTemplate !== undefined) group.LaunchTemplate = specified(world, input.LaunchTemplate);
    group.MinSize = least;
    group.MaxSize = most;
    // Without a wanted capacity, one outside the new bounds moves to the nearer bound.
    const desired = wanted ?? Math.min(Math.max(group.DesiredCapacity, least), most);
    setDesired(
      world,
      fleet,
      desired,
      `a user request update of AutoScalingGroup constraints to min: ${least}, max: ${most}, desired: ${desired}`,
    );
    if (input.HealthCheckType !== undefined) group.HealthCheckType = input.HealthCheckType;
    if (input.HealthCheckGracePeriod !== undefined)
      group.HealthCheckGracePeriod = input.HealthCheckGracePeriod;
    if (input.DefaultInstanceWarmup !== undefined) group.DefaultInstanceWarmup = input.DefaultInstanceWarmup;
    if (input.AvailabilityZoneDistribution !== undefined)
      group.AvailabilityZoneDistribution = input.AvailabilityZoneDistribution;
    if (input.DefaultCooldown !== undefined) group.DefaultCooldown = input.DefaultCooldown;
    if (input.TerminationPolicies !== undefined) group.TerminationPolicies = input.TerminationPolicies;
    if (input.NewInstancesProtectedFromScaleIn !== undefined)
      group.NewInstancesProtectedFromScaleIn = input.NewInstancesProtectedFromScaleIn;
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-auto-scaling')>;
