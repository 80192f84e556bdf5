import * as z from 'zod';
import { currentSince, type DescribeSecretResponse, describeSecret } from '../../aws/secrets-manager.ts';
import { formatDuration } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { pointInTime } from './point-in-time.ts';
import { type NamedSecret, namedSecrets, wishesIn } from './rotated-secrets.ts';

const secretFacts = z.object({
  name: z.string(),
  arn: z.string(),
  /** When the value that is current was made. */
  since: pointInTime,
  age: z.number(),
  maxAge: z.number(),
  /** Chosen by `--secret`, or due where nothing was. */
  isMeant: z.boolean(),
  /** Versions by the stage that they have. */
  current: z.string(),
  previous: z.string().optional(),
  /** Only of a version that has not become current: a rotation under way, or one that did not finish. */
  pending: z.string().optional(),
  /** When anything about it was last changed. */
  changed: pointInTime.optional(),
  rotationFunction: z.string().optional(),
  /** By itself, by its function. */
  isScheduled: z.boolean(),
});

/** A secret of the environment as it stands in Secrets Manager. */
export type SecretFacts = z.output<typeof secretFacts>;

const facts = z.object({ secrets: z.array(secretFacts) });
export type AllFacts = z.output<typeof facts>;

export interface Stages {
  readonly current: string | undefined;
  readonly previous: string | undefined;
  readonly pending: string | undefined;
}

/** Which version has which stage. A rotation function leaves AWSPENDING on the version that it made current: that says nothing. */
export function stagesIn({ VersionIdsToStages = {} }: DescribeSecretResponse): Stages {
  const versionWith = (stage: string) =>
    Object.keys(VersionIdsToStages).find((version) => VersionIdsToStages[version]?.includes(stage));
  const current = versionWith('AWSCURRENT');
  const pending = versionWith('AWSPENDING');
  return {
    current,
    previous: versionWith('AWSPREVIOUS'),
    pending: pending === current ? undefined : pending,
  };
}

/** @throws OperatorError where the secret is gone, on its way out, a replica of another Region's, or another service's */
export async function readSecret(
  { aws }: Pick<ReadContext, 'aws'>,
  { name, secret }: Pick<NamedSecret, 'name' | 'secret'>,
): Promise<DescribeSecretResponse> {
  const found = await describeSecret(aws, secret);
  if (found === undefined)
    throw new OperatorError({
      code: 'SECRET_MISSING',
      message: `secrets.${name}: ${secret} does not exist in ${aws.region} of this account`,
      hint: 'Correct secrets in runbook.yaml: aws secretsmanager list-secrets --query "SecretList[].ARN"',
    });
  if (found.DeletedDate !== undefined)
    throw new OperatorError({
      code: 'SECRET_DELETED',
      message: `secrets.${name}: ${secret} is on its way out since ${found.DeletedDate.toISOString()}`,
      hint: `Take it out of runbook.yaml, or: aws secretsmanager restore-secret --secret-id ${secret}`,
    });
  if (found.PrimaryRegion !== undefined && found.PrimaryRegion !== aws.region)
    throw new OperatorError({
      code: 'SECRET_IS_REPLICA',
      message: `secrets.${name}: ${secret} is a replica; it is rotated in ${found.PrimaryRegion}`,
      hint: 'Name the primary secret in runbook.yaml',
    });
  if (found.OwningService !== undefined)
    throw new OperatorError({
      code: 'SECRET_OF_A_SERVICE',
      message: `secrets.${name}: ${secret} belongs to ${found.OwningService}, which rotates it by itself and sets the password: this tool must not`,
      hint: 'Take it out of runbook.yaml. How to have such a secret rotated: https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html',
    });
  return found;
}

/** Looks at every secret of the environment, also at those that are not due: the report says how old each is. */
export function secretsAreKnown(chosen: string | undefined): Check<AllFacts> {
  return check({
    id: 'secrets',
    title: 'Every secret of the environment exists, and its age is known',
    uses: [describeSecret, currentSince],
    returns: facts,
    async run(context) {
      const found: SecretFacts[] = [];
      for (const secret of namedSecrets(context.environment, chosen))
        found.push(await factsOf(context, secret, wishesIn(chosen)));
      context.found(found.map((each) => findingOn(each, context.environment.name)));
      return { secrets: found };
    },
    summary: ({ secrets }) => {
      const meant = secrets.filter(({ isMeant }) => isMeant).map(({ name }) => name);
      return meant.length === 0
        ? 'nothing is due: nothing will be changed'
        : `to rotate: ${meant.join(', ')}`;
    },
  });
}

async function factsOf(
  context: Pick<ReadContext, 'aws' | 'clock'>,
  secret: NamedSecret,
  wishes: readonly string[],
): Promise<SecretFacts> {
  const described = await readSecret(context, secret);
  const { current, previous, pending } = stagesIn(described);
  const since = await currentSince(context.aws, secret.secret);
  if (current === undefined || since === undefined)
    throw new OperatorError({
      code: 'SECRET_EMPTY',
      message: `secrets.${secret.name}: ${secret.secret} has no version with AWSCURRENT`,
      hint: `Give it a first value: aws secretsmanager put-secret-value --secret-id ${secret.secret} --secret-string file://value.json`,
    });
  const { RotationLambdaARN: rotationFunction, RotationEnabled: isScheduled = false } = described;
  refuseOtherFunction(secret, rotationFunction);
  const age = context.clock.now().getTime() - since.getTime();
  const tags = (described.Tags ?? []).map(({ Key, Value }) => `tag:${Key}=${Value}`);
  return {
    name: secret.name,
    arn: secret.secret,
    since,
    age,
    maxAge: secret.maxAge,
    isMeant:
      wishes.length === 0
        ? age >= secret.maxAge
        : wishes.some((wish) => wish === secret.name || tags.includes(wish)),
    current,
    ...(previous !== undefined && { previous }),
    ...(pending !== undefined && { pending }),
    ...(described.LastChangedDate !== undefined && { changed: described.LastChangedDate }),
    ...(rotationFunction !== undefined && { rotationFunction }),
    isScheduled,
  };
}

/** Whoever can have another function called can read the secret. */
function refuseOtherFunction(secret: NamedSecret, found: string | undefined): void {
  if (secret.rotationFunction === undefined || secret.rotationFunction === found) return;
  throw new OperatorError({
    code: 'OTHER_ROTATION_FUNCTION',
    message: `secrets.${secret.name} is to be rotated by ${secret.rotationFunction}, and Secrets Manager has ${found ?? 'no function'} for it`,
    hint: `Find out who changed it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=${secret.secret}`,
  });
}

function findingOn(
  { name, age, maxAge, isMeant, pending, rotationFunction, isScheduled }: SecretFacts,
  environment: string,
): Finding {
  const rule = `at most ${formatDuration(maxAge)} old`;
  const facts = [
    `${formatDuration(age)} old`,
    ...(rotationFunction !== undefined && !isScheduled ? ['its rotation is turned off'] : []),
    ...(pending === undefined ? [] : ['a rotation of it did not finish']),
  ];
  const isFine = age < maxAge && facts.length === 1;
  return {
    verdict: isFine ? 'pass' : 'warn',
    subject: name,
    fact: facts.join('; '),
    rule,
    ...(!isFine && {
      toDo: isMeant
        ? 'this run is to rotate it'
        : `runbook run rotate-secrets --env ${environment} --secret ${name}`,
    }),
  };
}
