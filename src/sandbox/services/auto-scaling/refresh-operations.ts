import type { LaunchTemplateSpecification, RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { drawUuid } from '../../random.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { templateVersionOf } from '../ec2/launch-templates.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { fleetOf, invalid, isPresent } from './fleets.ts';
import { rollBack } from './refresh.ts';
import { activeRefresh, matches, specified } from './refresh-goal.ts';
import type { FleetState, Member, RefreshState } from './state.ts';

/** Refreshes are shown for six weeks; the world keeps the last few. */
const kept = 10;

function checkPreferences({
  MinHealthyPercentage,
  MaxHealthyPercentage,
  CheckpointPercentages,
  CheckpointDelay,
  BakeTime,
}: RefreshPreferences): void {
  for (const [member, seconds = 0] of [
    ['checkpointDelay', CheckpointDelay],
    ['bakeTime', BakeTime],
  ] as const)
    if (seconds < 0 || seconds > 172_800)
      throw invalid(
        `1 validation error detected: Value '${seconds}' at 'preferences.${member}' failed to satisfy constraint: Member must have value ${seconds < 0 ? 'greater than or equal to 0' : 'less than or equal to 172800'}`,
      );
  if (MaxHealthyPercentage !== undefined) {
    if (MinHealthyPercentage === undefined)
      throw invalid('MinHealthyPercentage must be specified if MaxHealthyPercentage is specified.');
    if (MaxHealthyPercentage < 100 || MaxHealthyPercentage > 200)
      throw invalid('MaxHealthyPercentage must be between 100 and 200.');
    if (MaxHealthyPercentage - MinHealthyPercentage > 100)
      throw invalid(
        'The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.',
      );
  }
  if (MinHealthyPercentage !== undefined && (MinHealthyPercentage < 0 || MinHealthyPercentage > 100))
    throw invalid('MinHealthyPercentage must be between 0 and 100.');
  if (CheckpointDelay !== undefined && CheckpointPercentages === undefined)
    throw invalid('CheckpointPercentages must be specified if CheckpointDelay is specified.');
  if (
    CheckpointPercentages?.some((percentage, index) => percentage <= (CheckpointPercentages[index - 1] ?? 0))
  )
    throw invalid('CheckpointPercentages must be unique and in ascending order.');
}

/** Why this refresh could not be rolled back. https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html */
function irreversible(
  world: World,
  before: LaunchTemplateSpecification,
  desired: LaunchTemplateSpecification | undefined,
) {
  if (desired === undefined) return 'no desired configuration was specified';
  for (const template of [before, desired]) {
    if (!/^\d+$/.test(template.Version ?? '')) return 'the launch template version is $Latest or $Default';
    if (templateVersionOf(world, template).LaunchTemplateData.ImageId?.startsWith('resolve:ssm:'))
      return 'the launch template uses a Systems Manager parameter instead of an AMI ID';
  }
  return undefined;
}

function toReplace(
  world: World,
  fleet: FleetState,
  preferences: RefreshPreferences,
  goal: LaunchTemplateSpecification,
) {
  const counts = (member: Member) =>
    isPresent(member) || (member.LifecycleState === 'Standby' && preferences.StandbyInstances !== 'Ignore');
  return fleet.group.Instances.filter(counts)
    .filter((member) => !(member.ProtectedFromScaleIn && preferences.ScaleInProtectedInstances === 'Ignore'))
    .filter((member) => !(preferences.SkipMatching === true && matches(world, member, goal)))
    .map(({ InstanceId }) => InstanceId);
}

function active(fleet: FleetState): RefreshState {
  const refresh = activeRefresh(fleet);
  if (refresh !== undefined) return refresh;
  throw new AwsFault(
    'ActiveInstanceRefreshNotFoundFault',
    `No in progress or pending Instance Refresh found for Auto Scaling group ${fleet.group.AutoScalingGroupName}`,
  );
}

export const refreshOperations = {
  StartInstanceRefresh(world, { AutoScalingGroupName, DesiredConfiguration, Preferences = {} }) {
    const fleet = fleetOf(world, AutoScalingGroupName);
    if (activeRefresh(fleet) !== undefined)
      throw new AwsFault(
        'InstanceRefreshInProgressFault',
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
      );
    checkPreferences(Preferences);
    const wanted = DesiredConfiguration?.LaunchTemplate;
    const desired = wanted && specified(world, wanted);
    const obstacle = irreversible(world, fleet.group.LaunchTemplate, desired);
    if (Preferences.AutoRollback === true && obstacle !== undefined)
      throw invalid(`The AutoRollback parameter cannot be set to true: ${obstacle}.`);
    const remaining = toReplace(world, fleet, Preferences, desired ?? fleet.group.LaunchTemplate);
    const refresh: RefreshState = {
      shown: {
        InstanceRefreshId: drawUuid(world),
        AutoScalingGroupName: fleet.group.AutoScalingGroupName,
        Status: 'Pending',
        StartTime: world.now,
        PercentageComplete: 0,
        InstancesToUpdate: remaining.length,
        Preferences: { MinHealthyPercentage: 90, SkipMatching: false, AutoRollback: false, ...Preferences },
        ...(desired === undefined ? {} : { DesiredConfiguration: { LaunchTemplate: desired } }),
      },
      before: fleet.group.LaunchTemplate,
      remaining,
      leaving: [],
      total: remaining.length,
      startedAt: world.now,
      progressAt: world.now,
      checkpoint: 0,
    };
    fleet.refreshes = [refresh, ...fleet.refreshes].slice(0, kept);
    return { InstanceRefreshId: refresh.shown.InstanceRefreshId };
  },

  DescribeInstanceRefreshes(world, { AutoScalingGroupName, InstanceRefreshIds, MaxRecords, NextToken }) {
    const found = fleetOf(world, AutoScalingGroupName)
      .refreshes.map(({ shown }) => shown)
      .filter(({ InstanceRefreshId }) => InstanceRefreshIds?.includes(InstanceRefreshId) ?? true);
    const page = pageOf(found, MaxRecords ?? 50, NextToken, 'InvalidNextToken');
    return { InstanceRefreshes: page.items, NextToken: page.next };
  },

  CancelInstanceRefresh(world, { AutoScalingGroupName }) {
    const { shown } = active(fleetOf(world, AutoScalingGroupName));
    shown.Status = 'Cancelling';
    shown.StatusReason = 'Cancelled due to user request.';
    return { InstanceRefreshId: shown.InstanceRefreshId };
  },

  RollbackInstanceRefresh(world, { AutoScalingGroupName }) {
    const fleet = fleetOf(world, AutoScalingGroupName);
    const refresh = active(fleet);
    const { shown, before } = refresh;
    const obstacle = irreversible(world, before, shown.DesiredConfiguration?.LaunchTemplate);
    if (obstacle !== undefined)
      throw new AwsFault(
        'IrreversibleInstanceRefreshFault',
        `The instance refresh ${shown.InstanceRefreshId} cannot be rolled back: ${obstacle}.`,
      );
    if (shown.Status !== 'RollbackInProgress')
      rollBack(world, fleet, refresh, 'Rollback was requested by a user.');
    return { InstanceRefreshId: shown.InstanceRefreshId };
  },
} satisfies Operations<typeof import('@aws-sdk/client-auto-scaling')>;
