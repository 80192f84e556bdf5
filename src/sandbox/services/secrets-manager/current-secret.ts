import { unseal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { findSecret } from './secrets.ts';
import { versionUnder } from './versions.ts';

export interface SecretValue {
  readonly versionId: string;
  readonly text: string;
}

/** The value under a staging label, as whoever may read it gets it. By name or ARN. */
export function secretUnder(world: World, secret: string, stage = 'AWSCURRENT'): SecretValue | undefined {
  const found = findSecret(world, secret);
  const version = found && versionUnder(found, stage);
  if (found?.deletion !== undefined || version?.text === undefined) return undefined;
  if (keyUnusable(world, version.key) !== undefined) return undefined;
  return { versionId: version.id, text: unseal(world, version.text) };
}
