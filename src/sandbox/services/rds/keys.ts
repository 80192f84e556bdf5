import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { arnOf, keyNamed } from '../kms/keys.ts';

/** Refuses a key that cannot be used; the text is observed. @returns its ARN */
export function usableKey(world: World, key: string, what = 'specified KMS key'): string {
  if (keyUnusable(world, key) !== undefined)
    throw new AwsFault(
      'KMSKeyNotAccessibleFault',
      `The ${what} [${key}] does not exist, is not enabled or you do not have permissions to access it.`,
    );
  return arnOf(world, keyNamed(world, key, 'aliases too').id);
}

export const usableSourceKey = (world: World, key: string): string =>
  usableKey(world, key, 'source snapshot KMS key');
