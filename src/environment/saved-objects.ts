import * as z from 'zod';
import { duration } from './duration-codec.ts';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket such as morpheus-backups');

/** Objects in S3 that something is built from again, and where their copies lie. */
const place = {
  bucket: bucketName.meta({
    description: 'Bucket in the Region of the stack',
    examples: ['morpheus-backups'],
  }),
  prefix: z
    .string()
    .min(1)
    .meta({
      description:
        'What comes behind it, up to the next slash, names one backup: a file, or a folder with all that is in it',
      examples: ['broker/definitions/'],
    }),
  copyBucket: bucketName.optional().meta({
    description: 'Bucket in the recovery Region that holds the same keys; nothing is copied without it',
    examples: ['morpheus-backups-recovery'],
  }),
};

export const savedObjectsSchema = z.strictObject(place);

export const savedSeriesSchema = z.strictObject({
  ...place,
  every: duration.meta({ description: 'Longest time between two of them', examples: ['24h'] }),
  keepDays: z
    .int()
    .min(1)
    .max(36_500)
    .default(7)
    .meta({ description: 'Days that one is kept at least', examples: [7] }),
  rpo: duration.optional().meta({ description: 'Oldest that the newest may be; objectives.rpo without it' }),
});

export type SavedObjects = z.output<typeof savedObjectsSchema>;
export type SavedSeries = z.output<typeof savedSeriesSchema>;
