import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { ownMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { refused, shown, versionsOf } from './parameters.ts';
import type { StoredParameter } from './state.ts';

const malformedPath =
  'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';

function isBelow(name: string, path: string, recursive: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(folder) && (recursive || !name.slice(folder.length).includes('/'));
}

const texts: Readonly<Record<string, (parameter: StoredParameter) => readonly string[]>> = {
  Name: ({ Name }) => [Name, Name.replace(/^\//, '')],
  Type: ({ Type }) => [Type],
  KeyId: ({ KeyId }) => (KeyId === undefined ? [] : [KeyId]),
  Tier: ({ Tier }) => [Tier ?? 'Standard'],
  DataType: ({ DataType }) => [DataType ?? 'text'],
  Label: (parameter) => versionsOf(parameter).flatMap(({ Labels }) => Labels ?? []),
};

const comparisons: Readonly<Record<string, (text: string, value: string) => boolean>> = {
  Equals: (text, value) => text === value,
  BeginsWith: (text, value) => text.startsWith(value),
  Contains: (text, value) => text.includes(value),
};

const invalidKey = (key: string | undefined) =>
  new AwsFault(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [Path, Name, Type, KeyId, Tier, DataType, tag].`,
  );

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
function passes(parameter: StoredParameter, { Key, Option, Values = [] }: ParameterStringFilter): boolean {
  if (Key === 'Path') return Values.some((path) => isBelow(parameter.Name, path, Option === 'Recursive'));
  const tag = Key?.startsWith('tag:') ? Key.slice(4) : undefined;
  if (tag !== undefined)
    return parameter.tags.some(
      ({ Key: key, Value }) => key === tag && (Values.length === 0 || Values.includes(Value)),
    );
  const read = ownMember(texts, Key ?? '');
  if (read === undefined) throw invalidKey(Key);
  const compare = ownMember(comparisons, Option ?? 'Equals');
  if (compare === undefined)
    throw new AwsFault(
      'InvalidFilterOption',
      `The following filter option is not valid: ${Option}. Valid options include: [BeginsWith, Equals].`,
    );
  return Values.some((value) => read(parameter).some((text) => compare(text, value)));
}

const forPaths = ['Type', 'KeyId', 'Label'];

export const parameterListing = {
  DescribeParameters(world, { ParameterFilters, Filters = [], MaxResults, NextToken }) {
    const filters = ParameterFilters ?? Filters.map((filter) => ({ ...filter, Option: 'BeginsWith' }));
    for (const { Key } of filters) if (Key === 'Label') throw invalidKey(Key);
    const found = world.systemsManager.parameters.filter((parameter) =>
      filters.every((filter) => passes(parameter, filter)),
    );
    const page = pageOf(found, MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return {
      Parameters: page.items.map((parameter) => ({
        Name: parameter.Name,
        ARN: parameter.ARN,
        Type: parameter.Type,
        ...(parameter.KeyId !== undefined && { KeyId: parameter.KeyId }),
        LastModifiedDate: parameter.LastModifiedDate,
        LastModifiedUser: parameter.LastModifiedUser,
        ...(parameter.Description !== undefined && { Description: parameter.Description }),
        ...(parameter.AllowedPattern !== undefined && { AllowedPattern: parameter.AllowedPattern }),
        Version: parameter.Version,
        Tier: parameter.Tier ?? 'Standard',
        Policies: [],
        DataType: parameter.DataType ?? 'text',
      })),
      NextToken: page.next,
    };
  },

  GetParametersByPath(world, input) {
    const { Path = '', Recursive = false, ParameterFilters = [], MaxResults = 10 } = input;
    if (!/^\/(?!aws|ssm)[a-zA-Z0-9_.\-/]*$/i.test(Path)) throw refused(malformedPath);
    for (const { Key } of ParameterFilters) if (!forPaths.includes(Key ?? '')) throw invalidKey(Key);
    if (MaxResults < 1 || MaxResults > 10)
      throw refused(
        `1 validation error detected: Value '${MaxResults}' at 'maxResults' failed to satisfy constraint: Member must have value ${MaxResults < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`,
      );
    const found = world.systemsManager.parameters.filter(
      (parameter) =>
        isBelow(parameter.Name, Path, Recursive) &&
        ParameterFilters.every((filter) => passes(parameter, filter)),
    );
    const page = pageOf(found, MaxResults, input.NextToken, 'InvalidNextToken');
    return {
      Parameters: page.items.map((parameter) =>
        shown(world, { parameter, version: parameter }, input.WithDecryption),
      ),
      NextToken: page.next,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;
