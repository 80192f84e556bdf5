import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { ownMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import { isLike } from '../../wildcard.ts';

/** How each filter that a resource knows reads its value. */
export type FilterReaders<Resource> = Readonly<Record<string, (resource: Resource) => string | undefined>>;

/** Filters are joined by AND, the values of one by OR, `*` and `?` stand for any text and any character. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html */
export function filtered<Resource extends object>(
  resources: readonly Resource[],
  filters: readonly Filter[] | undefined,
  readers: FilterReaders<Resource>,
): Resource[] {
  return (filters ?? []).reduce<Resource[]>(
    (left, { Name = '', Values = [] }) => {
      const read = readerOf(Name, readers);
      return left.filter((resource) => {
        const text = read(resource);
        return text !== undefined && Values.some((value) => isLike(value, text));
      });
    },
    [...resources],
  );
}

function readerOf<Resource extends object>(
  name: string,
  readers: FilterReaders<Resource>,
): (resource: Resource) => string | undefined {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource: { readonly Tags?: readonly Tag[] }) =>
      resource.Tags?.find((tag) => tag.Key === key)?.Value;
  }
  const read = ownMember(readers, name);
  if (read === undefined) throw new AwsFault('InvalidParameterValue', `The filter '${name}' is invalid`);
  return read;
}
