import { hours } from '../../../duration.ts';
import { isSame, type Sealed, seal, unseal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { Secret, SecretVersion } from './state.ts';

export const current = 'AWSCURRENT';
export const previous = 'AWSPREVIOUS';
export const pending = 'AWSPENDING';

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const limits = { stages: 20, keptVersions: 100, versions: 150, bytes: 65_536 };

export const defaultKey = 'alias/aws/secretsmanager';
export const keyOf = ({ kmsKey }: Secret): string => kmsKey ?? defaultKey;

export const versionUnder = (secret: Secret, stage: string): SecretVersion | undefined =>
  secret.versions.find(({ stages }) => stages.includes(stage));

export const versionWithId = (secret: Secret, id: string): SecretVersion | undefined =>
  secret.versions.find((version) => version.id === id);

export const hasValue = ({ text, bytes }: SecretVersion): boolean =>
  text !== undefined || bytes !== undefined;

/** Attaches a stage to a version, taking it from the one that has it. AWSPREVIOUS follows AWSCURRENT. */
export function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = versionUnder(secret, stage);
  if (from === to) return;
  if (to.stages.length >= limits.stages)
    throw new AwsFault(
      'LimitExceededException',
      `A version can have at most ${limits.stages} staging labels.`,
    );
  if (from !== undefined) removeStage(from, stage);
  to.stages = [...to.stages, stage].sort();
  if (stage !== current || from === undefined) return;
  removeStage(to, previous);
  moveStage(secret, previous, from);
}

export function removeStage(version: SecretVersion, stage: string): void {
  version.stages = version.stages.filter((one) => one !== stage);
}

export interface NewValue {
  readonly text?: Sealed;
  readonly bytes?: Sealed;
}

/** @returns `undefined` where the request has no value */
export function valueIn(
  world: World,
  {
    SecretString,
    SecretBinary,
  }: { SecretString?: string | undefined; SecretBinary?: Uint8Array | undefined },
): NewValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw new AwsFault(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  const length = SecretBinary?.length ?? Buffer.byteLength(SecretString ?? '');
  if (length > limits.bytes)
    throw new AwsFault(
      'InvalidParameterException',
      `The secret value can't be longer than ${limits.bytes} bytes.`,
    );
  if (SecretString !== undefined) return { text: seal(world, SecretString) };
  if (SecretBinary !== undefined) return { bytes: seal(world, Buffer.from(SecretBinary).toString('base64')) };
  return undefined;
}

const isSameValue = (one: NewValue, other: NewValue): boolean =>
  one.text !== undefined && other.text !== undefined
    ? isSame(one.text, other.text)
    : one.bytes !== undefined && other.bytes !== undefined && isSame(one.bytes, other.bytes);

/**
 * Adds a version, or fills the one that a rotation began with this id.
 * @returns `undefined` where it is there already with the same value, so that nothing is left to do
 */
export function addVersion(
  world: World,
  secret: Secret,
  id: string,
  value: NewValue,
): SecretVersion | undefined {
  const key = keyOf(secret);
  if (keyUnusable(world, key) !== undefined)
    throw new AwsFault(
      'EncryptionFailure',
      "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
    );
  const known = versionWithId(secret, id);
  if (known !== undefined && hasValue(known)) {
    if (isSameValue(known, value)) return undefined;
    throw new AwsFault(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  if (known !== undefined) return Object.assign(known, value, { key });
  const version: SecretVersion = { id, stages: [], createdAt: world.now, key, ...value };
  makeRoom(world, secret);
  secret.versions.push(version);
  return version;
}

/** Unlabelled versions above a hundred go, unless they are younger than a day. */
function makeRoom(world: World, secret: Secret): void {
  const surplus = secret.versions.length + 1 - limits.keptVersions;
  const removable = secret.versions.filter(
    ({ stages, createdAt }) => stages.length === 0 && world.now.getTime() - createdAt.getTime() > hours(24),
  );
  const gone = new Set(removable.slice(0, Math.max(0, surplus)));
  secret.versions = secret.versions.filter((version) => !gone.has(version));
  if (secret.versions.length >= limits.versions)
    throw new AwsFault(
      'LimitExceededException',
      'The request failed because it would exceed one of the Secrets Manager quotas.',
    );
}

/** What the version holds, where its key can be used. */
export function opened(
  world: World,
  { key, text, bytes }: SecretVersion,
): { SecretString?: string; SecretBinary?: Uint8Array } {
  if (keyUnusable(world, key) !== undefined)
    throw new AwsFault(
      'DecryptionFailure',
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
  if (text !== undefined) return { SecretString: unseal(world, text) };
  return bytes === undefined ? {} : { SecretBinary: Buffer.from(unseal(world, bytes), 'base64') };
}
