import type { KeyMetadata } from '@aws-sdk/client-kms';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

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

/** ARNs of every key of the Region, AWS's own ones among them. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export const listKeys = awsFunction(['kms:ListKeys'], async (aws: ReadClients): Promise<string[]> => {
  const { ListKeysCommand } = await import('./sdk/kms.ts');
  const keys = await collectPages(async (Marker) => {
    const page = await aws.send('kms', new ListKeysCommand({ Marker }));
    return { items: page.Keys, next: page.NextMarker };
  });
  return keys.flatMap(({ KeyArn }) => KeyArn ?? []);
});

/**
 * Whether KMS makes new key material by itself, every year unless told otherwise. Only symmetric keys whose material KMS made can.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
 */
export const keyRotates = awsFunction(
  ['kms:GetKeyRotationStatus'],
  async (aws: ReadClients, key: string): Promise<{ rotates: boolean; everyDays?: number | undefined }> => {
    const { GetKeyRotationStatusCommand } = await import('./sdk/kms.ts');
    const { KeyRotationEnabled = false, RotationPeriodInDays } = await aws.send(
      'kms',
      new GetKeyRotationStatusCommand({ KeyId: key }),
    );
    return { rotates: KeyRotationEnabled, everyDays: RotationPeriodInDays };
  },
);
