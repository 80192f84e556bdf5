import type { DescribeSecretResponse, RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { AwsCallError } from '../errors.ts';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { reveal, SecretValue } from './secret-value.ts';
import { present } from './unreadable-answer.ts';

export type { DescribeSecretResponse, RotationRulesType };

const sdk = () => import('./sdk/secrets-manager.ts');

/**
 * The secret without its value, `undefined` where there is none: ages, rotation, and which version has which stages.
 * `VersionIdsToStages` leaves out versions without a stage.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
export const describeSecret = awsFunction(
  ['secretsmanager:DescribeSecret'],
  async (aws: ReadClients, secret: string): Promise<DescribeSecretResponse | undefined> => {
    const { DescribeSecretCommand } = await sdk();
    return absentWhen(['ResourceNotFoundException'], () =>
      aws.send('secrets-manager', new DescribeSecretCommand({ SecretId: secret })),
    );
  },
);

/** When the version with AWSCURRENT was made. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
export const currentSince = awsFunction(
  ['secretsmanager:ListSecretVersionIds'],
  async (aws: ReadClients, secret: string): Promise<Date | undefined> => {
    const { ListSecretVersionIdsCommand } = await sdk();
    let NextToken: string | undefined;
    do {
      const page = await aws.send(
        'secrets-manager',
        new ListSecretVersionIdsCommand({ SecretId: secret, ...(NextToken !== undefined && { NextToken }) }),
      );
      const current = page.Versions?.find(({ VersionStages = [] }) => VersionStages.includes('AWSCURRENT'));
      if (current !== undefined) return current.CreatedDate;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return undefined;
  },
);

/**
 * The text of one version. Who calls needs the key that encrypts it as well.
 * @throws AwsCallError `ResourceNotFoundException` where the version is missing or still empty
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const getSecretValue = awsFunction(
  ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
  async (aws: ChangeClients, secret: string, version: string): Promise<SecretValue> => {
    const { GetSecretValueCommand } = await sdk();
    const { SecretString } = await aws.send(
      'secrets-manager',
      new GetSecretValueCommand({ SecretId: secret, VersionId: version }),
    );
    const action = 'secretsmanager:GetSecretValue';
    return new SecretValue(present(SecretString, 'text', { aws, action, write: false }));
  },
);

/** What a component takes as a password. */
export interface PasswordRules {
  readonly length: number;
  /** Characters that it refuses, or that whoever reads the secret does not bear. */
  readonly without: string;
}

/** One of each kind of character at least. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export const randomPassword = awsFunction(
  ['secretsmanager:GetRandomPassword'],
  async (aws: ChangeClients, { length, without }: PasswordRules): Promise<SecretValue> => {
    const { GetRandomPasswordCommand } = await sdk();
    const { RandomPassword } = await aws.send(
      'secrets-manager',
      new GetRandomPasswordCommand({
        PasswordLength: length,
        ExcludeCharacters: without,
        IncludeSpace: false,
        RequireEachIncludedType: true,
      }),
    );
    const action = 'secretsmanager:GetRandomPassword';
    return new SecretValue(present(RandomPassword, 'password', { aws, action, write: false }));
  },
);

/**
 * Adds a version with AWSPENDING, whose id is `version` (32 to 64 characters). Again with the same id and value it does nothing more; with
 * another value it is `ResourceExistsException`.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export const putPending = awsFunction(
  ['secretsmanager:PutSecretValue', 'kms:GenerateDataKey', 'kms:Decrypt'],
  async (
    aws: ChangeClients,
    {
      secret,
      version,
      value,
    }: { readonly secret: string; readonly version: string; readonly value: SecretValue },
  ): Promise<void> => {
    const { PutSecretValueCommand } = await sdk();
    await aws.send(
      'secrets-manager',
      new PutSecretValueCommand({
        SecretId: secret,
        ClientRequestToken: version,
        SecretString: reveal(value),
        VersionStages: ['AWSPENDING'],
      }),
    );
  },
);

export interface StageMove {
  readonly secret: string;
  readonly stage: string;
  /** The version that has it now. */
  readonly from?: string | undefined;
  /** Without it the stage is removed. */
  readonly to?: string | undefined;
}

/**
 * Moves or removes a staging label. When AWSCURRENT moves, AWSPREVIOUS follows to the version that it leaves.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export const moveStage = awsFunction(
  ['secretsmanager:UpdateSecretVersionStage'],
  async (aws: ChangeClients, { secret, stage, from, to }: StageMove): Promise<void> => {
    const { UpdateSecretVersionStageCommand } = await sdk();
    await aws.send(
      'secrets-manager',
      new UpdateSecretVersionStageCommand({
        SecretId: secret,
        VersionStage: stage,
        ...(from !== undefined && { RemoveFromVersionId: from }),
        ...(to !== undefined && { MoveToVersionId: to }),
      }),
    );
  },
);

/**
 * Has the secret's function rotate it now. The version that it makes has the id `version`. Turns automatic rotation on where it was off.
 * Where an earlier rotation did not finish, Secrets Manager refuses and attempts that one again: then the answer is `reattempted`.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
export const rotateSecret = awsFunction(
  ['secretsmanager:RotateSecret', 'lambda:InvokeFunction'],
  async (aws: ChangeClients, secret: string, version: string): Promise<'begun' | 'reattempted'> => {
    const { RotateSecretCommand } = await sdk();
    try {
      await aws.send(
        'secrets-manager',
        new RotateSecretCommand({ SecretId: secret, ClientRequestToken: version }),
      );
      return 'begun';
    } catch (error) {
      if (
        error instanceof AwsCallError &&
        error.awsCode === 'InvalidRequestException' &&
        error.message.includes('will be reattempted')
      )
        return 'reattempted';
      throw error;
    }
  },
);

/** Ends a rotation under way and turns automatic rotation off. AWSPENDING stays where it is. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html */
export const cancelRotation = awsFunction(
  ['secretsmanager:CancelRotateSecret'],
  async (aws: ChangeClients, secret: string): Promise<void> => {
    const { CancelRotateSecretCommand } = await sdk();
    await aws.send('secrets-manager', new CancelRotateSecretCommand({ SecretId: secret }));
  },
);

/** Turns automatic rotation on by the rules and the function that it has, and rotates nothing now. */
export const resumeSchedule = awsFunction(
  ['secretsmanager:RotateSecret', 'lambda:InvokeFunction'],
  async (aws: ChangeClients, secret: string, version: string): Promise<void> => {
    const { RotateSecretCommand } = await sdk();
    await aws.send(
      'secrets-manager',
      new RotateSecretCommand({ SecretId: secret, ClientRequestToken: version, RotateImmediately: false }),
    );
  },
);
