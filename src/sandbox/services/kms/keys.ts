import type { KeyMetadata, KeyState } from '@aws-sdk/client-kms';
import { inForce } from '../../faults/fault.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Key } from './state.ts';

export const arnOf = (world: World, id: string): string =>
  `arn:aws:kms:${world.region}:${world.account}:key/${id}`;

export const aliasArnOf = (world: World, name: string): string =>
  `arn:aws:kms:${world.region}:${world.account}:${name}`;

/** A key whose waiting period is over is gone, without anything that happens at that time. */
export const keysIn = (world: World): Key[] =>
  world.kms.keys.filter(({ deletedFrom }) => deletedFrom === undefined || world.now < deletedFrom);

const keyId = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const arn = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(.+)$/;

export const invalid = (value: unknown, member: string, constraint: string): AwsFault =>
  new AwsFault(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );

const notFound = (message: string) => new AwsFault('NotFoundException', message);

/** @throws AwsFault where no key of this Region is meant; operations that manage a key take no alias for it */
export function keyNamed(world: World, named: string, takes: 'aliases too' | 'no alias' = 'no alias'): Key {
  const [, region, account, resource] = arn.exec(named) ?? [];
  if (named.startsWith('arn:') && resource === undefined)
    throw new AwsFault('InvalidArnException', `Invalid arn ${named}`);
  if (region !== undefined && region !== world.region) throw notFound(`Invalid arn ${region}`);
  const local = resource?.replace(/^key\//, '') ?? named;
  if (local.startsWith('alias/')) return keyBehindAlias(world, named, local, takes);
  const key = keysIn(world).find(({ id }) => id === local);
  if (key !== undefined && (account === undefined || account === world.account)) return key;
  if (!keyId.test(local)) throw notFound(`Invalid keyId '${local}'`);
  throw notFound(`Key '${resource === undefined ? arnOf(world, local) : named}' does not exist`);
}

function keyBehindAlias(world: World, named: string, name: string, takes: 'aliases too' | 'no alias'): Key {
  if (takes === 'no alias')
    throw named.startsWith('arn:')
      ? new AwsFault('InvalidArnException', `${named} is not a valid key ARN.`)
      : notFound(`Invalid keyId '${named}'`);
  const target = world.kms.aliases.find(({ AliasName }) => AliasName === name)?.TargetKeyId;
  const key = keysIn(world).find(({ id }) => id === target);
  if (key === undefined) throw notFound(`Alias ${aliasArnOf(world, name)} is not found.`);
  return key;
}

/** Whether the fault `key-disabled` holds for a key: until somebody enables it after the fault began. */
const isDisabledByFault = (world: World, key: Key): boolean =>
  inForce(world, 'key-disabled').some((fault) => {
    const begin = fault.after === undefined ? fault.from : fault.since;
    const isCured = key.enabledAt !== undefined && (begin === undefined || begin <= key.enabledAt);
    return !isCured && isNamed(world, key, fault.key);
  });

const isNamed = (world: World, key: Key, name: string): boolean =>
  name === key.id ||
  name === arnOf(world, key.id) ||
  world.kms.aliases.some(
    ({ AliasName, TargetKeyId }) =>
      TargetKeyId === key.id && (name === AliasName || name === aliasArnOf(world, AliasName)),
  );

export function stateOf(world: World, key: Key): KeyState {
  if (key.deletedFrom !== undefined) return 'PendingDeletion';
  return key.disabled || isDisabledByFault(world, key) ? 'Disabled' : 'Enabled';
}

export function describeKey(world: World, key: Key): KeyMetadata {
  const state = stateOf(world, key);
  return {
    AWSAccountId: world.account,
    KeyId: key.id,
    Arn: arnOf(world, key.id),
    CreationDate: key.createdAt,
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: state,
    ...(key.deletedFrom && { DeletionDate: key.deletedFrom }),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}

const invalidState = (world: World, { id }: Key, problem: string) =>
  new AwsFault('KMSInvalidStateException', `${arnOf(world, id)} ${problem}`);

/** Which states allow what: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export function mustNotBeDeleted(world: World, key: Key): void {
  if (stateOf(world, key) === 'PendingDeletion') throw invalidState(world, key, 'is pending deletion.');
}

export function mustBeEnabled(world: World, key: Key): void {
  mustNotBeDeleted(world, key);
  if (stateOf(world, key) === 'Disabled')
    throw new AwsFault('DisabledException', `${arnOf(world, key.id)} is disabled.`);
}

export function mustBePendingDeletion(world: World, key: Key): void {
  if (stateOf(world, key) !== 'PendingDeletion') throw invalidState(world, key, 'is not pending deletion.');
}
