import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

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
