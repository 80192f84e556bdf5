import type { PutParameterRequest } from '@aws-sdk/client-ssm';
import { patternOf } from '../../pattern.ts';
import { seal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { callerArn } from '../sts.ts';
import { defaultKey, findParameter, parameterArn, refused } from './parameters.ts';
import type { ParameterVersion, StoredParameter } from './state.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const longest = { Standard: 4096, Advanced: 8192, 'Intelligent-Tiering': 8192 } as const;
const kept = 100;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html, Name */
function checkName(name: string): void {
  if (/^\/?(?:aws|ssm)/i.test(name))
    throw refused(
      `Parameter name: can't be prefixed with "${/^\/?aws/i.test(name) ? 'aws' : 'ssm'}" (case-insensitive).`,
    );
  if (name.includes('/') && !name.startsWith('/'))
    throw refused('Parameter name must be a fully qualified name.');
  if (!/^[a-zA-Z0-9_.\-/]{1,1011}$/.test(name) || name.endsWith('/') || name.includes('//'))
    throw refused(
      'Parameter name: only a mix of letters, numbers and the following 4 symbols .-/_ are allowed.',
    );
  if (name.split('/').length - 1 > 15)
    throw new AwsFault(
      'HierarchyLevelLimitExceededException',
      'A hierarchy can have a maximum of 15 levels.',
    );
}

function checkValue({ Value = '', AllowedPattern, Tier, Type }: PutParameterRequest): void {
  if (Value === '')
    throw refused(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const tier = Tier ?? 'Standard';
  if (!Object.hasOwn(longest, tier))
    throw refused(
      `1 validation error detected: Value '${tier}' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Intelligent-Tiering, Advanced]`,
    );
  if (Buffer.byteLength(Value) > longest[tier])
    throw refused(
      tier === 'Standard'
        ? 'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html'
        : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    );
  if (AllowedPattern !== undefined && !fits(AllowedPattern, Value))
    throw new AwsFault(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${AllowedPattern}`,
    );
  if (Type !== undefined && !['String', 'StringList', 'SecureString'].includes(Type))
    throw refused(
      `1 validation error detected: Value '${Type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]`,
    );
}

function fits(pattern: string, value: string): boolean {
  try {
    return patternOf(pattern)(value);
  } catch {
    throw new AwsFault(
      'InvalidAllowedPatternException',
      'The request does not meet the regular expression requirement.',
    );
  }
}

const versionFrom = (
  world: World,
  { Value = '', Description, KeyId, AllowedPattern, DataType, Tier }: Partial<PutParameterRequest>,
  Type: ParameterVersion['Type'],
  Version: number,
): ParameterVersion => ({
  Type,
  Value: Type === 'SecureString' ? seal(world, Value).sealed : Value,
  Version,
  LastModifiedDate: world.now,
  LastModifiedUser: callerArn(world),
  DataType: DataType ?? 'text',
  Tier: Tier ?? 'Standard',
  ...(Description !== undefined && { Description }),
  ...(AllowedPattern !== undefined && { AllowedPattern }),
  ...(Type === 'SecureString' && { KeyId: KeyId ?? defaultKey }),
});

/** The newest hundred versions are kept, and a labelled one is never dropped. */
function checkOldest({ Name, earlier }: StoredParameter): void {
  const [oldest] = earlier;
  if (earlier.length + 1 < kept || !oldest?.Labels?.length) return;
  throw new AwsFault(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${Name} by calling the PutParameter API with the overwrite flag. Version ${oldest.Version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  );
}

export function putParameter(world: World, input: PutParameterRequest): StoredParameter {
  const { Name = '', Overwrite = false, Tags = [] } = input;
  const known = findParameter(world, Name);
  if (known === undefined) checkName(Name);
  checkValue(input);
  if (Overwrite && Tags.length > 0)
    throw refused(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  if (known !== undefined && !Overwrite)
    throw new AwsFault(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const type = input.Type ?? known?.Type;
  if (type === undefined) throw refused('A parameter type is required when you create a parameter.');
  if (known !== undefined && type !== known.Type)
    throw new AwsFault(
      'HierarchyTypeMismatchException',
      `The parameter '${Name}' is of type ${known.Type}, and a parameter's type can't be changed.`,
    );
  const KeyId = input.KeyId ?? known?.KeyId ?? defaultKey;
  const problem = type === 'SecureString' ? keyUnusable(world, KeyId) : undefined;
  if (problem !== undefined) throw new AwsFault('InvalidKeyId', problem);
  if (known === undefined) {
    const made: StoredParameter = {
      Name,
      ARN: parameterArn(world, Name),
      ...versionFrom(world, input, type, 1),
      earlier: [],
      tags: Tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    };
    world.systemsManager.parameters.push(made);
    return made;
  }
  checkOldest(known);
  const { ARN, earlier, tags, Name: name, ...before } = known;
  const Description = input.Description ?? before.Description;
  const next: StoredParameter = {
    Name: name,
    ARN,
    ...versionFrom(world, { ...input, KeyId, Description }, type, before.Version + 1),
    earlier: [...earlier, before].slice(1 - kept),
    tags,
  };
  const all = world.systemsManager.parameters;
  all[all.indexOf(known)] = next;
  return next;
}
