import * as z from 'zod';
import { duration } from './duration-codec.ts';

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

/** One line of what a command prints, and what must be true of it. */
export const expectation = z.strictObject({
  line: z
    .string()
    .regex(/^[\w.-]+$/, 'expected the name before the = of a line that the command prints')
    .meta({ description: 'The command prints name=value; this is the name', examples: ['rows'] }),
  atLeast: z
    .number()
    .optional()
    .meta({ description: 'The value is a number, and at least this', examples: [1000] }),
  noOlderThan: duration.optional().meta({
    description: 'The value is a time, and at most so long before the recovery point',
    examples: ['15m'],
  }),
});

const placeForDatabase = {
  subnetGroup: z.string().min(1).meta({ description: 'DB subnet group of the restored cluster' }),
  securityGroups: z
    .array(z.string().regex(/^sg-[0-9a-f]+$/, 'expected a security group such as sg-0123456789abcdef0'))
    .min(1)
    .meta({ description: 'Security groups of the restored cluster: never those that production uses' }),
};

export const databaseBackupSchema = z.strictObject({
  ...backupPolicy,
  restoreTest: z
    .strictObject({
      ...placeForDatabase,
      recovery: z
        .strictObject(placeForDatabase)
        .optional()
        .meta({ description: 'The same in the recovery Region' }),
      parameterGroup: z.string().min(1).meta({ description: 'DB cluster parameter group, in both Regions' }),
      instanceClass: z
        .string()
        .min(1)
        .meta({ description: 'Class of the instance that makes it queryable', examples: ['db.r5.large'] }),
      query: z
        .strictObject({
          fleet: z.string().min(1).meta({ description: 'Component on one of whose nodes the command runs' }),
          command: z
            .string()
            .regex(/\{endpoint\}/, 'expected a command with {endpoint} in it')
            .meta({
              description:
                'Shell command that reads from {endpoint}, changes nothing and prints name=value lines',
              examples: ['morpheus-ctl db-facts --host {endpoint}'],
            }),
          expect: z.array(expectation).min(1).meta({ description: 'What its answer is held against' }),
        })
        .optional()
        .meta({ description: 'What proves that the data can be read. Without it a restore stays a claim' }),
    })
    .optional()
    .meta({ description: 'How a restore test is made; without it, none can be' }),
});

export const filesBackupSchema = z.strictObject({
  ...backupPolicy,
  restoreTest: z
    .strictObject({
      leastBytes: z
        .int()
        .positive()
        .meta({ description: 'Bytes that a restored file system must hold at least', examples: [1000000] }),
    })
    .optional()
    .meta({ description: 'How a restore test is made; without it, none can be' }),
});

/** Of what AWS Backup protects and no restore test is made of. */
export const plannedBackupSchema = z.strictObject(backupPolicy);

export type PlannedBackup = z.output<typeof plannedBackupSchema>;
export type DatabaseBackup = z.output<typeof databaseBackupSchema>;
export type FilesBackup = z.output<typeof filesBackupSchema>;
