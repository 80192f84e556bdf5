import type { Parameter } from '@aws-sdk/client-ssm';
import { type Sealed, unseal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { ParameterVersion, StoredParameter } from './state.ts';

export const defaultKey = 'alias/aws/ssm';

export const parameterArn = (world: World, name: string): string =>
  `arn:aws:ssm:${world.region}:${world.account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;

export const refused = (message: string): AwsFault => new AwsFault('ValidationException', message);

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html: the message is empty */
export const notFound = (): AwsFault => new AwsFault('ParameterNotFound', '');

export const findParameter = (world: World, name: string): StoredParameter | undefined =>
  world.systemsManager.parameters.find((parameter) => parameter.Name === name || parameter.ARN === name);

export function parameterNamed(world: World, name: string | undefined): StoredParameter {
  const parameter = findParameter(world, name ?? '');
  if (parameter === undefined) throw notFound();
  return parameter;
}

export const versionsOf = (parameter: StoredParameter): ParameterVersion[] => [
  ...parameter.earlier,
  parameter,
];

export interface Selected {
  readonly parameter: StoredParameter;
  readonly version: ParameterVersion;
  readonly selector?: string;
}

/**
 * The version that `name`, `name:3` or `name:label` means; `undefined` where there is no parameter of that name.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
 */
export function selected(world: World, text: string): Selected | undefined {
  const whole = findParameter(world, text);
  if (whole !== undefined) return { parameter: whole, version: whole };
  const colon = text.lastIndexOf(':');
  const parameter = colon < 0 ? undefined : findParameter(world, text.slice(0, colon));
  if (parameter === undefined) return undefined;
  const wanted = text.slice(colon + 1);
  const version = versionsOf(parameter).find(
    ({ Version, Labels }) => String(Version) === wanted || Labels?.includes(wanted),
  );
  if (version === undefined)
    throw new AwsFault(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${wanted} of ${parameter.Name}. Verify the version and try again.`,
    );
  return { parameter, version, selector: `:${wanted}` };
}

export const sealIn = ({ Value }: ParameterVersion): Sealed => ({ sealed: Value });

/** The value as it is shown: that of a SecureString stays encrypted unless it is asked for. */
export function shownValue(world: World, version: ParameterVersion, decrypts = false): string {
  if (version.Type !== 'SecureString' || !decrypts) return version.Value;
  const problem = keyUnusable(world, version.KeyId ?? defaultKey);
  if (problem !== undefined) throw new AwsFault('InvalidKeyId', problem);
  return unseal(world, sealIn(version));
}

export const shown = (
  world: World,
  { parameter, version, selector }: Selected,
  decrypts: boolean | undefined,
): Parameter => ({
  Name: parameter.Name,
  Type: version.Type,
  Value: shownValue(world, version, decrypts),
  Version: version.Version,
  ...(selector !== undefined && { Selector: selector }),
  LastModifiedDate: version.LastModifiedDate,
  ARN: parameter.ARN,
  DataType: version.DataType ?? 'text',
});
