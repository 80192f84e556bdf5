import * as z from 'zod';
import { environmentSchema } from '../environment.ts';

const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and dashes, such as prod');

/** The whole of `runbook.yaml`. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where an editor finds the schema of this file' }),
  environments: z
    .record(environmentName, environmentSchema)
    .refine((environments) => Object.keys(environments).length > 0, 'expected at least one environment')
    .meta({ description: 'Deployed stacks, each under the name that --env uses', minProperties: 1 }),
});
