import * as z from 'zod';
import { auroraClusterSchema } from './environment/aurora-cluster.ts';
import { brokerSchema } from './environment/broker.ts';
import { duration } from './environment/duration-codec.ts';
import { ebsVolumesSchema } from './environment/ebs-volumes.ts';
import { fileSystemSchema } from './environment/file-system.ts';
import { fleetSchema } from './environment/fleet.ts';
import { pricesSchema } from './environment/prices.ts';
import { rdsInstanceSchema } from './environment/rds-instance.ts';
import { recoveryStackSchema } from './environment/recovery-stack.ts';
import { rotatedSecretSchema } from './environment/rotated-secret.ts';
import { searchDomainSchema } from './environment/search-domain.ts';

/** One member per component type; a later component adds its schema here. */
export const componentSchema = z.discriminatedUnion('type', [
  fleetSchema,
  auroraClusterSchema,
  fileSystemSchema,
  brokerSchema,
  searchDomainSchema,
  ebsVolumesSchema,
  rdsInstanceSchema,
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
  recovery: recoveryStackSchema.optional().meta({
    description:
      'What is prepared in the recovery Region. Each component says under its own recovery: how it is brought up there',
  }),
  prices: pricesSchema
    .optional()
    .meta({ description: 'What temporary resources cost. Without a price, runs say hours and no money' }),
  components: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name such as app'), componentSchema)
    .meta({
      description: 'Parts of the stack, each under the name that flags such as --fleet use',
    }),
  secrets: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name such as database-master'),
      rotatedSecretSchema,
    )
    .default({})
    .meta({ description: 'Secrets that are rotated, each under the name that --secret uses' }),
});

export type Component = z.output<typeof componentSchema>;
/** One deployed stack, with the name it has in `runbook.yaml`. */
export type Environment = z.output<typeof environmentSchema> & { readonly name: string };
