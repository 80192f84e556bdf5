import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { passwordIn, userIn, withPassword } from '../../src/aws/login-in-secret.ts';
import { setBrokerUserPassword } from '../../src/aws/mq.ts';
import { setSearchMasterPassword } from '../../src/aws/opensearch.ts';
import { setMasterPassword } from '../../src/aws/rds.ts';
import { reveal, SecretValue } from '../../src/aws/secret-value.ts';
import { getSecretValue, putPending } from '../../src/aws/secrets-manager.ts';
import { cannedAws, jsonAnswer, jsonError, queryError } from './canned-aws.ts';

const canary = 'canary-<7f3>&"9c2!';
const secret = new SecretValue(canary);

test('whatever is printed or written of a secret is [secret]', () => {
  const cause = new Error('broken', { cause: secret });
  const shown = [
    String(secret),
    `${secret}`,
    `a ${secret as unknown as string} b`,
    JSON.stringify({ secret, list: [secret] }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true, getters: true }),
    inspect(cause, { showHidden: true }),
    `${Object.entries(secret)} ${Object.getOwnPropertyNames(secret)} ${JSON.stringify({ ...secret })}`,
    String(structuredCloned(secret)),
  ];
  expect(shown.slice(0, 2)).toEqual(['[secret]', '[secret]']);
  for (const text of shown) expect(text).not.toContain('canary');
  expect(reveal(secret)).toBe(canary);
});

const structuredCloned = (value: object): string => JSON.stringify(structuredClone(value));

test('a login gets another password, and where two take turns another user; what else it holds stays', () => {
  const login = (user: string) =>
    new SecretValue(JSON.stringify({ engine: 'mysql', username: user, password: 'old' }));
  const one = withPassword(login('app'), secret, { field: 'password' });
  expect(JSON.parse(reveal(one))).toEqual({ engine: 'mysql', username: 'app', password: canary });
  const other = withPassword(login('app'), secret, { field: 'password', users: 'alternating' });
  expect(userIn(other, { field: 'password' })).toBe('app_clone');
  const back = withPassword(other, secret, { field: 'password', users: 'alternating' });
  expect(userIn(back, { field: 'password' })).toBe('app');
  expect(reveal(passwordIn(back, { field: 'password' }))).toBe(canary);
  expect(reveal(withPassword(login('app'), secret, {}))).toBe(canary);
});

test.each(['no JSON: canary-1', '["canary-1"]', '{"password":7,"k":"canary-1"}', '{"other":"canary-1"}'])(
  'a secret that is no login is refused without a word of it: %s',
  (text) => {
    expect(() => passwordIn(new SecretValue(text), { field: 'password' })).toThrow(/does not hold/);
    try {
      passwordIn(new SecretValue(text), { field: 'password' });
    } catch (error) {
      expect(inspect(error, { showHidden: true })).not.toContain('canary');
    }
  },
);

const login = new SecretValue(JSON.stringify({ username: 'app', password: canary }));
const inJson = JSON.stringify(canary).slice(1, -1);

/** What AWS says repeats the password as it was sent, within JSON and as XML has it. */
test.each<[what: string, send: (aws: ReturnType<typeof cannedAws>) => Promise<unknown>, isQuery?: true]>([
  [
    'PutSecretValue',
    (aws) => putPending(aws.changing(putPending), { secret: 'arn', version: 'v'.repeat(32), value: login }),
  ],
  ['ModifyDBCluster', (aws) => setMasterPassword(aws.changing(setMasterPassword), 'morpheus', secret), true],
  [
    'UpdateUser',
    (aws) =>
      setBrokerUserPassword(aws.changing(setBrokerUserPassword), {
        broker: 'b-1',
        user: 'app',
        password: secret,
      }),
  ],
  [
    'UpdateDomainConfig',
    (aws) =>
      setSearchMasterPassword(aws.changing(setSearchMasterPassword), {
        domain: 'logs',
        user: 'app',
        password: secret,
      }),
  ],
])('%s leaves no password in its record or its error, though AWS repeats it', async (_, send, isQuery) => {
  const text = `The value ${canary} of ${reveal(login)} and ${inJson} is not valid`;
  const aws = cannedAws(() =>
    isQuery
      ? queryError('InvalidParameterValue', text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))
      : jsonError('ValidationException', text),
  );
  const error: unknown = await send(aws).catch((reason: unknown) => reason);
  expect(String(error)).toContain('is not valid');
  for (const left of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(aws.records)])
    expect(left).not.toMatch(/canary|7f3|9c2/);
  expect(aws.records).toHaveLength(1);
});

test('an answer with a secret that cannot be read is not quoted', async () => {
  const aws = cannedAws(() => ({ ...jsonAnswer({}), body: canary }), {
    maxAttempts: 1,
  });
  const error: unknown = await getSecretValue(aws.changing(getSecretValue), 'arn', 'v'.repeat(32)).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary|7f3|9c2/);
});
