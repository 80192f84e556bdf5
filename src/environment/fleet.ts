import * as z from 'zod';
import { fleetRecoverySchema } from './recovered-component.ts';

/** An Auto Scaling group whose nodes serve behind a target group. */
export const fleetSchema = z.strictObject({
  type: z.literal('auto-scaling-group').meta({ description: 'Kind of component' }),
  group: z
    .string()
    .min(1)
    .meta({ description: 'Name of the Auto Scaling group', examples: ['morpheus-prod-app'] }),
  targetGroup: z
    .string()
    .min(1)
    .meta({
      description: 'Name of the target group that the nodes are registered in',
      examples: ['morpheus-prod-app'],
    }),
  healthUrl: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://morpheus.example.com/health' })
    .optional()
    .meta({
      description: 'Address that answers 2xx while the application serves its users',
      examples: ['https://morpheus.example.com/health'],
    }),
  recovery: fleetRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});

export type Fleet = z.output<typeof fleetSchema>;
