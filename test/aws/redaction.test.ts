import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSecretName,
  redact,
  redacted,
  redactPrinted,
  redactText,
  secretsIn,
} from '../../src/aws/redaction.ts';
import { everyOperation } from './every-operation.ts';

/** A structure with one member of every kind, and itself. */
const example: SchemaRef = [
  3,
  'test',
  'Example',
  0,
  ['Name', 'Password', 'Sealed', 'SealedBlock', 'When', 'Bytes', 'Settings', 'Tags', 'More'],
  [
    0,
    0,
    [0, 'test', 'Sealed', 8, 0],
    [() => [3, 'test', 'Block', 8, ['Inner'], [0]], 0],
    4,
    21,
    [2, 'test', 'Settings', 0, 0, 0],
    [1, 'test', 'Tags', 0, [3, 'test', 'Tag', 0, ['Key', 'Value'], [0, 0]]],
    [1, 'test', 'Examples', 0, () => example],
  ],
] as unknown as SchemaRef;

const secret = 'hunter2-hunter2';
const harmless = fc.string().filter((text) => !text.includes(secret));

const { exampleInput } = fc.letrec<{ exampleInput: object }>((tie) => ({
  exampleInput: fc.record(
    {
      Name: harmless,
      Password: fc.constant(secret),
      Sealed: fc.constant(secret),
      SealedBlock: fc.record({ Inner: fc.constant(secret) }),
      When: fc.date(),
      Bytes: fc.uint8Array(),
      Settings: fc
        .dictionary(fc.constantFrom('region', 'dbPassword', 'AUTH_TOKEN'), harmless)
        .map((settings) =>
          Object.fromEntries(
            Object.entries(settings).map(([name, value]) => [name, name === 'region' ? value : secret]),
          ),
        ),
      Tags: fc.array(
        fc.oneof(
          fc.record({ Key: fc.constant('DB_PASSWORD'), Value: fc.constant(secret) }),
          fc.record({ Key: fc.constant('team'), Value: harmless }),
        ),
      ),
      More: fc.array(tie('exampleInput'), { maxLength: 2 }),
      Unknown: fc.constant(secret),
    },
    { requiredKeys: [] },
  ),
}));

describe('redaction', () => {
  it('lets no secret through, whatever the input', () => {
    fc.assert(fc.property(exampleInput, (input) => !JSON.stringify(redact(example, input)).includes(secret)));
  });

  it('leaves the input as it is, and makes plain JSON', () => {
    fc.assert(
      fc.property(exampleInput, (input) => {
        const before = structuredClone(input);
        const output = redact(example, input);
        expect(input).toEqual(before);
        expect(JSON.parse(JSON.stringify(output))).toEqual(output);
      }),
    );
  });

  it('keeps what is no secret', () => {
    const input = {
      Name: 'app',
      When: new Date('2026-03-01T03:00:00Z'),
      Bytes: new Uint8Array(12),
      Settings: { region: 'eu-central-1' },
      Tags: [{ Key: 'team', Value: 'ops' }],
    };
    expect(redact(example, input)).toEqual({
      ...input,
      When: '2026-03-01T03:00:00.000Z',
      Bytes: '(12 bytes)',
    });
  });

  it('hides every sensitive member of every operation, at any depth', { timeout: 60_000 }, () => {
    let hidden = 0;
    for (const operation of everyOperation) {
      const { input, secrets } = filledIn(NormalizedSchema.of(operation.input), 4);
      hidden += secrets;
      const shown = JSON.stringify(redact(operation.input, input)) ?? '';
      expect([operation.action, shown.includes(secret)]).toEqual([operation.action, false]);
    }
    expect(hidden).toBeGreaterThan(50);
  });

  it.each([
    'Password',
    'MasterUserPassword',
    'SecretString',
    'UserData',
    'SessionToken',
    'authToken',
    'DB_PASSWORD',
    'PrivateKey',
  ])('takes %s for a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    'NextToken',
    'ClientToken',
    'SecretId',
    'SecretArn',
    'KeyName',
    'PasswordName',
    'AutoScalingGroupName',
  ])('takes %s for none', (name) => expect(isSecretName(name)).toBe(false));

  it('stands for an absent input with nothing', () => {
    expect(redact(example, undefined)).toBeUndefined();
    expect(redact(example, { Name: undefined })).toEqual({});
    expect(redact(example, { Password: 'x' })).toEqual({ Password: redacted });
  });
});

/** A value for a schema, with `secret` wherever the schema says that it is sensitive. */
function filledIn(schema: NormalizedSchema, depth: number): { input: unknown; secrets: number } {
  if (schema.getMergedTraits().sensitive)
    return { input: schema.isStringSchema() ? secret : { secret }, secrets: 1 };
  if (depth === 0) return { input: undefined, secrets: 0 };
  if (schema.isListSchema()) {
    const { input, secrets } = filledIn(schema.getValueSchema(), depth - 1);
    return { input: [input], secrets };
  }
  if (schema.isMapSchema()) {
    const { input, secrets } = filledIn(schema.getValueSchema(), depth - 1);
    const key = schema.getKeySchema().getMergedTraits().sensitive ? secret : 'key';
    return { input: { [key]: input }, secrets };
  }
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].map(
      ([name, member]) => [name, filledIn(member, depth - 1)] as const,
    );
    return {
      input: Object.fromEntries(members.map(([name, { input }]) => [name, input])),
      secrets: members.reduce((sum, [, { secrets }]) => sum + secrets, 0),
    };
  }
  return { input: 'plain', secrets: 0 };
}

describe('what AWS says of a secret that it was sent', () => {
  const password = String.raw`x"Y<z>&'p\q/é+k=w%9 ~Aa1`;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const decimal = (text: string) => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const formsOf = (text: string): Readonly<Record<string, string>> => ({
    plain: text,
    'in JSON': JSON.stringify(text).slice(1, -1),
    'in JSON within JSON': JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
    'in a URL': encodeURIComponent(text),
    'in a form': new URLSearchParams({ text }).toString().slice('text='.length),
    'in XML': text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    'in HTML': decimal(text),
    base64: base64(text),
    'base64 for URLs': Buffer.from(text).toString('base64url'),
    hex: Buffer.from(text).toString('hex'),
    'in capitals of hex': Buffer.from(text).toString('hex').toUpperCase(),
  });

  it.each(Object.keys(formsOf('')))('is without it: %s', (form) => {
    for (const member of ['password', 'token', 'pwd']) {
      const text = JSON.stringify({ username: 'morpheus', nested: { [member]: password } });
      const secrets = secretsIn(example, { Password: text });
      for (const sent of [password, text]) {
        const said = formsOf(sent)[form] ?? '';
        expect([member, redactText(`Value ${said} is not valid`, secrets)]).toEqual([
          member,
          `Value ${redacted} is not valid`,
        ]);
      }
    }
  });

  it('keeps what merely stands in a text that the schema hides, such as the value of a parameter', () => {
    const marker = JSON.stringify({ run: 'dr-drill-20260302-021000-abcd', password });
    const secrets = secretsIn(example, { Sealed: marker });
    const text = 'ENOSPC in runs/dr-drill-20260302-021000-abcd';
    expect(redactText(text, secrets)).toBe(text);
    expect(redactText(password, secrets)).toBe(redacted);
  });

  it('keeps the names that stand beside it', () => {
    const secrets = secretsIn(example, {
      Password: JSON.stringify({ username: 'morpheus-admin', host: 'db.example.com', password }),
    });
    const text = 'User morpheus-admin at db.example.com is locked';
    expect(redactText(text, secrets)).toBe(text);
  });
});

describe('a text from outside', () => {
  const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

  it('is left without the secrets that are known', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(redactText(`${before}${key}${after}${key}`, [key])).not.toContain(key);
      }),
    );
  });

  it.each([
    ['x-amz-security-token:FwoGcanary', 'x-amz-security-token: (redacted)'],
    ['"X-Amz-Security-Token": "FwoGcanary"', '"X-Amz-Security-Token: (redacted)'],
    [
      'Authorization=AWS4-HMAC-SHA256 Credential=AKIAcanary/x, Signature=canary',
      'Authorization: (redacted) Credential: (redacted) Signature: (redacted)',
    ],
    ['?X-Amz-Signature=canary', '?X-Amz-Signature: (redacted)'],
    ['AWS_SESSION_TOKEN=canary', 'AWS_SESSION_TOKEN: (redacted)'],
  ])('is left without what carries one: %s', (text, rest) => {
    expect(redactText(text, [])).toBe(rest);
  });

  it.each([
    'Signature expired: 20260301T030000Z is now earlier than 20260301T031500Z',
    "'AKIA' not a valid key=value pair (missing equal-sign) in Authorization header: ''.",
    'User: arn:aws:sts::111122223333:assumed-role/oncall/ann is not authorized to perform: ec2:DescribeImages',
  ])('keeps its sense: %s', (text) => {
    expect(redactText(text, ['test', ''])).toBe(text);
  });
});

describe('what a command on a node printed', () => {
  it.each([
    ['+ mysql -h db --password=hunter2-hunter2 -e', '+ mysql -h db --password=(redacted) -e'],
    ['PGPASSWORD=hunter2-hunter2 psql', 'PGPASSWORD=(redacted) psql'],
    ['{"user":"a","password": "hunter2 hunter2"}', '{"user":"a","password": (redacted)}'],
    ["Access denied, token: 'hunter2-hunter2'", 'Access denied, token: (redacted)'],
    ['+ curl -u morpheus:hunter2-hunter2 https://mq', '+ curl -u morpheus:(redacted) https://mq'],
    [
      'cannot reach amqps://morpheus:hunter2@hunter2@mq:5671/x',
      'cannot reach amqps://morpheus:(redacted)@mq:5671/x',
    ],
    ['--password hunter2-hunter2 --host x', '--password (redacted) --host x'],
  ])('is left without what has the look of a secret: %s', (text, rest) => {
    expect(redactPrinted(text)).toBe(rest);
  });

  it.each([
    'ERROR 1045 (28000): Access denied for user morpheus@10.20.1.7 (using password: YES)',
    'cannot reach https://mq.example.com:15671/api: timeout',
    'snapshot s3://backups/2026 is missing',
  ])('keeps its sense: %s', (text) => {
    expect(redactPrinted(text)).toBe(text);
  });
});
