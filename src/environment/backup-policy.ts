import * as z from 'zod';
import { duration } from './duration-codec.ts';
import { databaseRestoreTest, filesRestoreTest } from './restore-test.ts';

const days = z.int().min(1).max(36_500);

/** What must be true of a component's backups that AWS Backup makes; the runbook `backup-verify` looks whether it does. */
const backupPolicy = {
  plan: z
    .string()
    .min(1)
    .meta({ description: 'Name of the backup plan that covers it', examples: ['morpheus-prod'] }),
  vault: z
    .string()
    .min(1)
    .meta({
      description: 'Name of the vault; copies lie in the vault of this name in the recovery Region',
      examples: ['morpheus-prod'],
    }),
  rules: z
    .array(
      z.strictObject({
        schedule: z
          .string()
          .regex(/^(cron|rate)\(.+\)$/, 'expected an expression such as cron(0 5 * * ? *)')
          .meta({ description: 'As it stands in the plan', examples: ['cron(0 5 * * ? *)'] }),
        keepDays: days.meta({ description: 'Days that a recovery point is kept at least', examples: [7] }),
        every: duration.meta({
          description:
            'Longest time between two recovery points that are no older than that, whichever rules made them',
          examples: ['24h'],
        }),
      }),
    )
    .min(1)
    .refine(
      (rules) => rules.some(({ keepDays }) => keepDays >= 7),
      'expected a rule that keeps its recovery points for 7 days or longer',
    )
    .meta({ description: 'Rules that the plan must have' }),
  copied: z
    .boolean()
    .default(true)
    .meta({ description: 'Every recovery point is copied to the recovery Region' }),
  locked: z
    .boolean()
    .default(false)
    .meta({ description: 'The vaults must be locked, so that nobody can delete a recovery point' }),
  rpo: duration
    .optional()
    .meta({ description: 'Oldest that the newest recovery point may be; objectives.rpo without it' }),
};

export const databaseBackupSchema = z.strictObject({
  ...backupPolicy,
  restoreTest: databaseRestoreTest
    .optional()
    .meta({ description: 'How a restore test is made; without it, none can be' }),
});

export const filesBackupSchema = z.strictObject({
  ...backupPolicy,
  restoreTest: filesRestoreTest
    .optional()
    .meta({ description: 'How a restore test is made; without it, none can be' }),
});

/** Of what AWS Backup protects and no restore test is made of. */
export const plannedBackupSchema = z.strictObject(backupPolicy);

export type PlannedBackup = z.output<typeof plannedBackupSchema>;
export type DatabaseBackup = z.output<typeof databaseBackupSchema>;
export type FilesBackup = z.output<typeof filesBackupSchema>;
