import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyNamed, mustBeEnabled } from './keys.ts';

/** Why a key (id, ARN or alias) cannot be used in this Region now; `undefined` where it can. As the services put it that use it. */
export function keyUnusable(world: World, key: string): string | undefined {
  try {
    mustBeEnabled(world, keyNamed(world, key, 'aliases too'));
    return undefined;
  } catch (error) {
    if (error instanceof AwsFault) return error.message;
    throw error;
  }
}
