import * as z from 'zod';
import { minutes } from '../duration.ts';
import { duration } from './duration-codec.ts';
import { fleetOfCommand } from './recovered-component.ts';
import { expectation } from './restore-test.ts';

const prefix = z
  .string()
  .regex(/^(\/[\w.-]+)+$/, 'expected a prefix such as /morpheus/prod, without a / at its end');

const probeName = z
  .string()
  .min(1)
  .meta({ description: 'What it shows, in a few words', examples: ['users can sign in'] });

const probe = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('url').meta({ description: 'Asks an address' }),
    name: probeName,
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address such as https://recovery.example.com/login' })
      .meta({
        description: 'Address in the recovery Region: never the public name, which leads to production',
        examples: ['https://recovery.example.com/login'],
      }),
    status: z.int().min(100).max(599).default(200).meta({ description: 'Status that it must answer' }),
    within: duration.optional().meta({ description: 'Longest that the answer may take', examples: ['2s'] }),
  }),
  z.strictObject({
    by: z.literal('command').meta({ description: 'Runs a command on a node of the recovery fleet' }),
    name: probeName,
    fleet: fleetOfCommand,
    command: z
      .string()
      .min(1)
      .meta({
        description:
          'Shell command that changes nothing and prints name=value lines. {NAME} stands for the endpoint of the component of that name',
        examples: ['morpheus-ctl db-facts --host {database}'],
      }),
    expect: z.array(expectation).min(1).meta({ description: 'What its answer is held against' }),
  }),
]);

/** What is prepared in the recovery Region, and what all components that are brought up there share. */
export const recoveryStackSchema = z.strictObject({
  network: z
    .strictObject({
      vpc: z
        .string()
        .regex(/^vpc-[0-9a-f]+$/, 'expected an id such as vpc-0123456789abcdef0')
        .meta({ description: 'VPC in the recovery Region' }),
      subnets: z
        .array(z.string().regex(/^subnet-[0-9a-f]+$/, 'expected a subnet such as subnet-0123456789abcdef0'))
        .min(1)
        .meta({ description: 'Subnets in it, one in each zone, for all that does not name its own' }),
    })
    .meta({ description: 'Where the stack stands when it is rebuilt' }),
  parameters: z
    .strictObject({
      source: prefix.meta({
        description:
          'Prefix in Parameter Store under which nodes read when they boot: at home, and in the recovery Region after a failover',
        examples: ['/morpheus/prod'],
      }),
      drill: prefix.meta({
        description:
          'Prefix in the recovery Region under which a drill writes its parameters and its marker. Empty at rest',
        examples: ['/morpheus/drill'],
      }),
      tag: z
        .string()
        .min(1)
        .meta({
          description:
            'Tag of the recovery Auto Scaling group, handed on to its nodes, that tells them a prefix other than source',
          examples: ['morpheus:parameters'],
        }),
      kept: z
        .array(
          z
            .string()
            .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'expected the name below the prefix, without a / before it'),
        )
        .default([])
        .meta({
          description:
            'Parameters below the source prefix that must be in the recovery Region at all times, with the value that they have in production',
          examples: [['app/release']],
        }),
    })
    .refine(
      ({ source, drill }) => !`${drill}/`.startsWith(`${source}/`) && !`${source}/`.startsWith(`${drill}/`),
      {
        message: 'expected a prefix that is not below the source prefix, nor above it',
        path: ['drill'],
      },
    )
    .meta({ description: 'Where nodes read what they need to find the rest' }),
  secrets: z
    .array(z.string().min(1))
    .default([])
    .meta({
      description: 'Names of the secrets that must be replicated to the recovery Region',
      examples: [['morpheus/prod/database/app', 'morpheus/prod/queue']],
    }),
  dns: z
    .strictObject({
      zone: z
        .string()
        .regex(/^Z[A-Z0-9]+$/, 'expected the id of a hosted zone such as Z0A1B2C3D4E5F6G7H8I9J')
        .meta({ description: 'Id of the hosted zone' }),
      name: z
        .hostname('expected a name such as morpheus.example.com')
        .meta({ description: 'Name that users come by', examples: ['morpheus.example.com'] }),
      routing: z
        .enum(['failover', 'weighted'])
        .meta({ description: 'Routing policy of its record sets, which a failover switches' }),
      home: z
        .string()
        .min(1)
        .meta({ description: "Set identifier of production's record set", examples: ['primary'] }),
      recovery: z
        .string()
        .min(1)
        .meta({
          description: 'Set identifier of the record set of the recovery Region',
          examples: ['secondary'],
        }),
    })
    .optional()
    .meta({ description: 'How users are sent to the recovery Region. Without it a failover moves nobody' }),
  probes: z
    .array(probe)
    .default([])
    .meta({ description: 'Acceptance probes: what must be so before the rebuilt stack counts as usable' }),
  sustained: duration
    .default(minutes(10))
    .meta({ description: 'How long it must stay healthy after that', examples: ['10m'] }),
  longest: duration.default(minutes(8 * 60)).meta({
    description:
      'Longest that a drill may stand. Its marker and tags expire then; another one may begin after that',
    examples: ['8h'],
  }),
  beacon: z
    .strictObject({
      fleet: fleetOfCommand,
      write: z
        .string()
        .regex(/\{id\}/, 'expected a command with {id} in it')
        .meta({
          description:
            'Shell command that writes one row with this id and the time into the database of production',
          examples: ['morpheus-ctl db-beacon {id}'],
        }),
      read: z
        .string()
        .regex(/\{endpoint\}/, 'expected a command with {endpoint} in it')
        .meta({
          description:
            'Shell command that prints beacon=ID TIME for every such row in the database at {endpoint}, run on a node of that fleet in the recovery Region',
          examples: ['morpheus-ctl db-facts --host {endpoint}'],
        }),
    })
    .optional()
    .meta({
      description:
        'Allows a drill to write a row into production when it begins, by which a later one proves how old restored data are. Without it nothing is written there',
    }),
});

export type RecoveryStack = z.output<typeof recoveryStackSchema>;
