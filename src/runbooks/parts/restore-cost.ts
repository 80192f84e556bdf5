import * as z from 'zod';
import { type Milliseconds, minutes } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check } from '../../engine/step.ts';
import type { RegionalPrices } from '../../environment/prices.ts';
import type { Environment } from '../../environment.ts';

/** Something of the test that AWS bills, and for how long it can have stood at most. */
export type Paid =
  | {
      readonly what: 'instance';
      /** As the price list names it. */
      readonly type: string;
      readonly from: Date;
      readonly to: Date;
      readonly billedAtLeast: Milliseconds;
    }
  | {
      readonly what: 'storage';
      readonly of: 'database' | 'files';
      readonly bytes: number | undefined;
      readonly from: Date;
      readonly to: Date;
    }
  | { readonly what: 'restoring'; readonly bytes: number | undefined };

/** Billed by the second, ten minutes at least. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/User_DBInstanceBilling.html */
export const leastOfDatabaseInstance = minutes(10);
/** Billed by the second, a minute at least. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/concepts.html */
export const leastOfInstance = minutes(1);

const item = z.object({
  what: z.string(),
  hours: z.number().optional(),
  gib: z.number().optional(),
  /** In the currency. */
  amount: z.number().optional(),
});

const cost = z.object({
  items: z.array(item),
  currency: z.string().optional(),
  /** Of those that have an amount. */
  total: z.number().optional(),
  /** What runbook.yaml has no price for. */
  unpriced: z.array(z.string()),
  /** Whether it has any. */
  hasPrices: z.boolean(),
});

type Item = z.output<typeof item>;
export type Cost = z.output<typeof cost>;

/** Prices are per month, and bills count its hours; months have 730 of them on average. */
const hoursOfMonth = 730;

const secondsUp = (span: Milliseconds): number => Math.ceil(Math.max(0, span) / 1000);
const hoursBetween = (from: Date, to: Date, least: Milliseconds = 0): number =>
  secondsUp(Math.max(least, to.getTime() - from.getTime())) / 3600;
const gibOf = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : bytes / 1024 ** 3;

function itemOf(paid: Paid, prices: RegionalPrices | undefined): Item {
  switch (paid.what) {
    case 'instance': {
      const spent = hoursBetween(paid.from, paid.to, paid.billedAtLeast);
      return priced({ what: paid.type, hours: spent }, spent, prices?.instanceHour[paid.type]);
    }
    case 'storage': {
      const gib = gibOf(paid.bytes);
      const spent = hoursBetween(paid.from, paid.to);
      const price = paid.of === 'database' ? prices?.databaseGibMonth : prices?.filesGibMonth;
      const what = `storage of the ${paid.of}`;
      return priced(
        { what, hours: spent, ...(gib !== undefined && { gib }) },
        gib === undefined ? undefined : (gib * spent) / hoursOfMonth,
        price,
      );
    }
    case 'restoring': {
      const gib = gibOf(paid.bytes);
      return priced({ what: 'restoring', ...(gib !== undefined && { gib }) }, gib, prices?.filesRestoredGib);
    }
    default:
      return paid satisfies never;
  }
}

const priced = (item: Item, units: number | undefined, price: number | undefined): Item =>
  units === undefined || price === undefined ? item : { ...item, amount: units * price };

/** A sum only of what has a price: none is made up. */
export function costOf(all: readonly Paid[], { prices }: Pick<Environment, 'prices'>, region: string): Cost {
  const items = all.map((paid) => itemOf(paid, prices?.regions[region]));
  const amounts = items.flatMap(({ amount }) => amount ?? []);
  return {
    items,
    hasPrices: prices !== undefined,
    unpriced: items.filter(({ amount }) => amount === undefined).map(({ what }) => what),
    ...(prices !== undefined &&
      amounts.length > 0 && {
        currency: prices.currency,
        total: amounts.reduce((sum, amount) => sum + amount, 0),
      }),
  };
}

const up = (value: number, digits: number): string =>
  (Math.ceil(value * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits);

const sizes = ({ hours: spent, gib }: Pick<Item, 'hours' | 'gib'>): readonly string[] => [
  ...(gib === undefined ? [] : [`${up(gib, 1)} GiB`]),
  ...(spent === undefined ? [] : [`${up(spent, 2)} h`]),
];

const itemText = ({ what, amount, ...size }: Item): string =>
  [what, ...sizes(size), ...(amount === undefined ? [] : [`(${up(amount, 4)})`])].join(' ');

export function costText({ items, currency, total, unpriced, hasPrices }: Cost): string {
  const listed = items.map(itemText).join(', ');
  if (total === undefined)
    return `at most ${listed}; no prices ${hasPrices ? 'of that ' : ''}in runbook.yaml`;
  const without = unpriced.length === 0 ? '' : `; no price of ${unpriced.join(', ')}`;
  return `at most ${currency} ${up(total, 4)}: ${listed}${without}`;
}

/** So that a report has them one by one. Nothing is wrong with a cost that nobody limits. */
const costFindings = ({ items, currency, total }: Cost): readonly Finding[] => [
  ...items.map((item): Finding => {
    const { what, amount, ...size } = item;
    const money = amount === undefined ? 'no price in runbook.yaml' : `${currency} ${up(amount, 4)}`;
    return {
      verdict: 'pass',
      subject: what,
      fact: [...sizes(size), money].join(', '),
      rule: 'at most, from the first moment that it can have stood until it was seen gone',
    };
  }),
  ...(total === undefined
    ? []
    : [
        {
          verdict: 'pass' as const,
          subject: 'in all',
          fact: `${currency} ${up(total, 4)}`,
          rule: 'of all that has a price',
        },
      ]),
];

/** From the first moment at which something can have stood until it was seen gone, so that no bill is higher than this for it. */
export const costIsKnown = (
  region: (context: Pick<ReadContext, 'outputOf'>) => string,
  paid: (context: Pick<ReadContext, 'outputOf'>) => readonly Paid[],
): Check<Cost> =>
  check({
    id: 'cost',
    title: 'What the test cost is known',
    returns: cost,
    async run(context) {
      const known = costOf(paid(context), context.environment, region(context));
      context.found(costFindings(known));
      return known;
    },
    summary: costText,
  });
