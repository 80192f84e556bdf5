import { describe, expect, test } from 'vitest';
import { connectionsCut, endWatch, runOnNode } from '../../../src/sandbox/application/hooks.ts';
import { database, files, nodeIds, secrets } from '../../../src/sandbox/morpheus-prod/names.ts';
import { unseal } from '../../../src/sandbox/sealed.ts';
import { setDatabasePassword } from '../../../src/sandbox/services/rds/connections.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { first, pass, prod } from '../services/stack.ts';

const id = first(nodeIds);
const run = (world: World, line: string) => runOnNode(world, id, line);
const health = 'http://localhost:8080/health';

describe('commands on a node', () => {
  test('rule 1: a restart takes the application down and brings it back with everything read anew', () => {
    const world = prod();
    setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });
    expect(run(world, 'systemctl is-active morpheus')).toMatchObject({ exitCode: 0, stdout: 'active' });
    const { exitCode, seconds } = run(world, 'systemctl restart morpheus');
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(seconds).toBeLessThanOrEqual(40);
    expect(run(world, 'systemctl is-active morpheus')).toMatchObject({ exitCode: 3, stdout: 'activating' });
    expect(run(world, `curl -s ${health}`)).toMatchObject({ exitCode: 7 });
    pass(world, seconds + 0.1);
    expect(run(world, 'systemctl is-active morpheus').stdout).toBe('active');
    // What it loaded is what the secret has, and the database has another one: a node that starts without it says so at once.
    expect(run(world, `curl -s -o /dev/null -w %{http_code} ${health}`).stdout).toBe('503');
    expect(run(world, 'systemctl is-active nginx')).toMatchObject({ exitCode: 3, stdout: 'inactive' });
    expect(run(world, 'systemctl restart nginx').exitCode).toBe(5);
  });

  test('rule 2: credentials are listed by their versions, and no command shows a value', () => {
    const world = prod();
    const loaded = world.ec2.nodes[id]?.application?.loaded ?? {};
    const { stdout } = run(world, 'morpheus-ctl credentials');
    expect(stdout.split('\n')).toEqual(
      [secrets.database, secrets.queue, secrets.search].map(
        ({ name }) => `${name} ${loaded[name]?.versionId}`,
      ),
    );
    for (const { value } of Object.values(loaded)) {
      const { password } = JSON.parse(unseal(world, value));
      for (const verb of [
        'credentials',
        'reload-credentials',
        'pool',
        'recycle-pool',
        'db-write',
        'db-facts',
        '',
      ])
        expect(JSON.stringify(run(world, `morpheus-ctl ${verb}`))).not.toContain(password);
    }
  });

  test('rule 3: credentials can be loaded anew without a restart', () => {
    const world = prod();
    setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });
    const refused = run(world, 'morpheus-ctl reload-credentials');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/^database: ERROR 1045/);
  });

  test('rule 4: the pool tells its instance, its age, and whether it is read-only', () => {
    const world = prod();
    run(world, 'morpheus-ctl recycle-pool');
    pass(world, 7);
    expect(run(world, 'morpheus-ctl pool').stdout).toBe('instance=morpheus-prod-1 age=7s read-only=no');
    connectionsCut(world, 'morpheus-prod-1');
    expect(run(world, 'morpheus-ctl pool')).toMatchObject({
      exitCode: 1,
      stderr: 'database: ERROR 2013 (HY000): Lost connection to MySQL server during query',
    });
  });

  test('rule 5: a probe write goes over the pool, or over a connection of its own', () => {
    const world = prod();
    expect(run(world, 'morpheus-ctl db-write --pooled').stdout).toMatch(/^ok \d+ ms$/);
    setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });
    expect(run(world, 'morpheus-ctl db-write --pooled').exitCode).toBe(0);
    expect(run(world, 'morpheus-ctl db-write')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^ERROR 1045/),
    });
    connectionsCut(world, 'morpheus-prod-1');
    expect(run(world, 'morpheus-ctl db-write --pooled').stderr).toMatch(/^ERROR 2013/);
  });

  test('rule 6: what is in the database, and a mark in it', () => {
    const world = prod();
    expect(run(world, 'morpheus-ctl db-beacon before-the-drill').exitCode).toBe(0);
    const { stdout } = run(world, 'morpheus-ctl db-facts');
    expect(stdout).toMatch(/^cluster=morpheus-prod\nrows=\d+\nnewest-row=2026-03-02T02:10:00\.000Z\n/);
    expect(stdout).toContain('beacon=before-the-drill 2026-03-02T02:10:00.000Z');
    expect(run(world, 'morpheus-ctl db-beacon "; drop"').exitCode).toBe(64);
    const another = (host: string) => run(world, `morpheus-ctl db-facts --host ${host}`);
    expect(another(database.readerHost).stdout).toBe(run(world, 'morpheus-ctl db-facts').stdout);
    expect(another('nowhere.example.com').stderr).toContain(
      "Unknown MySQL server host 'nowhere.example.com'",
    );
  });

  test('rule 7: the health URL as the load balancer asks it', () => {
    const world = prod();
    expect(run(world, `curl -s -o /dev/null -w %{http_code} ${health}`)).toMatchObject({
      exitCode: 0,
      stdout: '200',
    });
    expect(run(world, `curl -fsS ${health}`).exitCode).toBe(0);
    world.faults.push({ what: 'node-unhealthy', instance: id, from: world.now });
    expect(run(world, `curl -s -o /dev/null -w '%{http_code}' ${health}`)).toMatchObject({
      exitCode: 0,
      stdout: '503',
    });
    expect(run(world, `curl -fsS ${health}`).exitCode).toBe(22);
    expect(run(world, 'curl http://localhost:9999/').exitCode).toBe(7);
  });

  test('rule 8: whether the file system is mounted', () => {
    const world = prod();
    expect(run(world, 'mountpoint /mnt/morpheus')).toMatchObject({
      exitCode: 0,
      stdout: '/mnt/morpheus is a mountpoint',
    });
    expect(run(world, 'df -h /mnt/morpheus').stdout).toContain('/mnt/morpheus');
    world.efs.mountTargets = [];
    expect(run(world, 'mountpoint -q /mnt/morpheus').exitCode).toBe(1);
    expect(run(world, 'df -h /mnt/morpheus').exitCode).toBe(1);
    expect(world.efs.fileSystems[0]?.fileSystem.FileSystemId).toBe(files.id);
  });

  test.each([
    ['true', 0, '', ''],
    ['false', 1, '', ''],
    ['echo "a  b" c # no more', 0, 'a  b c', ''],
    ['hostname', 0, 'ip-10-20-1-41.ec2.internal', ''],
    ['exit 3', 3, '', ''],
    ['false && echo no || echo yes; echo done', 0, 'yes\ndone', ''],
    ['true || echo no', 0, '', ''],
    ['/usr/bin/true', 0, '', ''],
    ['rm -rf /', 127, '', 'sh: rm: command not found'],
    ['toString', 127, '', 'sh: toString: command not found'],
    ['', 0, '', ''],
    ['# a comment', 0, '', ''],
  ])('rule 9: %s', (line, exitCode, stdout, stderr) => {
    expect(run(prod(), line)).toMatchObject({ exitCode, stdout, stderr });
  });

  test('rule 10: a watch tries both writes until its time is over, and prints rows of one outcome', () => {
    const world = prod();
    expect(run(world, 'morpheus-ctl db-watch --every 1s').exitCode).toBe(64);
    const begun = run(world, 'morpheus-ctl db-watch --every 1s --for 20s');
    expect(begun).toMatchObject({ exitCode: 0, stdout: '', seconds: 20 });
    pass(world, 4.5);
    connectionsCut(world, 'morpheus-prod-1');
    pass(world, 30);
    const rows = endWatch(world, id, begun.watch ?? '').split('\n');
    expect(rows).toContain('fresh ok 2026-03-02T02:10:00.000Z+31 2026-03-02T02:10:19.000Z+31 20');
    expect(rows).toContain('pooled ok 2026-03-02T02:10:00.000Z+4 2026-03-02T02:10:04.000Z+4 5');
    expect(rows).toContainEqual(expect.stringMatching(/^pooled 2013 2026-03-02T02:10:05\.000Z\+1000 /));
    expect(rows.at(-1)).toMatch(/^pooled ok .* 2026-03-02T02:10:19\.000Z\+4 \d+$/);
    expect(endWatch(world, id, begun.watch ?? '')).toBe('');
  });
});
