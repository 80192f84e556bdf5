import type { World } from '../../world.ts';
import { connectToBroker, setBrokerPassword } from '../mq/connections.ts';
import { connectToSearch, setSearchPassword } from '../opensearch/connections.ts';
import { instanceBehind, openConnection, setDatabasePassword } from '../rds/connections.ts';
import { secretUnder } from './current-secret.ts';
import type { Secret, SecretVersion } from './state.ts';
import { current, opened, pending, previous, versionUnder } from './versions.ts';

/** The JSON in a secret. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html */
export interface Content {
  readonly username: string;
  readonly password: string;
  readonly host?: string;
  readonly dbClusterIdentifier?: string;
  readonly brokerId?: string;
  readonly domain?: string;
  /** The secret of a user who may set the password of others: with it, two users take turns. */
  readonly masterarn?: string;
}

const isContent = (value: unknown): value is Content =>
  typeof value === 'object' &&
  value !== null &&
  'username' in value &&
  typeof value.username === 'string' &&
  'password' in value &&
  typeof value.password === 'string';

/** People write what they like into a secret: a function makes nothing of what is no login. */
function contentIn(text: string | undefined): Content | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isContent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const contentOf = (world: World, version: SecretVersion): Content | undefined =>
  contentIn(opened(world, version).SecretString);

/** What a client is told who connects to the secret's component with this login; `undefined` where it lets him in. */
export function connectionError(world: World, content: Content): string | undefined {
  const { host = '', username: user, password } = content;
  const login = { user, password };
  const answer =
    content.brokerId !== undefined
      ? connectToBroker(world, host, login)
      : content.domain !== undefined
        ? connectToSearch(world, host, login)
        : openDatabase(world, host, login);
  return 'error' in answer ? answer.error : undefined;
}

function openDatabase(world: World, host: string, login: { user: string; password: string }) {
  const instance = instanceBehind(world, host);
  return instance === undefined
    ? { error: `ERROR 2005 (HY000): Unknown MySQL server host '${host}' (-2)` }
    : openConnection(world, instance, login, host);
}

export function setPassword(world: World, content: Content): void {
  const { host = '', username: user, password } = content;
  if (content.brokerId !== undefined) setBrokerPassword(world, host, { user, password });
  else if (content.domain !== undefined) setSearchPassword(world, host, { user, password });
  else setDatabasePassword(world, content.dbClusterIdentifier ?? '', { user, password });
}

/** Whether whoever rotates gets in to set a password: with the master's secret, or with any login that it knows itself. */
export function getsIn(world: World, secret: Secret, content: Content): boolean {
  if (content.masterarn !== undefined) {
    const master = secretUnder(world, content.masterarn);
    const login = contentIn(master?.text);
    return login !== undefined && connectionError(world, login) === undefined;
  }
  return [pending, current, previous].some((stage) => {
    const version = versionUnder(secret, stage);
    const login = version && contentOf(world, version);
    return login !== undefined && connectionError(world, login) === undefined;
  });
}
