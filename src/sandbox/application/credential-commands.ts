import { inForce } from '../faults/fault.ts';
import { connectionError, contentOf, getsIn, setPassword } from '../services/secrets-manager/logins.ts';
import { findSecret } from '../services/secrets-manager/secrets.ts';
import type { Secret, SecretVersion } from '../services/secrets-manager/state.ts';
import { hasValue, versionWithId } from '../services/secrets-manager/versions.ts';
import type { World } from '../world.ts';
import type { Place } from './connect.ts';
import { loadCredentials, recycle } from './on-node.ts';
import { type CommandResult, failed, ok } from './shell.ts';
import type { Dependency } from './state.ts';

/** Commands are described, with their rules, in commands.md. */

interface Named {
  readonly secret: Secret;
  readonly version: SecretVersion;
}

/** The version that a command names, as the node's role can read it. */
function named(world: World, [id = '', versionId = '']: readonly string[]): Named | undefined {
  const secret = findSecret(world, id);
  const version = secret && versionWithId(secret, versionId);
  return secret === undefined || version === undefined || !hasValue(version)
    ? undefined
    : { secret, version };
}

const unknown = failed(2, "An error occurred (ResourceNotFoundException): Secrets Manager can't find it");

const saysThatLoginIsWrong = /Access denied|ACCESS_REFUSED|401 Unauthorized/;

export function tryLogin(world: World, inputs: readonly string[]): CommandResult {
  const found = named(world, inputs);
  const content = found && contentOf(world, found.version);
  if (content === undefined) return unknown;
  const error = connectionError(world, content);
  if (error === undefined) return ok('works', 1);
  return failed(saysThatLoginIsWrong.test(error) ? 1 : 2, error, 1);
}

export function setLogin(world: World, inputs: readonly string[]): CommandResult {
  const found = named(world, inputs);
  const content = found && contentOf(world, found.version);
  if (found === undefined || content === undefined) return unknown;
  if (!getsIn(world, found.secret, content))
    return failed(3, 'no version of the secret gets in to set a password', 2);
  setPassword(world, content);
  return ok('set', 2);
}

export function reloadCredentials(world: World, place: Place): void {
  const { InstanceId } = place.node.instance;
  const stays = inForce(world, 'credentials-stay').some(
    ({ instance }) => (instance ?? InstanceId) === InstanceId,
  );
  if (stays) return;
  loadCredentials(world, place);
  recycle(world, place);
}

export function credentialStatus(
  world: World,
  { application, on }: Place,
  [id = '', flag, seconds]: readonly string[],
): CommandResult {
  const secret = findSecret(world, id);
  const needs = Object.entries(application.needs).find(
    ([, need]) => need.secret !== undefined && need.secret === secret?.name,
  );
  if (secret === undefined || needs === undefined) return failed(64, 'morpheus does not use this secret');
  const dependency = needs[0] as Dependency;
  const since = flag === '--since' ? Number(seconds) * 1000 : 0;
  const failures = (on.refusals ?? []).filter(
    (one) => one.dependency === dependency && Number(one.at) >= since,
  );
  const opened = on.opened?.[dependency];
  return ok(
    [
      `version=${on.loaded[secret.name]?.versionId ?? 'none'}`,
      `healthy=${on.lost[dependency] === undefined ? 'yes' : 'no'}`,
      `auth-failures=${failures.length}`,
      ...(opened === undefined ? [] : [`oldest-connection=${opened.at.toISOString()}`]),
    ].join('\n'),
    1,
  );
}
