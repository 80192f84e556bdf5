import { formatDuration, type Milliseconds } from '../../duration.ts';
import type { StepReference, Wait } from '../../engine/step.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { VersionOf } from './launch-template.ts';
import { staysHealthy } from './stays-healthy.ts';

/** Judges the canary: it must serve for the whole bake time. */
export function canaryStaysHealthy(
  { canary, bakeTime }: { readonly canary: number; readonly bakeTime: Milliseconds },
  fleet: StepReference<FleetFacts>,
  versionOf: VersionOf,
): Wait<void> {
  return staysHealthy(
    {
      id: 'canary-bakes',
      title: `The canary serves for ${formatDuration(bakeTime)} without a stop alarm`,
      hint: 'The new version does not stay healthy: undo, and look at the logs of the canary',
      samples: 'canary serves',
      span: bakeTime,
      who: 'canary nodes',
      least: () => canary,
      isJudged: ({ version }, context) => version === versionOf(context),
    },
    fleet,
  );
}
