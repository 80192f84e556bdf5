import * as z from 'zod';
import { describeGroup, terminateInstance } from '../../aws/auto-scaling.ts';
import {
  deregisterTarget,
  describeTargetHealth,
  registerTarget,
} from '../../aws/elastic-load-balancing-v2.ts';
import { type Milliseconds, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import { StepNotReached } from '../../engine/step-context.ts';
import { refuseOnStopAlarm, stopAlarmReads } from './alarms.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { isLeaving, servingNodes } from './fleet-view.ts';
import { fleetReads, watchFleet, whyNotThere, whyReads } from './fleet-watch.ts';
import { readsHaveCaughtUp } from './late-reads.ts';
import type { VersionOf } from './launch-template.ts';
import type { Plan } from './rolling-plan.ts';

/** Somebody else may have changed the capacity meanwhile: what was approved is held against what serves now. */
export function enoughNodesServe(
  batch: number,
  timeout: Milliseconds,
  fleet: StepReference<FleetFacts>,
  plan: StepReference<Plan>,
): Wait<void> {
  return wait({
    id: 'enough-serve',
    title: 'No stop alarm fires, and enough nodes serve to take the next away',
    uses: [stopAlarmReads, ...fleetReads],
    every: seconds(15),
    timeout,
    hint: 'The desired capacity or a node was changed by somebody else: find out who, then retry or undo',
    async probe(context) {
      await refuseOnStopAlarm(context);
      const serving = servingNodes(await watchFleet(context, context.outputOf(fleet))).length;
      const { lowest } = context.outputOf(plan);
      if (serving - batch >= lowest) return { ready: true };
      return {
        ready: false,
        because: `${serving} nodes serve; without ${batch} they would be fewer than the ${lowest} that were approved`,
      };
    },
  });
}

const targetOut = z.object({ targetGroupArn: z.string() });

export function takeOut(id: string, fleet: StepReference<FleetFacts>): Change<z.output<typeof targetOut>> {
  return change({
    id: 'take-out',
    title: `Take ${id} out of the target group`,
    uses: [describeGroup, describeTargetHealth, deregisterTarget, registerTarget],
    returns: targetOut,
    async findApplied({ aws, outputOf }) {
      const { targetGroupArn } = outputOf(fleet);
      const target = (await describeTargetHealth(aws, targetGroupArn)).find(
        ({ Target }) => Target?.Id === id,
      );
      const isIn = target !== undefined && !isOut(target.TargetHealth?.State);
      return isIn ? undefined : { targetGroupArn };
    },
    async apply({ aws, outputOf }) {
      const { targetGroupArn } = outputOf(fleet);
      await deregisterTarget(aws, targetGroupArn, id);
      return { targetGroupArn };
    },
    undo: {
      title: `Put ${id} back into the target group, if it still stands`,
      async apply({ aws, outputOf }, { targetGroupArn }) {
        // Auto Scaling may show it as in service for a while yet.
        if (wasTerminated(outputOf)) return;
        const instances = (await describeGroup(aws, outputOf(fleet).group))?.Instances ?? [];
        const stands = instances.some((it) => it.InstanceId === id && it.LifecycleState === 'InService');
        if (stands) await registerTarget(aws, targetGroupArn, id);
      },
    },
  });
}

const isOut = (state: string | undefined): boolean => state === 'draining' || state === 'unused';

export function drained(id: string, drainTime: Milliseconds, fleet: StepReference<FleetFacts>): Wait<void> {
  return wait({
    id: 'drained',
    title: `${id} has answered its last request`,
    uses: [describeTargetHealth],
    every: seconds(10),
    timeout: drainTime,
    hint: "Raise --drain-time above the target group's deregistration delay",
    async probe({ aws, outputOf }) {
      const target = (await describeTargetHealth(aws, outputOf(fleet).targetGroupArn)).find(
        ({ Target }) => Target?.Id === id,
      );
      const state = target?.TargetHealth?.State;
      if (state === undefined || state === 'unused') return { ready: true };
      return { ready: false, because: `${id} is ${state}` };
    },
  });
}

const terminated = z.object({ group: z.string() });
const terminating = { id: 'terminate', returns: terminated };

function wasTerminated(outputOf: ReadContext['outputOf']): boolean {
  try {
    outputOf(terminating);
    return true;
  } catch (error) {
    if (error instanceof StepNotReached) return false;
    throw error;
  }
}

export function terminate(
  id: string,
  fleet: StepReference<FleetFacts>,
  launchNewVersion: { readonly id: string },
): Change<z.output<typeof terminated>> {
  return change({
    ...terminating,
    title: `Terminate ${id}`,
    uses: [describeGroup, terminateInstance],
    async findApplied({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      const instances = (await describeGroup(aws, group))?.Instances ?? [];
      const stands = instances.some(
        ({ InstanceId, LifecycleState }) => InstanceId === id && !LifecycleState?.startsWith('Terminat'),
      );
      return stands ? undefined : { group };
    },
    async apply({ aws, outputOf }) {
      // Never lowering the desired capacity with it: Auto Scaling then launches the replacement in the zone with fewest nodes.
      await terminateInstance(aws, id, { decrementDesiredCapacity: false });
      return { group: outputOf(fleet).group };
    },
    undoneBy: launchNewVersion,
  });
}

export function whenWholeAgain(
  id: string,
  title: string,
  gone: readonly string[],
  timeout: Milliseconds,
  fleet: StepReference<FleetFacts>,
  versionOf: VersionOf,
  /** The desired capacity that the run has just set; a scaling policy may set another one meanwhile. */
  desiredSet?: (context: ReadContext) => number,
): Wait<void> {
  return wait({
    id,
    title,
    uses: [stopAlarmReads, ...fleetReads, ...whyReads],
    every: seconds(15),
    timeout: timeout * Math.max(1, gone.length),
    hint: 'Undo, or complete what it waits for; docs/runbooks/rolling-update.md says how',
    async probe(context) {
      await refuseOnStopAlarm(context);
      const view = await watchFleet(context, context.outputOf(fleet));
      const remaining = view.nodes.filter((it) => gone.includes(it.id) || isLeaving(it));
      const isShown =
        desiredSet === undefined || readsHaveCaughtUp(context, id) || view.desired === desiredSet(context);
      if (isShown && servingNodes(view).length >= view.desired && remaining.length === 0)
        return { ready: true };
      return {
        ready: false,
        because: await whyNotThere(context, view, versionOf(context), context.runStartedAt),
      };
    },
  });
}
