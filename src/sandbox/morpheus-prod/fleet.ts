import { fleetFrom } from '../blueprints/fleet.ts';
import type { FleetState } from '../services/auto-scaling/state.ts';
import {
  account,
  groupArn,
  name,
  nodeIds,
  policyArn,
  recovery,
  recoveryRegion,
  region,
  subnetIds,
  tag,
  tags,
  targetGroupArn,
  templateId,
  zones,
} from './names.ts';

const drain = (group: string) => ({
  LifecycleHookName: 'drain',
  AutoScalingGroupName: group,
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  HeartbeatTimeout: 300,
  GlobalTimeout: 30_000,
  DefaultResult: 'CONTINUE',
});

/** The Auto Scaling group with its three nodes, all on launch template version 2. */
export const fleet = (launched: Date): FleetState =>
  fleetFrom({
    account,
    region,
    name,
    arn: groupArn,
    created: '2025-06-11T08:02:17Z',
    template: { id: templateId, name, version: '2' },
    instanceType: 'm5.xlarge',
    zones,
    subnets: subnetIds,
    size: { least: 3, desired: 3, most: 6 },
    targetGroup: targetGroupArn,
    tags,
    nodes: nodeIds,
    launched,
    hooks: [drain(name)],
    scaleOut: { policyArn, alarm: 'morpheus-prod-app-cpu' },
  });

/** Empty until somebody raises its capacity. */
export const recoveryFleet = (): FleetState =>
  fleetFrom({
    account,
    region: recoveryRegion,
    name: recovery.group,
    arn: `arn:aws:autoscaling:${recoveryRegion}:${account}:autoScalingGroup:8d5a7e2f-4b63-4c9f-8a21-3e8c9b7d6f52:autoScalingGroupName/${recovery.group}`,
    created: '2025-09-02T10:15:38Z',
    template: { id: recovery.templateId, name: recovery.group, version: '1' },
    instanceType: 'm5.xlarge',
    zones: recovery.zones,
    subnets: recovery.subnetIds,
    size: { least: 0, desired: 0, most: 6 },
    targetGroup: recovery.targetGroupArn,
    tags: [
      ...tags.filter(({ Key }) => Key !== 'Name'),
      tag('Name', recovery.group),
      tag('Purpose', 'recovery'),
    ],
    nodes: [],
    launched: new Date('2025-09-02T10:15:38Z'),
    hooks: [drain(recovery.group)],
  });
