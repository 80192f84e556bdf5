import type { Filter } from '@aws-sdk/client-secrets-manager';
import { ownMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { stagesById, summaryOf } from './describe.ts';
import { secretsIn } from './secrets.ts';
import type { Secret } from './state.ts';

const words = (text: string): string[] => text.split(/[\s/_+=.@-]+/).filter((word) => word !== '');

const lower = (text: string): string => text.toLowerCase();

const namesOf = ({ tags }: Secret) => tags.map(({ Key }) => Key);
const valuesOf = ({ tags }: Secret) => tags.map(({ Value }) => Value);

/** Which values each key is compared with, and how: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html */
const matches: Readonly<Record<string, (secret: Secret, value: string) => boolean>> = {
  name: ({ name }, value) => name.startsWith(value),
  description: ({ description = '' }, value) => lower(description).startsWith(lower(value)),
  'tag-key': (secret, value) => namesOf(secret).some((key) => key.startsWith(value)),
  'tag-value': (secret, value) => valuesOf(secret).some((one) => one.startsWith(value)),
  'primary-region': ({ primaryRegion, arn }, value) =>
    (primaryRegion ?? arn.split(':')[3] ?? '').startsWith(value),
  // None of the secrets here belongs to a service.
  'owning-service': () => false,
  all: (secret, value) => {
    const texts = [secret.name, secret.description ?? '', ...namesOf(secret), ...valuesOf(secret)];
    const found = texts.flatMap(words).map(lower);
    return words(value).some((word) => found.some((one) => one.startsWith(lower(word))));
  },
};

export function filtered(world: World, filters: readonly Filter[]): Secret[] {
  for (const { Key = '' } of filters)
    if (!Object.hasOwn(matches, Key))
      throw new AwsFault(
        'ValidationException',
        `1 validation error detected: Value '${Key}' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [${Object.keys(matches).sort().join(', ')}]`,
      );
  return secretsIn(world).filter((secret) =>
    filters.every(({ Key = '', Values = [] }) =>
      Values.some((value) =>
        value.startsWith('!') ? !matches[Key]?.(secret, value.slice(1)) : matches[Key]?.(secret, value),
      ),
    ),
  );
}

const orders: Readonly<Record<string, (secret: Secret) => number | string>> = {
  'created-date': ({ createdAt }) => Number(createdAt),
  'last-changed-date': ({ changedAt }) => Number(changedAt),
  'last-accessed-date': ({ accessedOn }) => Number(accessedOn ?? 0),
  name: ({ name }) => name,
};

export const listingOperations = {
  ListSecrets(world, input) {
    const { Filters = [], MaxResults, NextToken, SortOrder, IncludePlannedDeletion } = input;
    const order = ownMember(orders, input.SortBy ?? 'created-date') ?? (({ name }) => name);
    const found = filtered(world, Filters)
      .filter(({ deletion }) => IncludePlannedDeletion || deletion === undefined)
      .sort((one, other) => {
        const [a, b] = [order(one), order(other)];
        return (a < b ? -1 : a > b ? 1 : 0) * (SortOrder === 'asc' ? 1 : -1);
      });
    const page = pageOf(found, MaxResults ?? 100, NextToken, 'InvalidNextTokenException');
    return {
      SecretList: page.items.map((secret) => ({
        ...summaryOf(secret),
        ...(secret.versions.length > 0 && { SecretVersionsToStages: stagesById(secret) }),
        ...(secret.deletion && { DeletedDate: secret.deletion.at }),
      })),
      NextToken: page.next,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;
