import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';

export const redacted = '(redacted)';

/**
 * AWS marks only some of its secrets as sensitive: launch template user data and most tags are not. Tokens for paging and
 * idempotency are no secrets, and neither is the name, id or ARN of one.
 */
const secretName =
  /(?:passw(?:or)?d|passphrase|secret|credential|privatekey|apikey|userdata|(?:access|auth|bearer|security|session)token)/i;
const nameOfSomething = /(?:id|arn|name)s?$/i;

/**
 * Answers to a bad signature repeat the request as AWS understood it, with the session token among its headers.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const signedRequest = /The Canonical String for this request.*$/is;
const namedSecret =
  /(x-amz-security-token|authorization|(?:x-amz-)?signature|aws_session_token|credential)["']?\s*[:=]\s*\S+/gi;
/** Real ones have 40 characters and more; an emulator's may be any word. */
const shortestSecret = 16;

/** A text from outside without the parts of a request that let others sign, and without `secrets`. */
export const redactText = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter(({ length }) => length >= shortestSecret)
    .reduce((rest, secret) => rest.replaceAll(secret, redacted), text.replace(signedRequest, ''))
    .replaceAll(namedSecret, `$1: ${redacted}`);

export const isSecretName = (name: string): boolean => {
  const letters = name.replaceAll(/[^a-z0-9]/gi, '');
  return secretName.test(letters) && !nameOfSomething.test(letters);
};

/** What the SDK would send of `input`, as plain JSON, without its secrets. Members that the schema does not know are not sent. */
export function redact(schema: SchemaRef, input: unknown): unknown {
  return withoutSecrets(NormalizedSchema.of(schema), input);
}

function withoutSecrets(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema.getMergedTraits().sensitive) return redacted;
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (schema.isListSchema() && Array.isArray(value)) {
    const item = schema.getValueSchema();
    return value.map((element) => withoutSecrets(item, element));
  }
  if (typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  const secretPair = namesSecret(value);
  return Object.fromEntries(
    membersOf(schema, value)
      .filter(([, , member]) => member !== undefined && member !== null)
      .map(([name, memberSchema, member]) => [
        name,
        isSecretName(name) || (secretPair && /^value$/i.test(name))
          ? redacted
          : withoutSecrets(memberSchema, member),
      ]),
  );
}

function membersOf(schema: NormalizedSchema, value: object): [string, NormalizedSchema, unknown][] {
  if (schema.isStructSchema()) {
    const members = new Map(Object.entries(value));
    return [...schema.structIterator()].map(([name, member]) => [name, member, members.get(name)]);
  }
  if (schema.isMapSchema()) {
    const [key, item] = [schema.getKeySchema(), schema.getValueSchema()];
    return Object.entries(value).map(([name, member]) => [
      key.getMergedTraits().sensitive ? redacted : name,
      item,
      member,
    ]);
  }
  return [];
}

/** A tag, a dimension or an environment variable: `{ Key: 'DB_PASSWORD', Value: '...' }`. */
function namesSecret(value: object): boolean {
  const name = 'Key' in value ? value.Key : 'Name' in value ? value.Name : undefined;
  return typeof name === 'string' && isSecretName(name);
}
