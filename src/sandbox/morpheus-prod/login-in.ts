import { secretUnder } from '../services/secrets-manager/current-secret.ts';
import type { World } from '../world.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The user and the password that a secret of the stack holds. */
export function loginIn(world: World, secret: string): Login | undefined {
  const text = secretUnder(world, secret)?.text;
  if (text === undefined) return undefined;
  const { username, password } = JSON.parse(text) as { username: string; password: string };
  return { user: username, password };
}
