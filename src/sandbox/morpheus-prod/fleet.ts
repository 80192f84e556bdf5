import { seconds } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { FleetState, Member } from '../services/auto-scaling/state.ts';
import {
  account,
  groupArn,
  name,
  nodeIds,
  policyArn,
  region,
  subnetIds,
  tags,
  targetGroupArn,
  templateId,
  zones,
} from './names.ts';

const member = (index: number): Member => ({
  InstanceId: nodeIds[index] ?? '',
  InstanceType: 'm5.xlarge',
  AvailabilityZone: zones[index] ?? '',
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  LaunchTemplate: { LaunchTemplateId: templateId, LaunchTemplateName: name, Version: '2' },
  ProtectedFromScaleIn: false,
});

/** The Auto Scaling group with its three nodes, all on launch template version 2. */
export function fleet(launched: Date): FleetState {
  return {
    group: {
      AutoScalingGroupName: name,
      AutoScalingGroupARN: groupArn,
      LaunchTemplate: { LaunchTemplateId: templateId, LaunchTemplateName: name, Version: '2' },
      MinSize: 3,
      MaxSize: 6,
      DesiredCapacity: 3,
      DefaultCooldown: 300,
      DefaultInstanceWarmup: 120,
      AvailabilityZones: zones,
      VPCZoneIdentifier: subnetIds.join(','),
      AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-best-effort' },
      LoadBalancerNames: [],
      TargetGroupARNs: [targetGroupArn],
      TrafficSources: [{ Identifier: targetGroupArn, Type: 'elbv2' }],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 300,
      Instances: zones.map((_zone, index) => member(index)),
      CreatedTime: new Date('2025-06-11T08:02:17Z'),
      SuspendedProcesses: [],
      EnabledMetrics: [],
      TerminationPolicies: ['Default'],
      NewInstancesProtectedFromScaleIn: false,
      ServiceLinkedRoleARN: `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      Tags: tags.map(({ Key, Value }) => ({
        Key,
        Value,
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        PropagateAtLaunch: true,
      })),
    },
    facts: Object.fromEntries(
      nodeIds.map((id) => [id, { inServiceAt: later(launched, seconds(40)), registered: true as const }]),
    ),
    hooks: [
      {
        LifecycleHookName: 'drain',
        AutoScalingGroupName: name,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 300,
        GlobalTimeout: 30_000,
        DefaultResult: 'CONTINUE',
      },
    ],
    policies: [
      {
        AutoScalingGroupName: name,
        PolicyName: `${name}-scale-out`,
        PolicyARN: policyArn,
        PolicyType: 'SimpleScaling',
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 1,
        Cooldown: 300,
        Enabled: true,
        StepAdjustments: [],
        Alarms: [
          {
            AlarmName: 'morpheus-prod-app-cpu',
            AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:morpheus-prod-app-cpu`,
          },
        ],
      },
    ],
    scheduledActions: [],
    activities: [],
    refreshes: [],
    requests: [],
    replacementsOwed: 0,
    zoneRetries: {},
  };
}
