import type * as S3 from '@aws-sdk/client-s3';
import type { World } from '../../world.ts';
import { pageOf } from '../page.ts';
import { s3Fault } from './faults.ts';
import type { BucketState } from './state.ts';
import { bucketNamed } from './versions.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|-s3alias$/.test(name);

const eldest = 'us-east-1';

const usualEncryption = (): S3.ServerSideEncryptionRule => ({
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
  BucketKeyEnabled: false,
});

const arnOf = (name: string) => `arn:aws:s3:::${name}`;

export const bucketOperations = {
  ListBuckets(
    world: World,
    { Prefix = '', BucketRegion, MaxBuckets = 10_000, ContinuationToken }: S3.ListBucketsCommandInput,
  ) {
    const found = world.s3.buckets
      .filter(
        ({ name, region }) =>
          name.startsWith(Prefix) && (BucketRegion === undefined || region === BucketRegion),
      )
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const page = pageOf(found, MaxBuckets, ContinuationToken, 'InvalidArgument');
    return {
      Buckets: page.items.map(({ name, region, created }) => ({
        Name: name,
        CreationDate: created,
        BucketRegion: region,
        BucketArn: arnOf(name),
      })),
      Owner: { ID: ownerId },
      ...(page.next !== undefined && { ContinuationToken: page.next }),
      ...(Prefix !== '' && { Prefix }),
    };
  },

  CreateBucket(world: World, { Bucket = '', CreateBucketConfiguration }: S3.CreateBucketCommandInput) {
    if (!isBucketName(Bucket)) throw s3Fault('InvalidBucketName');
    const region: string = CreateBucketConfiguration?.LocationConstraint ?? eldest;
    if (region !== world.region)
      throw s3Fault(
        'IllegalLocationConstraintException',
        CreateBucketConfiguration?.LocationConstraint &&
          `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      );
    const known = world.s3.buckets.find(({ name }) => name === Bucket);
    // There alone it is no error: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    if (known !== undefined && region !== eldest) throw s3Fault('BucketAlreadyOwnedByYou');
    if (known === undefined)
      world.s3.buckets.push({
        name: Bucket,
        region,
        created: world.now,
        encryption: usualEncryption(),
        versions: [],
      });
    return { Location: region === eldest ? `/${Bucket}` : `http://${Bucket}.s3.amazonaws.com/` };
  },

  DeleteBucket(world: World, { Bucket }: S3.DeleteBucketCommandInput) {
    const bucket = bucketNamed(world, Bucket);
    if (bucket.versions.length > 0)
      throw s3Fault(
        'BucketNotEmpty',
        bucket.versioning &&
          'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
      );
    world.s3.buckets = world.s3.buckets.filter((each) => each !== bucket);
    return {};
  },

  HeadBucket(world: World, { Bucket }: S3.HeadBucketCommandInput) {
    const found = world.s3.buckets.find(({ name }) => name === Bucket);
    if (found === undefined) throw s3Fault('NotFound');
    return { BucketRegion: found.region, BucketArn: arnOf(found.name), AccessPointAlias: false };
  },

  GetBucketLocation(world: World, { Bucket }: S3.GetBucketLocationCommandInput) {
    const { region } = bucketNamed(world, Bucket);
    return region === eldest ? {} : { LocationConstraint: region as S3.BucketLocationConstraint };
  },

  GetBucketVersioning(world: World, { Bucket }: S3.GetBucketVersioningCommandInput) {
    const { versioning } = bucketNamed(world, Bucket);
    return versioning === undefined ? {} : { Status: versioning };
  },

  PutBucketVersioning(world: World, { Bucket, VersioningConfiguration }: S3.PutBucketVersioningCommandInput) {
    const bucket = bucketNamed(world, Bucket);
    const { Status } = VersioningConfiguration ?? {};
    if (Status !== 'Enabled' && Status !== 'Suspended') throw s3Fault('MalformedXML');
    bucket.versioning = Status;
    return {};
  },

  GetBucketEncryption: (world: World, { Bucket }: S3.GetBucketEncryptionCommandInput) => ({
    ServerSideEncryptionConfiguration: { Rules: [bucketNamed(world, Bucket).encryption] },
  }),
};

/** Canonical user id of the account. */
export const ownerId = 'b1946ac92492d2347c6235b4d2611184a1b2c3d4e5f60718293a4b5c6d7e8f90';

/** How an object of this bucket is encrypted, in the members of every answer about it. */
export function encryptionOf({ encryption }: BucketState) {
  const { SSEAlgorithm = 'AES256', KMSMasterKeyID } = encryption.ApplyServerSideEncryptionByDefault ?? {};
  return {
    ServerSideEncryption: SSEAlgorithm,
    ...(KMSMasterKeyID !== undefined && { SSEKMSKeyId: KMSMasterKeyID }),
    ...(encryption.BucketKeyEnabled === true && { BucketKeyEnabled: true }),
  };
}
