import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type StepReference, type Wait, wait } from '../../engine/step.ts';
import { refuseOnStopAlarm, stopAlarmReads } from './alarms.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { type FleetNode, type FleetView, servingNodes } from './fleet-view.ts';
import { fleetReads, watchFleet } from './fleet-watch.ts';

interface Staying {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  /** Name of the samples that keep since when it is so. */
  readonly samples: string;
  readonly span: Milliseconds;
  /** Who is judged, in words. */
  readonly who: string;
  readonly least: (view: FleetView) => number;
  isJudged?(node: FleetNode, context: ReadContext): boolean;
}

/** Nodes must serve for a whole span, without a break and without a stop alarm. */
export function staysHealthy(
  { id, title, hint, samples, span, who, least, isJudged = () => true }: Staying,
  fleet: StepReference<FleetFacts>,
): Wait<void> {
  return wait({
    id,
    title,
    uses: [...fleetReads, stopAlarmReads],
    every: seconds(15),
    timeout: span + minutes(10),
    hint,
    async probe(context) {
      await refuseOnStopAlarm(context);
      const view = await watchFleet(context, context.outputOf(fleet));
      const serving = servingNodes(view).filter((node) => isJudged(node, context));
      context.sample(samples, serving.length >= least(view) ? 1 : 0);
      const since = context.samplesOf(samples).at(-1);
      if (since?.value !== 1)
        return { ready: false, because: `${serving.length} of ${least(view)} ${who} serve` };
      const stayed = context.clock.now().getTime() - since.at.getTime();
      return stayed >= span
        ? { ready: true }
        : {
            ready: false,
            because: `${who} serve since ${since.at.toISOString().slice(11, 19)} UTC, ${formatDuration(span)} are asked for`,
          };
    },
  });
}
