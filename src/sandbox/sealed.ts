import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { World } from './world.ts';

/**
 * A text as it lies encrypted in the world, under a key that only the sandbox's handlers use. Secret values are kept so and in no other
 * way: a stored world, a state listing or a crash dump then holds none that could be read.
 */
export type Sealed = { readonly sealed: string };

const keyOf = ({ account }: World): Buffer => createHash('sha256').update(`sandbox of ${account}`).digest();

/** The same text gives the same seal, so that worlds can be compared. */
export function seal(world: World, text: string): Sealed {
  const key = keyOf(world);
  const nonce = createHash('sha256').update(key).update(text).digest().subarray(0, 12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64') };
}

/** @throws where the seal was broken */
export function unseal(world: World, { sealed }: Sealed): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(world), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

/** Whether two texts are the same, without opening either. */
export const isSame = (one: Sealed, other: Sealed): boolean => one.sealed === other.sealed;
