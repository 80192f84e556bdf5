import type { Filter } from '@aws-sdk/client-rds';
import { ownMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import { type Page, pageOf } from '../page.ts';

interface Paging {
  readonly MaxRecords?: number | undefined;
  readonly Marker?: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html */
export function paged<Item>(items: readonly Item[], { MaxRecords = 100, Marker }: Paging): Page<Item> {
  if (MaxRecords < 20 || MaxRecords > 100)
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid value ${MaxRecords} for MaxRecords. Must be between 20 and 100`,
    );
  return pageOf(items, MaxRecords, Marker, 'InvalidParameterValue');
}

/** How each filter reads what its values are compared with; any of them must be among the values. */
export type FilterReaders<Item> = Readonly<Record<string, (item: Item) => readonly string[]>>;

export function filtered<Item>(
  items: readonly Item[],
  filters: readonly Filter[] | undefined,
  readers: FilterReaders<Item>,
): Item[] {
  let left = [...items];
  for (const { Name = '', Values = [] } of filters ?? []) {
    const read = ownMember(readers, Name);
    if (read === undefined) throw new AwsFault('InvalidParameterValue', `Unrecognized filter name: ${Name}`);
    left = left.filter((item) => read(item).some((value) => Values.includes(value)));
  }
  return left;
}
