import * as z from 'zod';
import { hours, minutes } from '../duration.ts';
import { age, duration } from './duration-codec.ts';

const componentName = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .meta({ description, examples: [example] });

/** A command that gets a version of the secret by its id, with the node's role: a value is never in a command or in its output. */
const commandOfVersion = (description: string, example: string) =>
  z
    .string()
    .regex(/\{secret\}/, 'expected a command with {secret} in it')
    .regex(/\{versionId\}/, 'expected a command with {versionId} in it')
    .meta({ description, examples: [example] });

const consumer = z
  .strictObject({
    fleet: componentName('Component whose nodes load the secret', 'app'),
    reload: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'Shell command by which a node takes up what is AWSCURRENT, without a break',
        examples: ['morpheus-ctl reload-credentials'],
      }),
    restart: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'Shell command that restarts the application so that it does: each node is taken out of the target group first',
        examples: ['systemctl restart morpheus'],
      }),
    status: z
      .string()
      .regex(/\{secret\}/, 'expected a command with {secret} in it')
      .meta({
        description:
          'Shell command that prints version=<id of the version that is loaded> and healthy=yes or no, and where it can auth-failures=<count> and oldest-connection=<time> since {since} (seconds of the epoch)',
        examples: ['morpheus-ctl credential-status {secret} --since {since}'],
      }),
  })
  .refine(({ reload, restart }) => (reload === undefined) !== (restart === undefined), {
    message: 'expected either reload or restart',
  });

/** A secret of Secrets Manager, the component that knows it, and the fleets that use it. */
export const rotatedSecretSchema = z
  .strictObject({
    secret: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/,
        'expected the whole ARN of a secret, with the six characters at its end',
      )
      .meta({
        description: 'ARN of the secret',
        examples: ['arn:aws:secretsmanager:us-east-1:111122223333:secret:morpheus/prod/queue-cZ9nS4'],
      }),
    key: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:/, 'expected the ARN of a key')
      .optional()
      .meta({ description: 'ARN of the KMS key that encrypts it; not needed for aws/secretsmanager' }),
    rotationFunction: z
      .string()
      .regex(/^arn:aws[a-z-]*:lambda:/, 'expected the ARN of a function')
      .optional()
      .meta({
        description: 'ARN of the function that rotates it, where it has one: the run refuses another',
      }),
    component: componentName(
      'Component that knows this user; not needed for the key of an API elsewhere',
      'database',
    ).optional(),
    kind: z.enum(['master-user', 'user', 'api-key']).meta({
      description:
        "Whose it is: master-user of a database or search domain, another user, or an API key. A master user's and an ActiveMQ user's password is set by AWS's API; others need a function or set",
    }),
    field: z.string().min(1).nullable().default('password').meta({
      description: "Member of the secret's JSON that changes; null where the whole text is the value",
    }),
    users: z.enum(['one', 'alternating']).default('one').meta({
      description:
        'alternating: two users take turns, NAME and NAME_clone, and the one before goes on working',
    }),
    maxAge: age.default(hours(90 * 24)).meta({ description: 'How old its value may get before it is due' }),
    password: z
      .strictObject({
        length: z
          .int()
          .min(8)
          .max(128)
          .optional()
          .meta({ description: 'Characters; what the component takes without it' }),
        without: z.string().optional().meta({ description: 'Characters that it must not have' }),
      })
      .default({})
      .meta({ description: "Rules of who reads it, beyond the component's own" }),
    set: commandOfVersion(
      'Shell command that gives the user of that version its password in the component; again is as good as once',
      'morpheus-ctl set-login {secret} {versionId}',
    ).optional(),
    login: z
      .strictObject({
        fleet: componentName('Component on one of whose nodes the command runs', 'app'),
        command: commandOfVersion(
          'Shell command that tries a login with that version: exit code 0 where the component lets it in, 1 where it refuses it, else where nobody can tell',
          'morpheus-ctl try-login {secret} {versionId}',
        ),
      })
      .meta({ description: 'How it is found out which password works' }),
    consumers: z.array(consumer).default([]).meta({ description: 'Who must take up a new version' }),
    soak: duration
      .default(minutes(5))
      .meta({ description: 'How long nodes must work with the new version before it counts' }),
    retire: commandOfVersion(
      'Shell command that ends the version before, such as the revocation of an API key. It cannot be undone. Without it AWSPREVIOUS stays',
      'morpheus-ctl revoke {secret} {versionId}',
    ).optional(),
  })
  .meta({ description: 'A secret that the runbook rotate-secrets rotates' });

export type RotatedSecret = z.output<typeof rotatedSecretSchema>;
export type SecretConsumer = RotatedSecret['consumers'][number];
