import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import { type CliEnd, type CliUser, cliUser } from '../helpers/cli.ts';
import { placesWith, secretsIn } from '../helpers/secrets-in-world.ts';

const rotate = (...more: string[]) => [
  'run',
  'rotate-secrets',
  '--sandbox',
  ...more,
  '--secret',
  'queue',
  '--soak',
  '10s',
  '--yes',
  '--reason',
  'a test',
];

/** Every file below the user's folder: journals, locks, worlds, whatever else a run leaves on disk. */
function filesOf({ folder }: CliUser): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );
}

async function expectNothingSaid(user: CliUser, ...ends: readonly CliEnd[]): Promise<void> {
  const files = filesOf(user);
  const world = Object.entries(files).find(([path]) => path.endsWith('world.json'))?.[1] ?? '';
  const secrets = await secretsIn(world);
  expect(secrets.length).toBeGreaterThan(20);
  const printed = Object.fromEntries(
    ends.flatMap(({ stdout, stderr }, index) => [
      [`standard output ${index}`, stdout],
      [`standard error ${index}`, stderr],
    ]),
  );
  expect(placesWith(secrets, { ...files, ...printed })).toEqual([]);
}

const debug = { DEBUG: '*', NODE_DEBUG: 'http,https,net,fetch' };

describe('not a byte that a process leaves holds a secret', () => {
  test('on success, with debug output on, in lines and as JSON', async () => {
    const user = cliUser();
    const end = await user.run([...rotate(), '--verbose', '--json'], debug);
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(end.stdout)).toMatchObject({ outcome: 'succeeded' });
    expect(end.stderr.length).toBeGreaterThan(1000);
    await expectNothingSaid(user, end, await user.run(['runs', 'show', 'last', '--json']));
  });

  test('after a failure that was undone', async () => {
    const user = cliUser();
    const end = await user.run([...rotate('node-keeps-credential'), '--verbose'], debug);
    expect(end.code, end.stderr).toBe(6);
    await expectNothingSaid(user, end);
  });

  test('killed between set and promote, looked at, and gone on with', async () => {
    const user = cliUser();
    const running = user.start([...rotate(), '--verbose', '--pace', '30'], debug);
    await running.printed('Give the component the new password of queue — by command');
    running.process.kill('SIGKILL');
    await expectNothingSaid(user, await running.end);
    const resumed = await user.run(['resume', 'last', '--yes', '--reason', 'a test'], debug);
    expect(resumed.code, resumed.stderr).toBe(0);
    await expectNothingSaid(user, resumed);
  });
});

test('runbook show --env prints the policy with the ARNs of the secrets, and nothing else', async () => {
  const user = cliUser();
  // JSON is YAML as well.
  const config = { environments: { prod: morpheusProdEnvironment } };
  writeFileSync(join(user.folder, 'runbook.yaml'), JSON.stringify(config));
  const { code, stdout, stderr } = await user.run(['show', 'rotate-secrets', '--env', 'prod']);
  expect(code, stderr).toBe(0);
  const { Statement } = JSON.parse(stdout) as { Statement: { Action: string[]; Resource: string[] }[] };
  const read = Statement.find(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
  expect(read?.Resource).toHaveLength(4);
  for (const arn of read?.Resource ?? [])
    expect(arn).toMatch(/^arn:aws:secretsmanager:us-east-1:111122223333:secret:/);
  const unknown = await user.run(['show', 'rotate-secrets', '--env', 'nowhere']);
  expect(unknown.code).toBe(2);
});
