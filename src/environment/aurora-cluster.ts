import * as z from 'zod';
import { hours, minutes, seconds } from '../duration.ts';
import { databaseBackupSchema } from './backup-policy.ts';
import { duration } from './duration-codec.ts';
import { databaseRecoverySchema } from './recovered-component.ts';

/** An Aurora cluster: one writer, and readers that can take its place. */
export const auroraClusterSchema = z.strictObject({
  type: z.literal('aurora-cluster').meta({ description: 'Kind of component' }),
  cluster: z
    .string()
    .min(1)
    .meta({ description: 'Identifier of the DB cluster', examples: ['morpheus-prod'] }),
  usedBy: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'Name of the fleet whose users notice when this database fails; not needed where there is only one',
      examples: ['app'],
    }),
  lagLimit: duration
    .default(seconds(1))
    .meta({ description: 'Longest that a reader may lag behind for a failover to be tried' }),
  failoverGap: duration
    .default(hours(1))
    .meta({ description: 'Shortest time between two failovers, unless somebody says why' }),
  longestOutage: duration
    .optional()
    .meta({ description: 'Objective: longest that users may notice a failover', examples: ['2m'] }),
  backup: databaseBackupSchema.optional().meta({ description: 'What must be true of its backups' }),
  recovery: databaseRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
  writeProbe: z
    .strictObject({
      command: z
        .string()
        .regex(/\{seconds\}/, 'expected a command with {seconds} in it')
        .meta({
          description:
            'Shell command that tries a fresh and a pooled write again and again for {seconds} seconds, on every node of the fleet that uses the database. It writes rows',
          examples: ['morpheus-ctl db-watch --every 1s --for {seconds}s'],
        }),
      every: duration
        .refine((span) => span >= seconds(1), 'expected at least 1s')
        .default(seconds(1))
        .meta({ description: 'How often the command tries' }),
      lasts: duration
        .refine((span) => span >= minutes(1) && span <= minutes(30), 'expected 1m to 30m')
        .default(minutes(4))
        .meta({ description: 'How long it tries: longer than a failover takes' }),
      clockSkew: duration
        .default(seconds(1))
        .meta({ description: "Most that the nodes' clocks differ from the clock of who runs this tool" }),
    })
    .optional()
    .meta({ description: 'How a failover test proves that nodes can write again. Without it nobody tries' }),
});

export type AuroraCluster = z.output<typeof auroraClusterSchema>;
