import type { KeyMetadata } from '@aws-sdk/client-kms';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

export type { KeyMetadata };

/**
 * The key of this ARN as the Region that is asked knows it, `undefined` where it has none. Only one that is `Enabled` can decrypt.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
 */
export const describeKey = awsFunction(
  ['kms:DescribeKey'],
  async (aws: ReadClients, key: string): Promise<KeyMetadata | undefined> => {
    const { DescribeKeyCommand } = await import('./sdk/kms.ts');
    const answer = await absentWhen(['NotFoundException'], () =>
      aws.send('kms', new DescribeKeyCommand({ KeyId: key })),
    );
    return answer?.KeyMetadata;
  },
);
