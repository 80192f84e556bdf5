import * as z from 'zod';
import { type ForEach, forEach, type ListEntry } from '../../engine/step.ts';
import { type Kind, recoveredOf } from './recovery-plan.ts';

const named = z.object({ name: z.string() });

interface Repeated {
  readonly id: string;
  readonly title: string;
  /** A name of such a component, for docs and plans. */
  readonly example: string;
  steps(name: string): readonly ListEntry[];
}

/** Repeats steps for every component of a type that is brought up in the recovery Region, by its name in runbook.yaml. */
export const eachRecovered = (
  type: Kind,
  { id, title, example, steps }: Repeated,
): ForEach<z.output<typeof named>> =>
  forEach({
    id,
    title,
    item: named,
    items: async ({ environment }) => recoveredOf(environment, type).map(({ name }) => ({ name })),
    key: ({ name }) => name,
    steps: ({ name }) => steps(name),
    example: { name: example },
  });
