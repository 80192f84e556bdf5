import * as z from 'zod';
import { brokerRecoverySchema } from './recovered-component.ts';
import { savedSeriesSchema } from './saved-objects.ts';

/** Amazon MQ keeps no backup of a broker: what it is built from again is saved by its operators. */
export const brokerBackupSchema = z.strictObject({
  definitions: savedSeriesSchema.meta({
    description: "RabbitMQ's exported definitions: virtual hosts, queues, exchanges, bindings, policies",
  }),
  recoveryConfiguration: z
    .string()
    .regex(/^c-[0-9a-f-]+$/, 'expected an id such as c-2d7e9f01-6b3c-4a58-8e14-7f90a1b2c3d4')
    .optional()
    .meta({
      description: "Id of the configuration in the recovery Region that must say the same as the broker's",
      examples: ['c-2d7e9f01-6b3c-4a58-8e14-7f90a1b2c3d4'],
    }),
});

/** A broker of Amazon MQ. */
export const brokerSchema = z.strictObject({
  type: z.literal('broker').meta({ description: 'Kind of component' }),
  broker: z
    .string()
    .regex(/^b-[0-9a-f-]+$/, 'expected an id such as b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70')
    .meta({ description: 'Id of the broker', examples: ['b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70'] }),
  backup: brokerBackupSchema.optional().meta({ description: 'What must be true of what it is built from' }),
  recovery: brokerRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});

export type Broker = z.output<typeof brokerSchema>;
