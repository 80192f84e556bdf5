import * as z from 'zod';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { planCapacity } from './capacity.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { perZone, zonesText } from './fleet-view.ts';
import type { TargetVersion } from './launch-template.ts';

const plan = z.object({
  surge: z.int(),
  lowest: z.int(),
  lowestPerZone: z.record(z.string(), z.int()),
  floor: z.int(),
  refresh: z.object({ minHealthyPercentage: z.int(), maxHealthyPercentage: z.int() }),
});
export type Plan = z.output<typeof plan>;

export const planText = ({ lowest, lowestPerZone, surge }: Plan): string =>
  `never under ${lowest} healthy nodes (${zonesText(new Map(Object.entries(lowestPerZone)))}), ${surge} launched beyond the desired capacity`;

export function capacityHolds(
  {
    canary,
    batch,
    minHealthy,
  }: { readonly canary: number; readonly batch: number; readonly minHealthy: number },
  fleet: StepReference<FleetFacts>,
): Check<Plan> {
  return check({
    id: 'capacity',
    title: 'The numbers chosen keep enough nodes healthy',
    returns: plan,
    async run({ outputOf }) {
      const { group, desired, maxSize, nodes } = outputOf(fleet);
      const { holds, lowestPerZone, ...numbers } = planCapacity({
        desired,
        maxSize,
        zones: perZone(nodes),
        batch: Math.max(canary, batch),
        minHealthy,
      });
      if (!holds) {
        throw new OperatorError({
          code: 'CAPACITY_TOO_LOW',
          message:
            `${group} could fall to ${numbers.lowest} healthy nodes; ${minHealthy} % of ${desired} are ${numbers.floor}. ` +
            `Its maximum size ${maxSize} leaves room for ${numbers.surge} more while ${Math.max(canary, batch)} are replaced`,
          hint: `Raise the group's maximum size, or choose a smaller --batch, or accept less: --min-healthy ${Math.floor((numbers.lowest * 100) / desired)}`,
        });
      }
      return { ...numbers, lowestPerZone: Object.fromEntries(lowestPerZone) };
    },
    summary: planText,
  });
}

const wayBack = z.object({
  /** AWS rolls an instance refresh back by itself, also on a stop alarm and also while this tool is not running. */
  byAws: z.boolean(),
  text: z.string(),
});
export type WayBack = z.output<typeof wayBack>;

/** What undoing would go back to. https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html */
export function wayBackIsKnown(
  strategy: 'instance-refresh' | 'node-by-node',
  fleet: StepReference<FleetFacts>,
  version: StepReference<TargetVersion>,
): Check<WayBack> {
  return check({
    id: 'way-back',
    title: 'It is known what undoing goes back to',
    returns: wayBack,
    async run({ outputOf }) {
      const { template } = outputOf(fleet);
      const { fromImageId, fromImageIsParameter } = outputOf(version);
      const back = `version ${template.version} of ${template.name} (image ${fromImageId})`;
      const pinned =
        template.setting === template.version
          ? ''
          : `; the group follows ${template.setting} now and would stay pinned to ${template.version}`;
      const obstacle =
        template.setting !== template.version
          ? `the group follows ${template.setting}`
          : fromImageIsParameter
            ? `the image of version ${template.version} is named by a Systems Manager parameter`
            : undefined;
      if (strategy === 'node-by-node')
        return { byAws: false, text: `possible, node by node, to ${back}${pinned}` };
      if (obstacle === undefined) return { byAws: true, text: `possible, by AWS itself, to ${back}` };
      return {
        byAws: false,
        text: `AWS cannot roll this refresh back, because ${obstacle}: undoing would start a second refresh to ${back}${pinned}. Use a numbered version with a fixed image to have AWS roll back by itself`,
      };
    },
    summary: ({ text }) => text,
  });
}
