import type { World } from '../../world.ts';
import { connectToBroker, setBrokerPassword } from '../mq/connections.ts';
import { connectToSearch, setSearchPassword } from '../opensearch/connections.ts';
import { instanceBehind, openConnection, setDatabasePassword } from '../rds/connections.ts';
import { secretUnder } from './current-secret.ts';
import { randomPassword } from './random-password.ts';
import type { RotationStep, Secret, SecretVersion } from './state.ts';
import {
  addVersion,
  current,
  hasValue,
  moveStage,
  opened,
  pending,
  previous,
  valueIn,
  versionUnder,
} from './versions.ts';

/** The JSON in a secret. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html */
interface Content {
  readonly username: string;
  readonly password: string;
  readonly host?: string;
  readonly dbClusterIdentifier?: string;
  readonly brokerId?: string;
  readonly domain?: string;
  /** The secret of a user who may set the password of others: with it, two users take turns. */
  readonly masterarn?: string;
}

/** @returns `undefined` where the step succeeded, else what the function's log says */
type Step = (world: World, secret: Secret, version: SecretVersion) => string | undefined;

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

const contentOf = (world: World, version: SecretVersion): Content | undefined =>
  contentIn(opened(world, version).SecretString);

const noConnection = (arn: string) =>
  `ValueError: Unable to log into database with previous, current, or pending secret of secret arn ${arn}`;

const alternate = (user: string): string => (user.endsWith('_clone') ? user.slice(0, -6) : `${user}_clone`);

/** What a client is told who connects to the secret's component with this login; `undefined` where it lets him in. */
function connectionError(world: World, content: Content): string | undefined {
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

function setPassword(world: World, content: Content): void {
  const { host = '', username: user, password } = content;
  if (content.brokerId !== undefined) setBrokerPassword(world, host, { user, password });
  else if (content.domain !== undefined) setSearchPassword(world, host, { user, password });
  else setDatabasePassword(world, content.dbClusterIdentifier ?? '', { user, password });
}

/** Whether the function gets in to set a password: with the master's secret, or with any login that it knows itself. */
function getsIn(world: World, secret: Secret, content: Content): boolean {
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

/** The functions that AWS offers as templates do this: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html */
const steps: Readonly<Record<RotationStep, Step>> = {
  createSecret(world, secret, version) {
    const source = versionUnder(secret, current);
    const content = source && contentOf(world, source);
    if (content === undefined) return `ValueError: Secret ${secret.arn} has no valid JSON under AWSCURRENT`;
    if (hasValue(version)) return undefined;
    const created: Content = {
      ...content,
      username: content.masterarn === undefined ? content.username : alternate(content.username),
      password: randomPassword(world, { excluded: '/@"\'\\,:=[] ' }, 'events'),
    };
    addVersion(world, secret, version.id, valueIn(world, { SecretString: JSON.stringify(created) }) ?? {});
    return undefined;
  },

  setSecret(world, secret, version) {
    const content = contentOf(world, version);
    if (content === undefined) return `ValueError: Secret version ${version.id} has no value`;
    if (!getsIn(world, secret, content)) return noConnection(secret.arn);
    setPassword(world, content);
    return undefined;
  },

  testSecret(world, secret, version) {
    const content = contentOf(world, version);
    const error = content && connectionError(world, content);
    return error && `ValueError: Unable to log in with pending secret of secret ARN ${secret.arn}: ${error}`;
  },

  finishSecret(_world, secret, version) {
    moveStage(secret, current, version);
    return undefined;
  },
};

export const runStep = (
  world: World,
  secret: Secret,
  version: SecretVersion,
  step: RotationStep,
): string | undefined => steps[step](world, secret, version);
