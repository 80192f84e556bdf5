import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Secret } from './state.ts';

/** A secret whose recovery window is over is gone, without anything that happens at that time. */
export const secretsIn = (world: World): Secret[] =>
  world.secretsManager.secrets.filter(({ deletion }) => deletion === undefined || world.now < deletion.from);

/** By name, ARN, or an ARN without the six characters at its end. */
export function findSecret(world: World, id: string): Secret | undefined {
  const all = secretsIn(world);
  return (
    all.find(({ name, arn }) => name === id || arn === id) ?? all.find(({ arn }) => arn.slice(0, -7) === id)
  );
}

export function secretNamed(world: World, id: string | undefined): Secret {
  const secret = findSecret(world, id ?? '');
  if (secret === undefined)
    throw new AwsFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

/** A secret that is not on its way out. */
export function activeSecret(world: World, id: string | undefined): Secret {
  const secret = secretNamed(world, id);
  if (secret.deletion !== undefined)
    throw new AwsFault(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  return secret;
}

/** A replica takes its value, its stages and its rotation from the primary secret. */
export function primarySecret(world: World, id: string | undefined): Secret {
  const secret = activeSecret(world, id);
  if (secret.primaryRegion !== undefined)
    throw new AwsFault(
      'InvalidParameterException',
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    );
  return secret;
}

/** The parts of an answer that nearly every operation gives. */
export const identityOf = ({ arn, name }: Secret): { ARN: string; Name: string } => ({
  ARN: arn,
  Name: name,
});

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html, ClientRequestToken */
export function checkedToken(token: string | undefined, whenMissing = 'InvalidRequestException'): string {
  if (token === undefined || token === '')
    throw new AwsFault(
      whenMissing,
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  if (token.length < 32 || token.length > 64)
    throw new AwsFault('InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.');
  return token;
}
