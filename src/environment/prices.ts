import * as z from 'zod';

const price = z.number().nonnegative();

/** What AWS's price list, or a contract, says. The tool knows no price of its own. */
const regionalPrices = z.strictObject({
  instanceHour: z
    .record(z.string().min(1), price)
    .default({})
    .meta({
      description: 'Per hour, by class of a DB instance or type of an EC2 instance',
      examples: [{ 'db.r5.large': 0.29, 'm5.xlarge': 0.192 }],
    }),
  databaseGibMonth: price
    .optional()
    .meta({ description: 'Per GiB and month of an Aurora cluster', examples: [0.1] }),
  filesGibMonth: price.optional().meta({ description: 'Per GiB and month of EFS Standard', examples: [0.3] }),
  filesRestoredGib: price
    .optional()
    .meta({ description: 'Per GiB that AWS Backup restores to EFS', examples: [0.02] }),
});

export const pricesSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency such as USD')
    .meta({ description: 'Currency of all prices', examples: ['USD'] }),
  regions: z
    .record(
      z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a Region such as us-east-1'),
      regionalPrices,
    )
    .meta({ description: 'Prices by Region' }),
});

export type RegionalPrices = z.output<typeof regionalPrices>;
