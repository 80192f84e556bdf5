import { seconds } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { FleetState, Member } from '../services/auto-scaling/state.ts';

export interface FleetBlueprint {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly created: string;
  readonly template: { readonly id: string; readonly name: string; readonly version: string };
  readonly instanceType: string;
  readonly zones: readonly string[];
  readonly subnets: readonly string[];
  readonly size: { readonly least: number; readonly desired: number; readonly most: number };
  readonly targetGroup: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  /** Those that run, in the order of the zones. */
  readonly nodes: readonly string[];
  readonly launched: Date;
  readonly hooks: FleetState['hooks'];
  /** An alarm that adds a node. */
  readonly scaleOut?: { readonly policyArn: string; readonly alarm: string };
}

/** An Auto Scaling group at rest, its nodes on the template's version that it launches. */
export function fleetFrom(blueprint: FleetBlueprint): FleetState {
  const { account, name, template, zones, nodes, launched, size, targetGroup } = blueprint;
  const LaunchTemplate = {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    Version: template.version,
  };
  const member = (id: string, index: number): Member => ({
    InstanceId: id,
    InstanceType: blueprint.instanceType,
    AvailabilityZone: zones[index % zones.length] ?? '',
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    LaunchTemplate: { ...LaunchTemplate },
    ProtectedFromScaleIn: false,
  });
  return {
    group: {
      AutoScalingGroupName: name,
      AutoScalingGroupARN: blueprint.arn,
      LaunchTemplate,
      MinSize: size.least,
      MaxSize: size.most,
      DesiredCapacity: size.desired,
      DefaultCooldown: 300,
      DefaultInstanceWarmup: 120,
      AvailabilityZones: [...zones],
      VPCZoneIdentifier: blueprint.subnets.join(','),
      AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-best-effort' },
      LoadBalancerNames: [],
      TargetGroupARNs: [targetGroup],
      TrafficSources: [{ Identifier: targetGroup, Type: 'elbv2' }],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 300,
      Instances: nodes.map(member),
      CreatedTime: new Date(blueprint.created),
      SuspendedProcesses: [],
      EnabledMetrics: [],
      TerminationPolicies: ['Default'],
      NewInstancesProtectedFromScaleIn: false,
      ServiceLinkedRoleARN: `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      Tags: blueprint.tags.map(({ Key, Value }) => ({
        Key,
        Value,
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        PropagateAtLaunch: true,
      })),
    },
    facts: Object.fromEntries(
      nodes.map((id) => [id, { inServiceAt: later(launched, seconds(40)), registered: true as const }]),
    ),
    hooks: [...blueprint.hooks],
    policies: blueprint.scaleOut === undefined ? [] : [scaleOutPolicy(blueprint, blueprint.scaleOut)],
    scheduledActions: [],
    activities: [],
    refreshes: [],
    requests: [],
    replacementsOwed: 0,
    zoneRetries: {},
  };
}

const scaleOutPolicy = (
  { account, region, name }: FleetBlueprint,
  { policyArn, alarm }: { policyArn: string; alarm: string },
): FleetState['policies'][number] => ({
  AutoScalingGroupName: name,
  PolicyName: `${name}-scale-out`,
  PolicyARN: policyArn,
  PolicyType: 'SimpleScaling',
  AdjustmentType: 'ChangeInCapacity',
  ScalingAdjustment: 1,
  Cooldown: 300,
  Enabled: true,
  StepAdjustments: [],
  Alarms: [{ AlarmName: alarm, AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarm}` }],
});
