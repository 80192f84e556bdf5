import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import { createParameter, deleteParameter, getParameter } from '../../aws/ssm.ts';
import { type Change, type Check, change, check } from '../../engine/step.ts';
import type { RecoveryStack } from '../../environment/recovery-stack.ts';
import { AwsCallError, Refusal } from '../../errors.ts';
import { tagsFor } from './drill-mode.ts';
import { momentText } from './point-in-time.ts';
import { recoveryPlan } from './recovery-plan.ts';

export const drillModes = ['drill', 'failover'] as const;
export type DrillMode = (typeof drillModes)[number];

/** What a run leaves in Parameter Store of the recovery Region while it is under way, for whoever begins another one. */
const drillMarker = z.object({
  run: z.string(),
  mode: z.enum(drillModes),
  since: z.iso.datetime(),
  expires: z.iso.datetime(),
});

export type DrillMarker = z.output<typeof drillMarker>;

export const markerName = ({ parameters }: Pick<RecoveryStack, 'parameters'>): string =>
  `${parameters.drill}/under-way`;

const nobodys: DrillMarker = {
  run: 'unknown',
  mode: 'drill',
  since: new Date(0).toISOString(),
  expires: new Date(0).toISOString(),
};

/** One that cannot be read is there all the same. */
export function markerIn(value: string): DrillMarker {
  try {
    return drillMarker.parse(JSON.parse(value));
  } catch {
    return nobodys;
  }
}

/** @param aws of the recovery Region */
export async function drillUnderWay(
  aws: ReadClients,
  stack: Pick<RecoveryStack, 'parameters'>,
): Promise<DrillMarker | undefined> {
  const value = (await getParameter(aws, markerName(stack)))?.Value;
  return value === undefined ? undefined : markerIn(value);
}

export const markerText = ({ run, mode, since, expires }: DrillMarker): string =>
  run === nobodys.run
    ? 'a marker that no run of this tool wrote'
    : `${mode} ${run} since ${momentText(since)}, until ${momentText(expires)}`;

/** How to end the run that the marker names, or to take away a marker that outlived it. */
export const endingIt = ({ run }: DrillMarker, name: string, region: string): string =>
  `Whoever drives it ends it: runbook rollback ${run}. If nobody does and nothing of it is left: aws ssm delete-parameter --name ${name} --region ${region}`;

const another = (marker: DrillMarker, name: string, region: string) => ({
  code: 'DRILL_UNDER_WAY',
  message: `Another one is under way in ${region}: ${markerText(marker)}. Two would restore twice and take down each other's stack`,
  hint: endingIt(marker, name, region),
});

/** Whatever the evaluation said, and whatever it is done for. */
export const noOtherDrill: Check<void> = check({
  id: 'alone',
  title: 'No other drill is under way',
  uses: [getParameter],
  async run({ aws, environment, runId }) {
    const { region, stack } = recoveryPlan(environment);
    const marker = await drillUnderWay(aws.in(region), stack);
    if (marker !== undefined && marker.run !== runId)
      throw new Refusal(another(marker, markerName(stack), region));
  },
});

/**
 * First change of a drill. AWS makes a parameter once, so of two drills that begin at the same time one is refused; an expired marker
 * counts too, since what it stands for may still be there.
 */
export const markDrill = (mode: DrillMode): Change<DrillMarker> =>
  change({
    id: 'mark',
    title: `Note in the recovery Region that a ${mode} is under way`,
    uses: [getParameter, createParameter, deleteParameter],
    returns: drillMarker,
    async findApplied({ aws, environment, runId }) {
      const { region, stack } = recoveryPlan(environment);
      const marker = await drillUnderWay(aws.in(region), stack);
      return marker?.run === runId ? marker : undefined;
    },
    async apply(context) {
      const { aws, environment, runId, clock } = context;
      const { region, stack } = recoveryPlan(environment);
      const there = aws.in(region);
      const now = clock.now();
      const marker: DrillMarker = {
        run: runId,
        mode,
        since: now.toISOString(),
        expires: new Date(now.getTime() + stack.longest).toISOString(),
      };
      const name = markerName(stack);
      try {
        await createParameter(there, { name, value: JSON.stringify(marker), tags: tagsFor(mode)(context) });
        return marker;
      } catch (error) {
        if (!(error instanceof AwsCallError) || error.awsCode !== 'ParameterAlreadyExists') throw error;
        const { service, operation, awsCode, requestId, transient } = error;
        const other = (await drillUnderWay(there, stack)) ?? nobodys;
        // Still AWS's plain no: nothing was begun, and there is nothing to undo.
        throw new AwsCallError({
          ...another(other, name, region),
          service,
          operation,
          awsCode,
          requestId,
          transient,
        });
      }
    },
    summary: markerText,
    undo: {
      title: 'Take the note away',
      async apply({ aws, environment, runId }) {
        const { region, stack } = recoveryPlan(environment);
        const there = aws.in(region);
        const marker = await drillUnderWay(there, stack);
        if (marker?.run === runId) await deleteParameter(there, markerName(stack));
      },
    },
  });
