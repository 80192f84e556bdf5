import { hours, type Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Measure, measure, type StepReference } from '../../engine/step.ts';
import { protectedComponents } from './protected-components.ts';
import type { Restored } from './restore-job.ts';
import type { ChosenPoint, RestoreChoice } from './restore-point.ts';

interface Tested {
  readonly point: StepReference<ChosenPoint>;
  readonly complete: StepReference<Restored>;
  /** When it could have been used. */
  readonly usable: StepReference<{ at: string }>;
  /** What it took besides, at another time. */
  besides?(context: Pick<ReadContext, 'outputOf'>): Milliseconds;
  readonly gone: StepReference<{ at: string }>;
  readonly paid: { readonly what: string; from(context: Pick<ReadContext, 'outputOf'>): string };
}

const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

export function restoreMeasures(
  component: string,
  choice: RestoreChoice,
  { point, complete, usable, besides, gone, paid }: Tested,
): readonly Measure[] {
  return [
    measure({
      id: 'restore-time',
      title: `Time until ${component} could have been used`,
      unit: 'milliseconds',
      objective: ({ environment: { objectives } }) =>
        objectives.rto === undefined ? undefined : { atMost: objectives.rto },
      sample: async ({ outputOf }) => ({
        value: between(outputOf(complete).begun, outputOf(usable).at) + (besides?.({ outputOf }) ?? 0),
      }),
    }),
    measure({
      id: 'data-age',
      title: `Age of the data of ${component} when the restore began`,
      unit: 'milliseconds',
      objective({ environment }) {
        const [protectedOne] = protectedComponents(environment, component);
        const rpo = protectedOne?.backup.rpo ?? environment.objectives.rpo;
        // Whoever asks for an older one does not expect the newest data.
        return rpo === undefined || choice.point !== 'latest' ? undefined : { atMost: rpo };
      },
      sample: async ({ outputOf }) => ({ value: between(outputOf(point).created, outputOf(complete).begun) }),
    }),
    measure({
      id: 'paid-hours',
      title: `Hours that ${paid.what} for ${component} was paid for`,
      unit: 'count',
      async sample({ outputOf }) {
        const spent = between(paid.from({ outputOf }), outputOf(gone).at) / hours(1);
        return { value: Math.round(spent * 100) / 100 };
      },
    }),
  ];
}
