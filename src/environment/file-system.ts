import * as z from 'zod';
import { filesBackupSchema } from './backup-policy.ts';
import { filesRecoverySchema } from './recovered-component.ts';

/** A file system of EFS. */
export const fileSystemSchema = z.strictObject({
  type: z.literal('file-system').meta({ description: 'Kind of component' }),
  fileSystem: z
    .string()
    .regex(/^fs-[0-9a-f]+$/, 'expected an id such as fs-0123456789abcdef0')
    .meta({ description: 'Id of the file system', examples: ['fs-0a7c9e1b3d5f20486'] }),
  backup: filesBackupSchema.optional().meta({ description: 'What must be true of its backups' }),
  recovery: filesRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});
