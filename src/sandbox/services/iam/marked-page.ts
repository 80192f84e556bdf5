import { AwsFault } from '../../service.ts';
import { pageOf } from '../page.ts';

const usualPage = 100;
const largestPage = 1000;

/** A page as every list of IAM has it. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export function marked<Item>(
  all: readonly Item[],
  { MaxItems = usualPage, Marker }: { MaxItems?: number | undefined; Marker?: string | undefined },
) {
  if (MaxItems < 1 || MaxItems > largestPage)
    throw new AwsFault(
      'ValidationError',
      `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value ${MaxItems < 1 ? 'greater than or equal to 1' : `less than or equal to ${largestPage}`}`,
    );
  const { items, next } = pageOf(all, MaxItems, Marker, 'InvalidInputException');
  return { items, IsTruncated: next !== undefined, ...(next !== undefined && { Marker: next }) };
}
