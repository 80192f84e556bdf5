import type { World } from '../../world.ts';
import { type Content, connectionError, contentOf, getsIn, setPassword } from './logins.ts';
import { randomPassword } from './random-password.ts';
import type { RotationStep, Secret, SecretVersion } from './state.ts';
import { addVersion, current, hasValue, moveStage, valueIn, versionUnder } from './versions.ts';

/** @returns `undefined` where the step succeeded, else what the function's log says */
type Step = (world: World, secret: Secret, version: SecretVersion) => string | undefined;

const noConnection = (arn: string) =>
  `ValueError: Unable to log into database with previous, current, or pending secret of secret arn ${arn}`;

const alternate = (user: string): string => (user.endsWith('_clone') ? user.slice(0, -6) : `${user}_clone`);

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
