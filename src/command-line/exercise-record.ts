import * as z from 'zod';
import type { Scorecard } from '../reports/scorecard.ts';

const recordSchema = z.object({
  version: z.literal(1),
  /** Name of the scenario. */
  scenario: z.string(),
  scorecard: z.custom<Scorecard>((card) => typeof card === 'object' && card !== null).optional(),
});

/** What is kept beside the journal of a run that was an exercise. The scorecard comes at its end. */
export type ExerciseRecord = z.output<typeof recordSchema>;

export const exerciseText = (record: Omit<ExerciseRecord, 'version'>): string =>
  `${JSON.stringify({ version: 1, ...record })}\n`;

/** A mark that cannot be read costs the run nothing but the mark. */
export function readExercise(text: string | undefined): ExerciseRecord | undefined {
  if (text === undefined) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
