import * as z from 'zod';
import { type Milliseconds, minutes, seconds } from '../duration.ts';
import { duration } from './duration-codec.ts';

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
  equals: z
    .string()
    .optional()
    .meta({
      description: 'The value is exactly this, such as a checksum',
      examples: ['9f86d081884c7d65'],
    }),
});

export type Expectation = z.output<typeof expectation>;

const commandTimeout = (usual: Milliseconds) =>
  duration
    .refine((span) => span >= seconds(5) && span <= minutes(30), 'expected 5s to 30m')
    .default(usual)
    .meta({ description: 'Longest that the command may take' });

const securityGroups = z
  .array(z.string().regex(/^sg-[0-9a-f]+$/, 'expected a security group such as sg-0123456789abcdef0'))
  .min(1);

const role = z
  .string()
  .regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, 'expected the ARN of an IAM role')
  .optional()
  .meta({
    description: 'IAM role that AWS Backup restores with; the one that made the recovery point without it',
    examples: ['arn:aws:iam::111122223333:role/morpheus-restore'],
  });

/** In a Region where nothing of the stack runs, the test launches who asks. */
const probe = z
  .strictObject({
    launchTemplate: z
      .string()
      .regex(/^lt-[0-9a-f]+$/, 'expected a launch template such as lt-0123456789abcdef0')
      .meta({
        description:
          'Launch template of the instance: an image with the agent of Systems Manager and what the command needs, and a profile that lets the agent register',
        examples: ['lt-0a4c0e3d8f2b59761'],
      }),
    subnet: z
      .string()
      .regex(/^subnet-[0-9a-f]+$/, 'expected a subnet such as subnet-0123456789abcdef0')
      .meta({ description: 'Subnet in which it is launched', examples: ['subnet-0d43f6a5b7c8d9ea4'] }),
    instanceType: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Instead of the template's", examples: ['t3.small'] }),
  })
  .optional()
  .meta({
    description:
      'An instance that is launched for the test alone, asks, and is terminated. Without it nobody asks what was restored there',
  });

const placeOfDatabase = {
  subnetGroup: z.string().min(1).meta({ description: 'DB subnet group of the restored cluster' }),
  securityGroups: securityGroups.meta({
    description: 'Security groups of the restored cluster: never those that production uses',
  }),
};

export const databaseRestoreTest = z.strictObject({
  role,
  ...placeOfDatabase,
  recovery: z
    .strictObject({ ...placeOfDatabase, probe })
    .optional()
    .meta({ description: 'The same in the recovery Region' }),
  parameterGroup: z.string().min(1).meta({ description: 'DB cluster parameter group, in both Regions' }),
  instanceClass: z
    .string()
    .regex(
      /^db\.(?!serverless$).+$/,
      'expected a provisioned class such as db.r5.large: AWS Backup restores no capacity range for db.serverless',
    )
    .meta({ description: 'Class of the instance that makes it queryable', examples: ['db.r5.large'] }),
  query: z
    .strictObject({
      fleet: z.string().min(1).meta({ description: 'Component on one of whose nodes the command runs' }),
      command: z
        .string()
        .regex(/\{endpoint\}/, 'expected a command with {endpoint} in it')
        .meta({
          description:
            'Shell command that reads from {endpoint}, at {port}, changes nothing and prints name=value lines',
          examples: ['morpheus-ctl db-facts --host {endpoint}'],
        }),
      expect: z.array(expectation).min(1).meta({ description: 'What its answer is held against' }),
      timeout: commandTimeout(minutes(2)),
    })
    .optional()
    .meta({ description: 'What proves that the data can be read. Without it a restore stays a claim' }),
});

const placeOfFiles = {
  securityGroups: securityGroups.meta({
    description: 'Security groups of the temporary mount target: never those that production uses',
  }),
};

export const filesRestoreTest = z.strictObject({
  role,
  leastBytes: z
    .int()
    .positive()
    .meta({ description: 'Bytes that a restored file system must hold at least', examples: [1000000] }),
  fileSystemQuota: z
    .int()
    .positive()
    .default(1000)
    .meta({ description: "The account's quota of file systems in a Region: AWS's default without it" }),
  look: z
    .strictObject({
      fleet: z
        .string()
        .min(1)
        .meta({ description: 'Component on one of whose nodes the command runs', examples: ['app'] }),
      ...placeOfFiles,
      command: z
        .string()
        .regex(/\{address\}/, 'expected a command with {address} in it')
        .regex(/\{mountPoint\}/, 'expected a command with {mountPoint} in it')
        .meta({
          description:
            'Shell command that mounts {address}:/ read-only at {mountPoint}, looks below aws-backup-restore_*, prints name=value lines and unmounts. {fileSystem} is the id',
          examples: ['morpheus-ctl files-facts --address {address} --at {mountPoint}'],
        }),
      expect: z.array(expectation).min(1).meta({ description: 'What its answer is held against' }),
      timeout: commandTimeout(minutes(10)),
    })
    .optional()
    .meta({
      description:
        'What proves that the files are there: a node mounts them and looks. Without it only the bytes are known',
    }),
  recovery: z
    .strictObject({ ...placeOfFiles, probe })
    .optional()
    .meta({ description: 'Who looks, and through which security groups, in the recovery Region' }),
});

export type ProbeInstance = NonNullable<z.output<typeof probe>>;
export type DatabaseQuery = NonNullable<z.output<typeof databaseRestoreTest>['query']>;
export type FilesLook = NonNullable<z.output<typeof filesRestoreTest>['look']>;
