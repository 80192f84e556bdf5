import type { Service } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { bucketOperations } from './buckets.ts';
import { deleting } from './deleting.ts';
import { listing } from './listing.ts';
import { reading } from './reading.ts';
import { writing } from './writing.ts';

export const s3Operations = {
  ...bucketOperations,
  ...writing,
  ...reading,
  ...deleting,
  ...listing,
} satisfies Operations<typeof import('@aws-sdk/client-s3')>;

export const s3: Service = { name: 's3', operations: s3Operations };
