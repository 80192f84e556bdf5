import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import { describeLaunchTemplate } from '../../aws/ec2.ts';
import { describeTargetGroup, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { formatDuration, type Milliseconds, minutes } from '../../duration.ts';
import { type Check, check, type StepReference, type Timeout } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { fleetView, perZone, zonesText } from './fleet-view.ts';
import { fleetOf, groupIsGone } from './fleet-watch.ts';
import { resolveVersion } from './launch-template.ts';

const fleetFacts = z.object({
  name: z.string(),
  group: z.string(),
  desired: z.int(),
  minSize: z.int(),
  maxSize: z.int(),
  targetGroupArn: z.string(),
  /** Absent while no load balancer forwards to the target group. */
  loadBalancerArn: z.string().optional(),
  template: z.object({ id: z.string(), name: z.string(), setting: z.string(), version: z.string() }),
  nodes: z.array(z.object({ id: z.string(), zone: z.string(), version: z.string().optional() })),
  /** `ELB` where Auto Scaling counts a node as healthy only if the load balancer does; several are joined by commas. */
  healthCheckType: z.string(),
  /** Processes that somebody had suspended before: they stay suspended. */
  suspendedBefore: z.array(z.string()),
  healthUrl: z.string().optional(),
});

/** The fleet as it stood when the run began: what the run works on, and what undoing goes back to. */
export type FleetFacts = z.output<typeof fleetFacts>;

export function fleetExists(name: string | undefined): Check<FleetFacts> {
  return check({
    id: 'fleet',
    title: 'The fleet exists behind its target group, in more than one zone',
    uses: [describeGroup, describeTargetGroup, describeTargetHealth, describeLaunchTemplate],
    returns: fleetFacts,
    async run({ aws, environment }) {
      const fleet = fleetOf(environment, name);
      const group = await describeGroup(aws, fleet.group);
      if (group === undefined) throw groupIsGone(fleet.group);
      const targetGroup = await describeTargetGroup(aws, fleet.targetGroup);
      if (
        targetGroup?.TargetGroupArn === undefined ||
        !group.TargetGroupARNs?.includes(targetGroup.TargetGroupArn)
      ) {
        throw new OperatorError({
          code: 'TARGET_GROUP_NOT_ATTACHED',
          message:
            targetGroup === undefined
              ? `Target group ${fleet.targetGroup} does not exist in ${aws.region}`
              : `Target group ${fleet.targetGroup} is not attached to Auto Scaling group ${fleet.group}: its health would say nothing about these nodes`,
          hint: `Correct components.${fleet.name}.targetGroup in runbook.yaml; attached are: ${(group.TargetGroupARNs ?? []).join(', ') || 'none'}`,
        });
      }
      if ((group.AvailabilityZones ?? []).length < 2) {
        throw new OperatorError({
          code: 'ONE_ZONE',
          message: `Auto Scaling group ${fleet.group} stands in one zone (${group.AvailabilityZones?.[0]}): an update there is an outage waiting to happen`,
          hint: 'Give the group subnets in at least two zones first',
        });
      }
      const used = group.LaunchTemplate;
      if (used?.LaunchTemplateId === undefined) {
        throw new OperatorError({
          code: 'NO_LAUNCH_TEMPLATE',
          message: `Auto Scaling group ${fleet.group} uses ${group.MixedInstancesPolicy ? 'a mixed instances policy' : 'a launch configuration'}, which this runbook does not update`,
          hint: 'docs/runbooks/rolling-update.md, "By hand"',
        });
      }
      const setting = used.Version ?? '$Default';
      const targets = await describeTargetHealth(aws, targetGroup.TargetGroupArn);
      const view = fleetView(group, targets);
      const { desired, minSize, maxSize } = view;
      return {
        name: fleet.name,
        group: fleet.group,
        desired,
        minSize,
        maxSize,
        targetGroupArn: targetGroup.TargetGroupArn,
        loadBalancerArn: targetGroup.LoadBalancerArns?.[0],
        template: {
          id: used.LaunchTemplateId,
          setting,
          ...(await resolveVersion(aws, used.LaunchTemplateId, setting)),
        },
        nodes: view.nodes.map(({ id, zone, version }) => ({ id, zone, version })),
        healthCheckType: group.HealthCheckType ?? 'EC2',
        suspendedBefore: (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName),
        healthUrl: fleet.healthUrl,
      };
    },
    summary: ({ group, desired, minSize, maxSize, nodes, template }) =>
      `${group}: desired ${desired} (${minSize} to ${maxSize}), ${template.name} version ${template.version}; ` +
      zonesText(perZone(nodes)),
  });
}

/** Time for an undo that goes through the fleet node by node. */
export const eachNodeIn = (nodeTimeout: Milliseconds, fleet: StepReference<FleetFacts>): Timeout => ({
  text: `${formatDuration(nodeTimeout)} for each node, and half an hour`,
  of: ({ outputOf }) => nodeTimeout * outputOf(fleet).desired + minutes(30),
});
