import * as z from 'zod';
import { plannedBackupSchema } from './backup-policy.ts';

/** A DB instance of RDS that belongs to no cluster. */
export const rdsInstanceSchema = z.strictObject({
  type: z.literal('rds-instance').meta({ description: 'Kind of component' }),
  instance: z
    .string()
    .min(1)
    .meta({ description: 'Identifier of the DB instance', examples: ['cso-dev-keystone'] }),
  backup: plannedBackupSchema.optional().meta({ description: 'What must be true of its backups' }),
});

export type RdsInstance = z.output<typeof rdsInstanceSchema>;
