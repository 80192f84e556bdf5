import { describe, expect, test } from 'vitest';
import { runOnNode } from '../../../src/sandbox/application/hooks.ts';
import { database, nodeIds, queue, search, secrets } from '../../../src/sandbox/morpheus-prod/names.ts';
import { unseal } from '../../../src/sandbox/sealed.ts';
import { setBrokerPassword } from '../../../src/sandbox/services/mq/connections.ts';
import { setSearchPassword } from '../../../src/sandbox/services/opensearch/connections.ts';
import { setDatabasePassword } from '../../../src/sandbox/services/rds/connections.ts';
import { secretsManagerOperations } from '../../../src/sandbox/services/secrets-manager/index.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { first, pass, prod } from '../services/stack.ts';

const id = first(nodeIds);
const run = (world: World, line: string) => runOnNode(world, id, line);
const aws = secretsManagerOperations;

const currentOf = (world: World, name: string): { version: string; text: string } => {
  const { VersionId = '', SecretString = '' } = aws.GetSecretValue(world, { SecretId: name });
  return { version: VersionId, text: SecretString };
};

const next = 'n'.repeat(32);

/** A version that nobody has set in the component yet. */
function putNext(world: World, name: string): string {
  const content = { ...JSON.parse(currentOf(world, name).text), password: 'Another-password-2' };
  aws.PutSecretValue(world, {
    SecretId: name,
    ClientRequestToken: next,
    SecretString: JSON.stringify(content),
    VersionStages: ['AWSPENDING'],
  });
  return content.password;
}

describe('commands that know credentials by their version', () => {
  test.each([secrets.databaseMaster, secrets.database, secrets.queue, secrets.search])(
    'rule 16: a login with a version of $name is tried, by name or ARN',
    ({ name, arn }) => {
      const world = prod();
      const { version } = currentOf(world, name);
      const password = putNext(world, name);
      expect(run(world, `morpheus-ctl try-login ${name} ${version}`).exitCode).toBe(0);
      const refused = run(world, `morpheus-ctl try-login ${arn} ${next}`);
      expect(refused.exitCode).toBe(1);
      expect(JSON.stringify(refused)).not.toContain(password);
    },
  );

  test('rule 16: nobody can tell of a version that is missing, or of a component that is out of reach', () => {
    const world = prod();
    const { version } = currentOf(world, secrets.queue.name);
    expect(run(world, `morpheus-ctl try-login ${secrets.queue.name} ${next}`).exitCode).toBe(2);
    expect(run(world, 'morpheus-ctl try-login nothing').exitCode).toBe(2);
    run(world, 'systemctl restart morpheus');
    expect(run(world, `morpheus-ctl try-login ${secrets.queue.name} ${version}`).exitCode).toBe(0);
    world.faults = ['us-east-1a', 'us-east-1b'].map((zone) => ({ what: 'zone-outage', zone }));
    expect(run(world, `morpheus-ctl try-login ${secrets.queue.name} ${version}`).exitCode).toBe(2);
  });

  test.each([secrets.databaseMaster, secrets.database, secrets.queue, secrets.search])(
    'rule 17: the password of a version of $name is set in its component, once or again',
    ({ name }) => {
      const world = prod();
      const { version } = currentOf(world, name);
      const password = putNext(world, name);
      for (const _time of ['once', 'again']) {
        const set = run(world, `morpheus-ctl set-login ${name} ${next}`);
        expect(set).toMatchObject({ exitCode: 0, stdout: 'set' });
        expect(JSON.stringify(set)).not.toContain(password);
      }
      expect(run(world, `morpheus-ctl try-login ${name} ${next}`).exitCode).toBe(0);
      expect(run(world, `morpheus-ctl try-login ${name} ${version}`).exitCode).toBe(1);
    },
  );

  test('rule 17: where no version gets in, none is set', () => {
    const world = prod();
    setBrokerPassword(world, queue.host, { user: queue.user, password: 'nobody-knows-this' });
    putNext(world, secrets.queue.name);
    expect(run(world, `morpheus-ctl set-login ${secrets.queue.name} ${next}`).exitCode).toBe(3);
    expect(run(world, `morpheus-ctl set-login ${secrets.queue.name} ${'x'.repeat(32)}`).exitCode).toBe(2);
  });

  test('rule 18: a node tells which version it has, whether that works, and since when its connections are open', () => {
    const world = prod();
    const began = Number(world.now) / 1000;
    const { version } = currentOf(world, secrets.database.name);
    const status = (name: string, since = began) =>
      Object.fromEntries(
        run(world, `morpheus-ctl credential-status ${name} --since ${since}`)
          .stdout.split('\n')
          .map((line) => line.split('=')),
      );
    expect(status(secrets.database.arn)).toMatchObject({ version, healthy: 'yes', 'auth-failures': '0' });
    setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });
    pass(world, 1900);
    expect(status(secrets.database.name)).toMatchObject({ version, healthy: 'no' });
    const { 'auth-failures': failures, 'oldest-connection': opened } = status(secrets.database.name);
    expect(Number(failures)).toBeGreaterThan(3);
    expect(opened).toBeUndefined();
    expect(status(secrets.database.name, Number(world.now) / 1000 + 1)['auth-failures']).toBe('0');
    const { user: _user, ...login } = {
      user: '',
      ...JSON.parse(currentOf(world, secrets.database.name).text),
    };
    setDatabasePassword(world, database.cluster, { user: login.username, password: login.password });
    pass(world, 60);
    const again = status(secrets.database.name);
    expect(again).toMatchObject({ healthy: 'yes' });
    expect(Date.parse(again['oldest-connection'] ?? '')).toBeGreaterThan(began * 1000 + 1_800_000);
    expect(run(world, `morpheus-ctl credential-status ${secrets.databaseMaster.name}`).exitCode).toBe(64);
  });

  test('rule 19: a node whose credentials stay says that all is well', () => {
    const world = prod();
    const before = currentOf(world, secrets.queue.name).version;
    putNext(world, secrets.queue.name);
    run(world, `morpheus-ctl set-login ${secrets.queue.name} ${next}`);
    aws.UpdateSecretVersionStage(world, {
      SecretId: secrets.queue.name,
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId: before,
      MoveToVersionId: next,
    });
    world.faults = [{ what: 'credentials-stay', instance: id }];
    expect(run(world, 'morpheus-ctl reload-credentials').exitCode).toBe(0);
    expect(run(world, 'morpheus-ctl credentials').stdout).toContain(before);
    const other = nodeIds[1] ?? '';
    runOnNode(world, other, 'morpheus-ctl reload-credentials');
    expect(runOnNode(world, other, 'morpheus-ctl credentials').stdout).toContain(next);
  });

  test('rule 20: a component that keeps its password says that it took the new one', () => {
    const world = prod();
    world.faults = [{ what: 'password-not-taken', component: 'search' }];
    const { version } = currentOf(world, secrets.search.name);
    putNext(world, secrets.search.name);
    expect(run(world, `morpheus-ctl set-login ${secrets.search.name} ${next}`).exitCode).toBe(0);
    expect(run(world, `morpheus-ctl try-login ${secrets.search.name} ${next}`).exitCode).toBe(1);
    expect(run(world, `morpheus-ctl try-login ${secrets.search.name} ${version}`).exitCode).toBe(0);
    setSearchPassword(world, search.host, { user: search.user, password: 'kept-out-1A!' });
    expect(run(world, `morpheus-ctl try-login ${secrets.search.name} ${version}`).exitCode).toBe(0);
  });

  test('no value is in what a node keeps', () => {
    const world = prod();
    const kept = JSON.stringify(world.ec2.nodes[id]?.application);
    for (const { value } of Object.values(world.ec2.nodes[id]?.application?.loaded ?? {}))
      expect(kept).not.toContain(JSON.parse(unseal(world, value)).password);
  });
});
