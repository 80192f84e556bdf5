import { drawHex } from '../../random.ts';
import { seal, unseal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { arnOf, invalid, keyNamed, mustBeEnabled } from './keys.ts';
import type { Key } from './state.ts';

type Context = Readonly<Record<string, string>> | undefined;

interface Content {
  readonly key: string;
  readonly context: string;
  readonly plaintext: string;
  /** The same text gives another ciphertext each time. */
  readonly nonce: string;
}

const canonical = (context: Context): string => JSON.stringify(Object.entries(context ?? {}).sort());

function keyToUse(world: World, named: string | undefined): Key {
  const key = keyNamed(world, named ?? '', 'aliases too');
  mustBeEnabled(world, key);
  return key;
}

function encrypted(world: World, key: Key, plaintext: Uint8Array, context: Context): Uint8Array {
  const content: Content = {
    key: arnOf(world, key.id),
    context: canonical(context),
    plaintext: Buffer.from(plaintext).toString('base64'),
    nonce: drawHex(world, 16, 'calls'),
  };
  return Buffer.from(seal(world, JSON.stringify(content)).sealed, 'base64');
}

const invalidCiphertext = () => new AwsFault('InvalidCiphertextException', '');

function contentOf(world: World, blob: Uint8Array): Content {
  try {
    return JSON.parse(unseal(world, { sealed: Buffer.from(blob).toString('base64') }));
  } catch {
    // Whatever is wrong with it, AWS says no more than this.
    throw invalidCiphertext();
  }
}

function decrypted(
  world: World,
  blob: Uint8Array,
  context: Context,
  named: string | undefined,
): { key: Key; plaintext: Uint8Array } {
  const content = contentOf(world, blob);
  const key = keyToUse(world, content.key);
  if (named !== undefined && keyNamed(world, named, 'aliases too') !== key)
    throw new AwsFault(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  if (content.context !== canonical(context)) throw invalidCiphertext();
  return { key, plaintext: Buffer.from(content.plaintext, 'base64') };
}

function checkSize(plaintext: Uint8Array, least: number, most: number): void {
  if (plaintext.length < least || plaintext.length > most)
    throw new AwsFault(
      'ValidationException',
      `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${plaintext.length < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
    );
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
function dataKeyLength(spec: string | undefined, bytes: number | undefined): number {
  if ((spec === undefined) === (bytes === undefined))
    throw new AwsFault('ValidationException', 'Please specify either number of bytes or key spec.');
  if (spec !== undefined && spec !== 'AES_128' && spec !== 'AES_256')
    throw invalid(spec, 'keySpec', 'Member must satisfy enum value set: [AES_256, AES_128]');
  const length = bytes ?? (spec === 'AES_128' ? 16 : 32);
  if (!Number.isInteger(length)) throw invalid(length, 'numberOfBytes', 'Member must be a whole number');
  if (length < 1) throw invalid(length, 'numberOfBytes', 'Member must have value greater than or equal to 1');
  if (length > 1024)
    throw invalid(length, 'numberOfBytes', 'Member must have value less than or equal to 1024');
  return length;
}

const dataKey = (world: World, length: number): Uint8Array =>
  Buffer.from(drawHex(world, 2 * length, 'calls'), 'hex');

const algorithm = 'SYMMETRIC_DEFAULT' as const;

export const cryptography = {
  Encrypt(world, { KeyId, Plaintext = new Uint8Array(), EncryptionContext }) {
    checkSize(Plaintext, 1, 4096);
    const key = keyToUse(world, KeyId);
    return {
      CiphertextBlob: encrypted(world, key, Plaintext, EncryptionContext),
      KeyId: arnOf(world, key.id),
      EncryptionAlgorithm: algorithm,
    };
  },

  Decrypt(world, { CiphertextBlob = new Uint8Array(), EncryptionContext, KeyId }) {
    const { key, plaintext } = decrypted(world, CiphertextBlob, EncryptionContext, KeyId);
    return { KeyId: arnOf(world, key.id), Plaintext: plaintext, EncryptionAlgorithm: algorithm };
  },

  ReEncrypt(world, input) {
    const source = decrypted(
      world,
      input.CiphertextBlob ?? new Uint8Array(),
      input.SourceEncryptionContext,
      input.SourceKeyId,
    );
    const key = keyToUse(world, input.DestinationKeyId);
    return {
      CiphertextBlob: encrypted(world, key, source.plaintext, input.DestinationEncryptionContext),
      SourceKeyId: arnOf(world, source.key.id),
      KeyId: arnOf(world, key.id),
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
    };
  },

  GenerateDataKey(world, { KeyId, KeySpec, NumberOfBytes, EncryptionContext }) {
    const length = dataKeyLength(KeySpec, NumberOfBytes);
    const key = keyToUse(world, KeyId);
    const plaintext = dataKey(world, length);
    return {
      CiphertextBlob: encrypted(world, key, plaintext, EncryptionContext),
      Plaintext: plaintext,
      KeyId: arnOf(world, key.id),
    };
  },

  GenerateDataKeyWithoutPlaintext(world, { KeyId, KeySpec, NumberOfBytes, EncryptionContext }) {
    const length = dataKeyLength(
      KeySpec ?? (NumberOfBytes === undefined ? 'AES_256' : undefined),
      NumberOfBytes,
    );
    const key = keyToUse(world, KeyId);
    return {
      CiphertextBlob: encrypted(world, key, dataKey(world, length), EncryptionContext),
      KeyId: arnOf(world, key.id),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-kms')>;
