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
/** Shorter ones are an emulator's, and may be any word. No service takes a shorter password. */
const shortestSecret = 8;

/** A text from outside without the parts of a request that let others sign, and without `secrets`. */
export const redactText = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter(({ length }) => length >= shortestSecret)
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(inAnyCase(secret), redacted), text.replace(signedRequest, ''))
    .replaceAll(namedSecret, `$1: ${redacted}`);

/** MySQL's `(using password: YES)` is none. `mysql --password=x`, `PGPASSWORD=x`, `"token": "x"`, `curl -u user:x`, `amqps://user:x@host`. */
const printedSecret: readonly (readonly [shape: RegExp, rest: string])[] = [
  [
    /((?:passw(?:or)?d|passphrase|pwd|secret|credential|token|api[-_]?key|private[-_]?key)["']?(?:\s*[=:]\s*|\s+(?=["'])))(?!(?:yes|no)\b)(?:"[^"]*"|'[^']*'|\S+)/gi,
    `$1${redacted}`,
  ],
  [/(--?passw(?:or)?d?\s+)\S+/gi, `$1${redacted}`],
  [/(\s(?:-u|--user)[\s=]+["']?[^\s:"']+:)[^\s"']+/gi, `$1${redacted}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/]+(?=@)/gi, `$1${redacted}`],
];

/** What a command on a node printed: its values are not known here, so what has the look of one goes. */
export const redactPrinted = (text: string): string =>
  printedSecret.reduce((rest, [shape, left]) => rest.replaceAll(shape, left), redactText(text, []));

/** An escape may be written in capitals or not. */
const inAnyCase = (text: string): RegExp =>
  new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'gi');

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

/**
 * The texts in `input` that `redact` hides: AWS's errors may repeat what was sent, or a part of it. So of a secret that is JSON itself
 * the texts in it are some, too, and of each the forms that it has within JSON, XML, HTML and URLs, in base64 and in hex.
 */
export function secretsIn(schema: SchemaRef, input: unknown): readonly string[] {
  const found: string[] = [];
  collect(NormalizedSchema.of(schema), input, found);
  return [...new Set(found.flatMap(formsOf))];
}

function collect(schema: NormalizedSchema, value: unknown, found: string[]): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'string' && schema.getMergedTraits().sensitive)
    found.push(value, ...textsInside(value, isSecretName));
  if (schema.isListSchema() && Array.isArray(value)) {
    for (const element of value) collect(schema.getValueSchema(), element, found);
    return;
  }
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return;
  const secretPair = namesSecret(value);
  for (const [name, memberSchema, member] of membersOf(schema, value)) {
    if (typeof member === 'string' && (isSecretName(name) || (secretPair && /^value$/i.test(name))))
      found.push(member, ...textsInside(member, (field) => !besidePassword.has(field)));
    else collect(memberSchema, member, found);
  }
}

/** What stands beside a password and is none. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html */
const besidePassword = new Set([
  'dbClusterIdentifier',
  'dbInstanceIdentifier',
  'dbname',
  'engine',
  'host',
  'masterarn',
  'username',
]);

/**
 * Under which name a secret has its password is up to whoever made it, so in what is sent as one every text counts whose name does not say
 * that it is none. What the schema merely hides, such as the value of any parameter, may hold ids that an error has to tell.
 */
function textsInside(text: string, isOne: (field: string) => boolean): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return [];
  }
  return leavesOf(content, isOne);
}

function leavesOf(content: unknown, isOne: (field: string) => boolean): readonly string[] {
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([name, member]) => {
    if (typeof member !== 'string') return leavesOf(member, isOne);
    return isOne(name) ? [member] : [];
  });
}

function formsOf(text: string): readonly string[] {
  const inJson = escapedInJson(text);
  const inXml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const numbered = (base: 10 | 16) =>
    text.replaceAll(
      /[<>&"']/g,
      (letter) => `&#${base === 16 ? 'x' : ''}${letter.charCodeAt(0).toString(base)};`,
    );
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(String.fromCharCode(...bytes));
  // Half a surrogate pair would throw.
  const inUrl = encodeURIComponent(new TextDecoder().decode(bytes));
  return [
    text,
    inJson,
    escapedInJson(inJson),
    inXml,
    inXml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    numbered(10),
    numbered(16),
    inUrl,
    new URLSearchParams({ text }).toString().slice('text='.length),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  ];
}

const escapedInJson = (text: string): string => JSON.stringify(text).slice(1, -1);
