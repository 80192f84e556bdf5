import * as z from 'zod';

/** What was found of one thing that a rule asks for. One that fails lets the run go on, and fails it at its end. */
export const findingSchema = z.object({
  verdict: z.enum(['pass', 'warn', 'fail']),
  subject: z.string(),
  fact: z.string(),
  rule: z.string(),
  /** Absent where it passes. */
  toDo: z.string().optional(),
});

export type Finding = z.output<typeof findingSchema>;
