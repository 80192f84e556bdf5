import type {
  Activity,
  AutoScalingGroup,
  InstanceRefresh,
  LifecycleHook,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { present } from './unreadable-answer.ts';

export type { Activity, AutoScalingGroup, InstanceRefresh, LifecycleHook, StartInstanceRefreshType };

const service = 'auto-scaling';
const sdk = () => import('./sdk/auto-scaling.ts');

/**
 * Dependent: AWS checks them on the caller when a group is pointed to a launch template, and answers `AccessDenied: You are
 * not authorized to use launch template` without naming them. PassRole is needed for the instance profile in the template,
 * CreateTags for its tags.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
const toUseLaunchTemplate = ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'];

/**
 * The group of this name with its instances, `undefined` where there is none.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export const describeGroup = awsFunction(
  ['autoscaling:DescribeAutoScalingGroups'],
  async (aws: ReadClients, name: string): Promise<AutoScalingGroup | undefined> => {
    const { DescribeAutoScalingGroupsCommand } = await sdk();
    const answer = await aws.send(
      service,
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    return answer.AutoScalingGroups?.[0];
  },
);

/**
 * The group's latest activities, at most `most` of the past six weeks: those under way first, then by start time, newest
 * first. Where launching failed, `StatusMessage` says why.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
 */
export const describeScalingActivities = awsFunction(
  ['autoscaling:DescribeScalingActivities'],
  async (aws: ReadClients, name: string, { most }: { readonly most: number }): Promise<Activity[]> => {
    const { DescribeScalingActivitiesCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new DescribeScalingActivitiesCommand({
          AutoScalingGroupName: name,
          MaxRecords: Math.min(most, 100),
          NextToken,
        }),
      );
      return { items: page.Activities, next: page.NextToken };
    }, most);
  },
);

/**
 * The group's instance refreshes, newest first: AWS keeps those of the past six weeks. `PercentageComplete` is 0 to 100.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html
 */
export const describeInstanceRefreshes = awsFunction(
  ['autoscaling:DescribeInstanceRefreshes'],
  async (aws: ReadClients, name: string): Promise<InstanceRefresh[]> => {
    const { DescribeInstanceRefreshesCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 100, NextToken }),
      );
      return { items: page.InstanceRefreshes, next: page.NextToken };
    });
  },
);

/**
 * The group's lifecycle hooks. `HeartbeatTimeout` and `GlobalTimeout` are seconds; `DefaultResult` is `CONTINUE` or `ABANDON`.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html
 */
export const describeLifecycleHooks = awsFunction(
  ['autoscaling:DescribeLifecycleHooks'],
  async (aws: ReadClients, name: string): Promise<LifecycleHook[]> => {
    const { DescribeLifecycleHooksCommand } = await sdk();
    const answer = await aws.send(service, new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }));
    return answer.LifecycleHooks ?? [];
  },
);

/**
 * Begins to replace the group's instances. Fails with `InstanceRefreshInProgress` while another refresh is under way, which
 * can also be this one, where its answer was lost.
 * @returns the refresh's id
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 */
export const startInstanceRefresh = awsFunction(
  ['autoscaling:StartInstanceRefresh', ...toUseLaunchTemplate],
  async (aws: ChangeClients, input: StartInstanceRefreshType): Promise<string> => {
    const { StartInstanceRefreshCommand } = await sdk();
    const answer = await aws.send(service, new StartInstanceRefreshCommand(input));
    return refreshId(aws, 'StartInstanceRefresh', answer.InstanceRefreshId);
  },
);

/**
 * Stops the refresh that is under way and brings its new instances back to the group's former configuration. Fails with
 * `ActiveInstanceRefreshNotFound` where none is under way, and with `IrreversibleInstanceRefresh` where the refresh had no
 * desired configuration or the group's template is `$Latest`, `$Default` or has its image from a parameter.
 * @returns the refresh's id
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
 */
export const rollbackInstanceRefresh = awsFunction(
  ['autoscaling:RollbackInstanceRefresh', ...toUseLaunchTemplate],
  async (aws: ChangeClients, name: string): Promise<string> => {
    const { RollbackInstanceRefreshCommand } = await sdk();
    const answer = await aws.send(
      service,
      new RollbackInstanceRefreshCommand({ AutoScalingGroupName: name }),
    );
    return refreshId(aws, 'RollbackInstanceRefresh', answer.InstanceRefreshId);
  },
);

/**
 * Stops the refresh that is under way and leaves the instances as they are then, old and new ones. It lets replacements
 * under way end first. Fails with `ActiveInstanceRefreshNotFound` where no refresh is under way.
 * @returns the refresh's id
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
 */
export const cancelInstanceRefresh = awsFunction(
  ['autoscaling:CancelInstanceRefresh'],
  async (aws: ChangeClients, name: string): Promise<string> => {
    const { CancelInstanceRefreshCommand } = await sdk();
    const answer = await aws.send(service, new CancelInstanceRefreshCommand({ AutoScalingGroupName: name }));
    return refreshId(aws, 'CancelInstanceRefresh', answer.InstanceRefreshId);
  },
);

/**
 * Suspends these processes of the group (`AZRebalance`, `Launch`, ...); fine for one that is suspended already.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html
 */
export const suspendProcesses = awsFunction(
  ['autoscaling:SuspendProcesses'],
  async (aws: ChangeClients, name: string, processes: readonly string[]): Promise<void> => {
    // No processes would mean all of them.
    if (processes.length === 0) return;
    const { SuspendProcessesCommand } = await sdk();
    await aws.send(
      service,
      new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: [...processes] }),
    );
  },
);

/**
 * Lets these processes of the group run again; fine for one that runs.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ResumeProcesses.html
 */
export const resumeProcesses = awsFunction(
  ['autoscaling:ResumeProcesses'],
  async (aws: ChangeClients, name: string, processes: readonly string[]): Promise<void> => {
    // No processes would mean all of them, also those that somebody else suspended.
    if (processes.length === 0) return;
    const { ResumeProcessesCommand } = await sdk();
    await aws.send(
      service,
      new ResumeProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: [...processes] }),
    );
  },
);

/**
 * Points the group to a version of a launch template: instances launched from now on have it, running ones stay as they are.
 * Not for a group with a mixed instances policy, which has its template inside the policy.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export const setLaunchTemplate = awsFunction(
  ['autoscaling:UpdateAutoScalingGroup', ...toUseLaunchTemplate],
  async (
    aws: ChangeClients,
    name: string,
    { id, version }: { readonly id: string; readonly version: string },
  ): Promise<void> => {
    const { UpdateAutoScalingGroupCommand } = await sdk();
    await aws.send(
      service,
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateId: id, Version: version },
      }),
    );
  },
);

/**
 * Does not wait for the cooldown after an earlier scaling. Fails with `ScalingActivityInProgress` while the group is busy, and
 * with `ValidationError` outside its minimum and maximum size.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
 */
export const setDesiredCapacity = awsFunction(
  ['autoscaling:SetDesiredCapacity'],
  async (aws: ChangeClients, name: string, capacity: number): Promise<void> => {
    const { SetDesiredCapacityCommand } = await sdk();
    await aws.send(
      service,
      new SetDesiredCapacityCommand({
        AutoScalingGroupName: name,
        DesiredCapacity: capacity,
        HonorCooldown: false,
      }),
    );
  },
);

/**
 * Terminates an instance of a group, through the group's lifecycle hooks. The group launches another one in its place,
 * unless its desired capacity goes down with it, which must not fall below the minimum size.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
 */
export const terminateInstance = awsFunction(
  ['autoscaling:TerminateInstanceInAutoScalingGroup'],
  async (
    aws: ChangeClients,
    instanceId: string,
    { decrementDesiredCapacity }: { readonly decrementDesiredCapacity: boolean },
  ): Promise<Activity | undefined> => {
    const { TerminateInstanceInAutoScalingGroupCommand } = await sdk();
    const answer = await aws.send(
      service,
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: instanceId,
        ShouldDecrementDesiredCapacity: decrementDesiredCapacity,
      }),
    );
    return answer.Activity;
  },
);

const refreshId = (aws: ChangeClients, operation: string, id: string | undefined): string =>
  present(id, 'id of the instance refresh', { aws, action: `autoscaling:${operation}`, write: true });

const groupTag = (group: string, Key: string) => ({
  ResourceId: group,
  ResourceType: 'auto-scaling-group',
  Key,
});

/**
 * Sets tags of a group, which every instance gets that is launched from then on; those that run stay as they are.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html
 */
export const tagGroup = awsFunction(
  ['autoscaling:CreateOrUpdateTags'],
  async (aws: ChangeClients, group: string, tags: Readonly<Record<string, string>>): Promise<void> => {
    const { CreateOrUpdateTagsCommand } = await sdk();
    const Tags = Object.entries(tags).map(([key, Value]) => ({
      ...groupTag(group, key),
      Value,
      PropagateAtLaunch: true,
    }));
    await aws.send(service, new CreateOrUpdateTagsCommand({ Tags }));
  },
);

/** Fine for one that is not there. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteTags.html */
export const untagGroup = awsFunction(
  ['autoscaling:DeleteTags'],
  async (aws: ChangeClients, group: string, keys: readonly string[]): Promise<void> => {
    const { DeleteTagsCommand } = await sdk();
    await aws.send(service, new DeleteTagsCommand({ Tags: keys.map((key) => groupTag(group, key)) }));
  },
);
