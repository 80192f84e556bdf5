import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { aliasArnOf, keyNamed, mustNotBeDeleted } from './keys.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
function checkName(name: string): void {
  if (!name.startsWith('alias/'))
    throw new AwsFault(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (name.startsWith('alias/aws/'))
    throw new AwsFault('NotAuthorizedException', `${name} is a reserved alias name.`);
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name))
    throw new AwsFault('InvalidAliasNameException', `${name} contains invalid characters for an alias`);
}

function aliasNamed(world: World, name: string) {
  const alias = world.kms.aliases.find(({ AliasName }) => AliasName === name);
  if (alias === undefined)
    throw new AwsFault('NotFoundException', `Alias ${aliasArnOf(world, name)} is not found.`);
  return alias;
}

export const aliasOperations = {
  CreateAlias(world, { AliasName = '', TargetKeyId = '' }) {
    checkName(AliasName);
    const key = keyNamed(world, TargetKeyId);
    mustNotBeDeleted(world, key);
    const arn = aliasArnOf(world, AliasName);
    if (world.kms.aliases.some((alias) => alias.AliasName === AliasName))
      throw new AwsFault('AlreadyExistsException', `An alias with the name ${arn} already exists`);
    world.kms.aliases.push({
      AliasName,
      AliasArn: arn,
      TargetKeyId: key.id,
      CreationDate: world.now,
      LastUpdatedDate: world.now,
    });
    return {};
  },

  UpdateAlias(world, { AliasName = '', TargetKeyId = '' }) {
    checkName(AliasName);
    const alias = aliasNamed(world, AliasName);
    const key = keyNamed(world, TargetKeyId);
    mustNotBeDeleted(world, key);
    alias.TargetKeyId = key.id;
    alias.LastUpdatedDate = world.now;
    return {};
  },

  DeleteAlias(world, { AliasName = '' }) {
    checkName(AliasName);
    const gone = aliasNamed(world, AliasName);
    world.kms.aliases = world.kms.aliases.filter((alias) => alias !== gone);
    return {};
  },

  ListAliases(world, { KeyId, Limit, Marker }) {
    const key = KeyId === undefined ? undefined : keyNamed(world, KeyId);
    const found = world.kms.aliases.filter(({ TargetKeyId }) => key === undefined || TargetKeyId === key.id);
    const page = pageOf(found, Limit ?? 50, Marker, 'InvalidMarkerException');
    return { Aliases: page.items, NextMarker: page.next, Truncated: page.next !== undefined };
  },
} satisfies Operations<typeof import('@aws-sdk/client-kms')>;
