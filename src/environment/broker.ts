import * as z from 'zod';
import { brokerRecoverySchema } from './recovered-component.ts';

/** A broker of Amazon MQ. */
export const brokerSchema = z.strictObject({
  type: z.literal('broker').meta({ description: 'Kind of component' }),
  broker: z
    .string()
    .regex(/^b-[0-9a-f-]+$/, 'expected an id such as b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70')
    .meta({ description: 'Id of the broker', examples: ['b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70'] }),
  recovery: brokerRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});

export type Broker = z.output<typeof brokerSchema>;
