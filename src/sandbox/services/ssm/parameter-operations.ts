import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import {
  findParameter,
  notFound,
  parameterNamed,
  refused,
  selected,
  shown,
  shownValue,
  versionsOf,
} from './parameters.ts';
import { putParameter } from './put-parameter.ts';
import type { ParameterVersion, StoredParameter } from './state.ts';

const mostNames = 10;
const mostLabels = 10;

function checkCount(names: readonly string[]): void {
  if (names.length === 0 || names.length > mostNames)
    throw refused(
      `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length ${names.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${mostNames}`}`,
    );
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html */
const isLabel = (text: string): boolean => /^(?!\d|aws|ssm)[a-z0-9._-]{1,100}$/i.test(text);

function taggedParameter(world: World, type: string | undefined, id: string | undefined): StoredParameter {
  if (type !== 'Parameter')
    throw new AwsFault('InvalidResourceType', `${type} is not a valid resource type for the sandbox.`);
  const parameter = findParameter(world, id ?? '');
  if (parameter === undefined)
    throw new AwsFault(
      'InvalidResourceId',
      `The resource ID "${id}" is not valid. Verify the ID and try again.`,
    );
  return parameter;
}

function remove(world: World, name: string): boolean {
  const known = findParameter(world, name);
  world.systemsManager.parameters = world.systemsManager.parameters.filter((one) => one !== known);
  return known !== undefined;
}

export const parameterOperations = {
  GetParameter(world, { Name = '', WithDecryption }) {
    const found = selected(world, Name);
    if (found === undefined) throw notFound();
    return { Parameter: shown(world, found, WithDecryption) };
  },

  GetParameters(world, { Names = [], WithDecryption }) {
    checkCount(Names);
    const found = Names.map((name) => ({ name, parameter: selectedOrNone(world, name) }));
    return {
      Parameters: found.flatMap(({ parameter }) =>
        parameter === undefined ? [] : [shown(world, parameter, WithDecryption)],
      ),
      InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
    };
  },

  GetParameterHistory(world, { Name, WithDecryption, MaxResults, NextToken }) {
    const parameter = parameterNamed(world, Name);
    const page = pageOf(versionsOf(parameter), MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return {
      Parameters: page.items.map((version) => ({
        ...historyOf(version),
        Name: parameter.Name,
        Value: shownValue(world, version, WithDecryption),
      })),
      NextToken: page.next,
    };
  },

  PutParameter(world, input) {
    const { Version, Tier } = putParameter(world, input);
    return { Version, Tier };
  },

  DeleteParameter(world, { Name = '' }) {
    if (!remove(world, Name)) throw notFound();
    return {};
  },

  DeleteParameters(world, { Names = [] }) {
    checkCount(Names);
    const invalid = Names.filter((name) => findParameter(world, name) === undefined);
    for (const name of Names) remove(world, name);
    return {
      DeletedParameters: Names.filter((name) => !invalid.includes(name)),
      InvalidParameters: invalid,
    };
  },

  LabelParameterVersion(world, { Name, ParameterVersion, Labels = [] }) {
    const parameter = parameterNamed(world, Name);
    const versions = versionsOf(parameter);
    const number = ParameterVersion ?? parameter.Version;
    const version = versions.find(({ Version }) => Version === number);
    if (version === undefined)
      throw new AwsFault(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${number} of ${parameter.Name}. Verify the version and try again.`,
      );
    const valid = Labels.filter(isLabel);
    const together = [...new Set([...(version.Labels ?? []), ...valid])];
    if (together.length > mostLabels)
      throw new AwsFault(
        'ParameterVersionLabelLimitExceeded',
        'A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.',
      );
    for (const other of versions)
      if (other.Labels !== undefined) other.Labels = other.Labels.filter((label) => !valid.includes(label));
    version.Labels = together;
    return { InvalidLabels: Labels.filter((label) => !isLabel(label)), ParameterVersion: number };
  },

  AddTagsToResource(world, { ResourceType, ResourceId, Tags = [] }) {
    const parameter = taggedParameter(world, ResourceType, ResourceId);
    for (const { Key = '', Value = '' } of Tags)
      parameter.tags = [...parameter.tags.filter((tag) => tag.Key !== Key), { Key, Value }];
    return {};
  },

  RemoveTagsFromResource(world, { ResourceType, ResourceId, TagKeys = [] }) {
    const parameter = taggedParameter(world, ResourceType, ResourceId);
    parameter.tags = parameter.tags.filter(({ Key }) => !TagKeys.includes(Key));
    return {};
  },

  ListTagsForResource: (world, { ResourceType, ResourceId }) => ({
    TagList: taggedParameter(world, ResourceType, ResourceId).tags,
  }),
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;

/** A batch lists what it cannot find, versions too. */
function selectedOrNone(world: World, name: string) {
  try {
    return selected(world, name);
  } catch (error) {
    if (error instanceof AwsFault) return undefined;
    throw error;
  }
}

/** A version without what the parameter has beside it. */
const historyOf = (version: ParameterVersion) => ({
  Type: version.Type,
  Version: version.Version,
  LastModifiedDate: version.LastModifiedDate,
  LastModifiedUser: version.LastModifiedUser,
  ...(version.KeyId !== undefined && { KeyId: version.KeyId }),
  ...(version.Description !== undefined && { Description: version.Description }),
  ...(version.AllowedPattern !== undefined && { AllowedPattern: version.AllowedPattern }),
  Labels: version.Labels ?? [],
  Tier: version.Tier ?? 'Standard',
  Policies: [],
  DataType: version.DataType ?? 'text',
});
