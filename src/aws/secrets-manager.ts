import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { SecretValue } from './secret-value.ts';
import { present } from './unreadable-answer.ts';

export type { DescribeSecretResponse };

/**
 * What is known of a secret, and nothing of its value; `undefined` where there is none. `VersionIdsToStages` names the version that is
 * `AWSCURRENT`; `ReplicationStatus` has the replicas of a primary secret.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
export const describeSecret = awsFunction(
  ['secretsmanager:DescribeSecret'],
  async (aws: ReadClients, secret: string): Promise<DescribeSecretResponse | undefined> => {
    const { DescribeSecretCommand } = await import('./sdk/secrets-manager.ts');
    return absentWhen(['ResourceNotFoundException'], () =>
      aws.send('secrets-manager', new DescribeSecretCommand({ SecretId: secret })),
    );
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
    const { GetSecretValueCommand } = await import('./sdk/secrets-manager.ts');
    const { SecretString } = await aws.send(
      'secrets-manager',
      new GetSecretValueCommand({ SecretId: secret, VersionId: version }),
    );
    const action = 'secretsmanager:GetSecretValue';
    return new SecretValue(present(SecretString, 'text', { aws, action, write: false }));
  },
);
