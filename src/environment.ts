import * as z from 'zod';
import { formatDuration, formatExactDuration, hours, minutes, parseDuration, seconds } from './duration.ts';

const aDuration = 'expected a duration such as 90s, 15m or 1h30m';

/** Nobody means a run to wait longer, and a time that far ahead is still a date. */
const longest = hours(7 * 24);

/** `90s`, `15m`, `1h30m` in YAML, flags and journals; milliseconds in the code. */
export const duration = z.codec(
  z.string(aDuration).meta({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$', examples: ['90s', '15m', '1h30m'] }),
  z.number().nonnegative(),
  {
    decode: (text, context) => {
      const span = parseDuration(text);
      if (span !== undefined && span <= longest) return span;
      const message = span === undefined ? aDuration : `expected at most ${formatDuration(longest)}`;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: formatExactDuration,
  },
);

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
});

const days = z.int().min(1).max(36_500);

/** What must be true of a component's backups. AWS Backup makes them; the runbook `backup-verify` looks whether it does. */
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

const expectation = z.strictObject({
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

/** A file system of EFS. */
export const fileSystemSchema = z.strictObject({
  type: z.literal('file-system').meta({ description: 'Kind of component' }),
  fileSystem: z
    .string()
    .regex(/^fs-[0-9a-f]+$/, 'expected an id such as fs-0123456789abcdef0')
    .meta({ description: 'Id of the file system', examples: ['fs-0a7c9e1b3d5f20486'] }),
  backup: filesBackupSchema.optional().meta({ description: 'What must be true of its backups' }),
});

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

/** One member per component type; a later component adds its schema here. */
export const componentSchema = z.discriminatedUnion('type', [
  fleetSchema,
  auroraClusterSchema,
  fileSystemSchema,
]);

const alarmNames = z.array(z.string().min(1)).default([]);

const accountId = 'expected an AWS account id of 12 digits, in quotes';

const region = (example: string) =>
  z
    .string(`expected a Region such as ${example}`)
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, `expected a Region such as ${example}`)
    .meta({ examples: [example] });

export const environmentSchema = z.strictObject({
  account: z
    .string(accountId)
    .regex(/^\d{12}$/, accountId)
    .meta({
      description: 'AWS account id, in quotes. A run in any other account is refused',
      examples: ['111122223333'],
    }),
  region: region('us-east-1').meta({ description: 'AWS Region of the stack' }),
  recoveryRegion: region('us-west-2').optional().meta({
    description: 'AWS Region in which the stack is rebuilt when its own is lost',
  }),
  profile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Profile of the shared AWS configuration files' }),
  protected: z
    .boolean()
    .default(false)
    .meta({ description: "An approval asks to type the environment's name; --yes needs --reason" }),
  objectives: z
    .strictObject({
      rto: duration.optional().meta({ description: 'Recovery time objective' }),
      rpo: duration.optional().meta({ description: 'Recovery point objective' }),
      errorRate: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .meta({ description: 'Highest acceptable share of failed requests, in percent', examples: [0.1] }),
    })
    .default({})
    .meta({ description: 'What the service promises. Runs measure themselves against it' }),
  alarms: z
    .strictObject({
      blocking: alarmNames.meta({
        description: 'CloudWatch alarms that must be OK, with data, before a change begins',
      }),
      stop: alarmNames.meta({ description: 'CloudWatch alarms that stop a change under way' }),
      success: alarmNames.meta({
        description: 'CloudWatch alarms that must be OK for the run to count as a success',
      }),
    })
    .default({ blocking: [], stop: [], success: [] })
    .meta({ description: 'CloudWatch alarms by the part they play in a run' }),
  components: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name such as app'), componentSchema)
    .meta({
      description: 'Parts of the stack, each under the name that flags such as --fleet use',
    }),
});

export type Fleet = z.output<typeof fleetSchema>;
export type AuroraCluster = z.output<typeof auroraClusterSchema>;
export type DatabaseBackup = z.output<typeof databaseBackupSchema>;
export type FilesBackup = z.output<typeof filesBackupSchema>;
export type Component = z.output<typeof componentSchema>;
/** One deployed stack, with the name it has in `runbook.yaml`. */
export type Environment = z.output<typeof environmentSchema> & { readonly name: string };
