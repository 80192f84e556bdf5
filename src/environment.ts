import * as z from 'zod';
import { formatDuration, formatExactDuration, hours, parseDuration } from './duration.ts';

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

/** One member per component type; a later component adds its schema here. */
export const componentSchema = z.discriminatedUnion('type', [fleetSchema]);

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
export type Component = z.output<typeof componentSchema>;
/** One deployed stack, with the name it has in `runbook.yaml`. */
export type Environment = z.output<typeof environmentSchema> & { readonly name: string };
