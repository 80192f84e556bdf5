import * as z from 'zod';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { planCapacity, type Strategy } from './capacity.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { perZone, zonesText } from './fleet-view.ts';
import type { TemplateInUse } from './launch-template.ts';
import { isParameter, type TargetVersion } from './new-version.ts';

const plan = z.object({
  surge: z.int(),
  lowest: z.int(),
  lowestPerZone: z.record(z.string(), z.int()),
  floor: z.int(),
  refresh: z.object({ minHealthyPercentage: z.int(), maxHealthyPercentage: z.int() }),
});
export type Plan = z.output<typeof plan>;

export const planText = ({ lowest, lowestPerZone, surge }: Plan): string => {
  const more = surge === 0 ? 'none launched first' : `${surge} launched first`;
  return `never under ${lowest} healthy nodes in all, ${more}; of those that stand now at least ${zonesText(new Map(Object.entries(lowestPerZone)))}`;
};

interface CapacityParameters {
  readonly strategy: Strategy;
  readonly canary: number;
  readonly batch: number;
  readonly minHealthy: number;
}

export function capacityHolds(
  { strategy, canary, batch, minHealthy }: CapacityParameters,
  fleet: StepReference<FleetFacts>,
): Check<Plan> {
  // An instance refresh reaches its checkpoint batch by batch; node by node the canary is a batch of its own.
  const atOnce = strategy === 'instance-refresh' ? batch : Math.max(canary, batch);
  return check({
    id: 'capacity',
    title: 'The numbers chosen keep enough nodes healthy',
    returns: plan,
    async run({ outputOf }) {
      const { group, desired, maxSize, nodes } = outputOf(fleet);
      if (canary > desired) {
        throw new OperatorError({
          code: 'CANARY_TOO_LARGE',
          message: `A canary of ${canary} nodes is more than the ${desired} that ${group} has: there would be nothing to judge it for`,
          hint: '--canary 1',
        });
      }
      const { holds, lowestPerZone, ...numbers } = planCapacity({
        desired,
        maxSize,
        zones: perZone(nodes),
        batch: atOnce,
        minHealthy,
        strategy,
      });
      if (!holds) {
        throw new OperatorError({
          code: 'CAPACITY_TOO_LOW',
          message:
            `${group} could fall to ${numbers.lowest} healthy nodes; ${minHealthy} % of ${desired} are ${numbers.floor}. ` +
            `Its maximum size ${maxSize} leaves room for ${maxSize - desired} more while ${atOnce} are replaced`,
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
  strategy: Strategy,
  fleet: StepReference<FleetFacts>,
  version: StepReference<TargetVersion>,
): Check<WayBack> {
  return check({
    id: 'way-back',
    title: 'It is known what undoing goes back to',
    returns: wayBack,
    async run({ outputOf }) {
      const { template } = outputOf(fleet);
      const { previousVersion, fromImageId } = outputOf(version);
      const isAsLaunched = template.setting === previousVersion;
      const back = `version ${previousVersion} of ${template.name} (image ${fromImageId})`;
      const afterwards = isAsLaunched
        ? ''
        : `; the group is then pointed to ${template.setting} again, as it is now`;
      if (strategy === 'node-by-node')
        return { byAws: false, text: `possible, node by node, to ${back}${afterwards}` };
      const obstacle = obstacleToRollback(template, previousVersion, fromImageId);
      if (obstacle === undefined) return { byAws: true, text: `possible, by AWS itself, to ${back}` };
      return {
        byAws: false,
        text: `AWS cannot roll this refresh back, because ${obstacle}: undoing would start a second refresh, to ${back}${afterwards}. With a numbered version that every node runs, and a fixed image, AWS rolls back by itself`,
      };
    },
    summary: ({ text }) => text,
  });
}

/** AWS goes back to what was last saved on the group, and only to a numbered version with a fixed image. */
function obstacleToRollback(
  { setting, version }: TemplateInUse,
  previousVersion: string,
  imageId: string,
): string | undefined {
  if (setting !== version) return `the group follows ${setting}`;
  if (version !== previousVersion)
    return `the group launches version ${version} already, while its nodes run ${previousVersion}`;
  return isParameter(imageId)
    ? `the image of version ${version} is named by a Systems Manager parameter`
    : undefined;
}
