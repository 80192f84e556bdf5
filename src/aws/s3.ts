import type { HeadObjectOutput, ServerSideEncryptionByDefault } from '@aws-sdk/client-s3';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { HeadObjectOutput, ServerSideEncryptionByDefault };

const sdk = () => import('./sdk/s3.ts');

/** There is none, or it is another Region's: a GET that comes to the wrong one is sent on, or refused for the Region in its signature. */
const notHere = ['NoSuchBucket', 'PermanentRedirect', 'AuthorizationHeaderMalformed'];

export interface Bucket {
  readonly name: string;
  /** `undefined` where versioning was never turned on. */
  readonly versioning: string | undefined;
  /** How what is written now is encrypted unless the writer says otherwise; `undefined` where it is not. */
  readonly encryption: ServerSideEncryptionByDefault | undefined;
}

/** What S3 calls a Region that has no name of its own there. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
const regionOf = (constraint: string | undefined): string =>
  constraint === 'EU' ? 'eu-west-1' : constraint || 'us-east-1';

/**
 * A bucket as the Region that is asked knows it; `undefined` where there is none of this name, or it lies in another Region.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
 */
export const describeBucket = awsFunction(
  ['s3:GetBucketLocation', 's3:GetBucketVersioning', 's3:GetEncryptionConfiguration'],
  async (aws: ReadClients, name: string): Promise<Bucket | undefined> => {
    const { GetBucketLocationCommand, GetBucketVersioningCommand, GetBucketEncryptionCommand } = await sdk();
    const place = await absentWhen(notHere, () =>
      aws.send('s3', new GetBucketLocationCommand({ Bucket: name })),
    );
    if (place === undefined || regionOf(place.LocationConstraint) !== aws.region) return undefined;
    const { Status } = await aws.send('s3', new GetBucketVersioningCommand({ Bucket: name }));
    const encryption = await absentWhen(['ServerSideEncryptionConfigurationNotFoundError'], () =>
      aws.send('s3', new GetBucketEncryptionCommand({ Bucket: name })),
    );
    return {
      name,
      versioning: Status,
      encryption:
        encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault,
    };
  },
);

export interface ListedObject {
  readonly key: string;
  readonly lastModified: Date;
  readonly bytes: number;
}

/**
 * The current objects below a prefix, by key. What was deleted or overwritten is not among them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const listObjects = awsFunction(
  ['s3:ListBucket'],
  async (
    aws: ReadClients,
    { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  ): Promise<ListedObject[]> => {
    const { ListObjectsV2Command } = await sdk();
    const listed = await collectPages(async (ContinuationToken) => {
      const page = await aws.send(
        's3',
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }),
      );
      return { items: page.Contents, next: page.NextContinuationToken };
    });
    return listed.map(({ Key = '', LastModified = new Date(0), Size = 0 }) => ({
      key: Key,
      lastModified: LastModified,
      bytes: Size,
    }));
  },
);

/**
 * What is known of an object besides its content, such as the key that encrypts it; `undefined` where it is not there. Needs no right to
 * decrypt it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export const describeObject = awsFunction(
  ['s3:GetObject'],
  async (
    aws: ReadClients,
    { bucket, key }: { readonly bucket: string; readonly key: string },
  ): Promise<HeadObjectOutput | undefined> => {
    const { HeadObjectCommand } = await sdk();
    return absentWhen(['NotFound', 'NoSuchKey'], () =>
      aws.send('s3', new HeadObjectCommand({ Bucket: bucket, Key: key })),
    );
  },
);
