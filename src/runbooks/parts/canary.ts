import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import { type StepReference, type Wait, wait } from '../../engine/step.ts';
import { refuseOnStopAlarm, stopAlarmReads } from './alarms.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { servingNodes } from './fleet-view.ts';
import { fleetReads, watchFleet } from './fleet-watch.ts';
import type { VersionOf } from './launch-template.ts';

const samples = 'canary serves';

/** Judges the canary: it must serve for the whole bake time, without a break and without a stop alarm. */
export function canaryStaysHealthy(
  { canary, bakeTime }: { readonly canary: number; readonly bakeTime: Milliseconds },
  fleet: StepReference<FleetFacts>,
  versionOf: VersionOf,
): Wait<void> {
  return wait({
    id: 'canary-bakes',
    title: `The canary serves for ${formatDuration(bakeTime)} without a stop alarm`,
    uses: [...fleetReads, stopAlarmReads],
    every: seconds(15),
    timeout: bakeTime + minutes(10),
    hint: 'The new version does not stay healthy: undo, and look at the logs of the canary',
    async probe(context) {
      await refuseOnStopAlarm(context);
      const version = versionOf(context);
      const view = await watchFleet(context, context.outputOf(fleet));
      const serving = servingNodes(view).filter((node) => node.version === version);
      context.sample(samples, serving.length >= canary ? 1 : 0);
      const since = context.samplesOf(samples).at(-1);
      if (since?.value !== 1)
        return { ready: false, because: `${serving.length} of ${canary} canary nodes serve` };
      const baked = context.clock.now().getTime() - since.at.getTime();
      return baked >= bakeTime
        ? { ready: true }
        : { ready: false, because: `canary serves since ${since.at.toISOString().slice(11, 19)} UTC` };
    },
  });
}
