import type {
  Activity,
  AutoScalingGroup,
  Instance,
  InstanceRefresh,
  LaunchTemplateSpecification,
  LifecycleHook,
  RefreshPreferences,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling';
import type { Known } from '../../known.ts';

export type Member = Known<
  Instance,
  | 'InstanceId'
  | 'AvailabilityZone'
  | 'LifecycleState'
  | 'HealthStatus'
  | 'LaunchTemplate'
  | 'ProtectedFromScaleIn'
>;

export type Group = Known<
  Omit<AutoScalingGroup, 'Instances'>,
  | 'AutoScalingGroupName'
  | 'AutoScalingGroupARN'
  | 'MinSize'
  | 'MaxSize'
  | 'DesiredCapacity'
  | 'AvailabilityZones'
  | 'TargetGroupARNs'
  | 'HealthCheckGracePeriod'
  | 'LaunchTemplate'
  | 'SuspendedProcesses'
  | 'TerminationPolicies'
> & { Instances: Member[] };

export type ScalingActivity = Known<
  Activity,
  'ActivityId' | 'Description' | 'Cause' | 'StartTime' | 'StatusCode'
>;

/** What AWS knows of a member and does not show in the group. */
export interface MemberFacts {
  /** The activity under way: a launch, a termination, a move. */
  activity?: string;
  inServiceAt?: Date;
  /** Why the health check found it unhealthy, in AWS's words. */
  unhealthyBecause?: string;
  hook?: { readonly name: string; readonly token: string };
  /** Auto Scaling put it into the target groups itself: not where AddToLoadBalancer was suspended. */
  registered?: true;
  /** Where a finished termination leads; absent: out of the group. */
  leavesTo?: 'Standby';
}

export interface RefreshState {
  shown: Known<InstanceRefresh, 'InstanceRefreshId' | 'Status' | 'Preferences'> & {
    Preferences: RefreshPreferences;
  };
  /** The group's launch template when it began: what a rollback goes back to. */
  readonly before: LaunchTemplateSpecification;
  /** Members still to be replaced, in order. */
  remaining: string[];
  /** Members being terminated by it. */
  leaving: string[];
  total: number;
  startedAt: Date;
  progressAt: Date;
  checkpoint: number;
  checkpointUntil?: Date;
  bakeUntil?: Date;
}

export interface FleetState {
  group: Group;
  facts: Record<string, MemberFacts>;
  hooks: Known<LifecycleHook, 'LifecycleHookName' | 'LifecycleTransition' | 'HeartbeatTimeout'>[];
  policies: Known<ScalingPolicy, 'PolicyName' | 'PolicyARN'>[];
  scheduledActions: ScheduledUpdateGroupAction[];
  /** Newest first. */
  activities: ScalingActivity[];
  /** Newest first. */
  refreshes: RefreshState[];
  /** What a person or an alarm asked for, told in the cause of the next activity. */
  requests: string[];
  /** Unhealthy members that were terminated and are not yet replaced. */
  replacementsOwed: number;
  /** The extra instance launched to balance the zones. */
  rebalancing?: string;
  /** Zones in which a launch failed, and when the next attempt is due. */
  zoneRetries: Record<string, { failures: number; at: Date }>;
}

export interface AutoScalingState {
  fleets: FleetState[];
}

interface MemberEvent {
  readonly group: string;
  readonly instance: string;
}

export type AutoScalingEvent =
  /** Auto Scaling looks at a group: health, capacity, zones, instance refresh. */
  | { readonly kind: 'group-looked-at'; readonly group: string }
  | ({ readonly kind: 'instance-running' } & MemberEvent)
  | ({ readonly kind: 'instance-in-service' } & MemberEvent)
  | ({ readonly kind: 'instance-drained' } & MemberEvent)
  | ({ readonly kind: 'hook-over'; readonly token: string; readonly by: 'agent' | 'timeout' } & MemberEvent)
  | ({ readonly kind: 'instance-terminated' } & MemberEvent);

export const emptyAutoScaling = (): AutoScalingState => ({ fleets: [] });
