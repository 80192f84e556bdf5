import type { _Object as StoredObject } from '@aws-sdk/client-s3';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { StoredObject };

/**
 * The objects below a prefix with their sizes and times, `undefined` where there is no such bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, which asks for the permission s3:ListBucket
 */
export const objectsBelow = awsFunction(
  ['s3:ListBucket'],
  async (
    aws: ReadClients,
    { bucket, prefix }: { bucket: string; prefix: string },
  ): Promise<StoredObject[] | undefined> => {
    const { ListObjectsV2Command } = await import('./sdk/s3.ts');
    return absentWhen(['NoSuchBucket'], () =>
      collectPages(async (ContinuationToken) => {
        const page = await aws.send(
          's3',
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }),
        );
        return { items: page.Contents, next: page.NextContinuationToken };
      }),
    );
  },
);
