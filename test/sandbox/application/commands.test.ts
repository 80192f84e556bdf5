import { describe, expect, test } from 'vitest';
import { connectionsCut, endWatch, runOnNode } from '../../../src/sandbox/application/hooks.ts';
import {
  database,
  files,
  nodeIds,
  secrets,
  securityGroups,
  subnetIds,
  templateId,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { unseal } from '../../../src/sandbox/sealed.ts';
import { instances } from '../../../src/sandbox/services/ec2/instances.ts';
import { writeBeacon } from '../../../src/sandbox/services/efs/content.ts';
import { copyOfFileSystem, restoreFiles } from '../../../src/sandbox/services/efs/copies.ts';
import { findFileSystem, knownFileSystem } from '../../../src/sandbox/services/efs/find.ts';
import { efsOperations as efs } from '../../../src/sandbox/services/efs/index.ts';
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
    ['echo on; exit 0; echo no', 0, 'on', ''],
    ['true || exit 4; echo on', 0, 'on', ''],
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

  describe('of another file system', () => {
    /** A restored file system with a mount target in the node's zone. */
    function restored(world: World, SecurityGroups: string[] = [securityGroups.restoreTestFiles]) {
      const copy = copyOfFileSystem(world, files.arn);
      const { FileSystemId = '' } = efs.CreateFileSystem(world, { CreationToken: 'restored' });
      const state = findFileSystem(world, FileSystemId);
      if (copy === undefined || state === undefined) throw new Error('nothing to restore');
      restoreFiles(world, copy, state);
      pass(world, 10);
      const { IpAddress = '', MountTargetId } = efs.CreateMountTarget(world, {
        FileSystemId,
        SubnetId: first(subnetIds),
        SecurityGroups,
      });
      pass(world, 120);
      return { FileSystemId, IpAddress, MountTargetId, files: copy.files };
    }

    test('rule 12: it is mounted by the address of a mount target or by its name, read-only', () => {
      const world = prod();
      const { FileSystemId, IpAddress } = restored(world);
      const name = `${FileSystemId}.efs.us-east-1.amazonaws.com`;
      expect(run(world, `mount -t nfs4 -o nfsvers=4.1,ro ${IpAddress}:/ /mnt/x`).exitCode).toBe(0);
      expect(run(world, `mount -t nfs4 -o ro ${name}:/ /mnt/x`)).toMatchObject({
        exitCode: 32,
        stderr: 'mount.nfs4: /mnt/x is busy or already mounted',
      });
      expect(run(world, `mount -t nfs4 -o ro ${name}:/ /mnt/y`).exitCode).toBe(0);
      expect(run(world, `mount -t nfs4 ${IpAddress}:/ /mnt/z`).exitCode).toBe(1);
    });

    test('rule 12: nobody is let in by groups that do not', () => {
      const world = prod();
      const { IpAddress } = restored(world, [securityGroups.restoreTest]);
      expect(run(world, `mount -t nfs4 -o ro ${IpAddress}:/ /mnt/x`)).toMatchObject({
        exitCode: 32,
        stderr: 'mount.nfs4: Connection timed out',
        seconds: 30,
      });
    });

    test('rule 13: it is told of and unmounted, by force where nobody is on the other side', () => {
      const world = prod();
      const { IpAddress, MountTargetId } = restored(world);
      run(world, `mkdir -p /mnt/x && mount -t nfs4 -o ro ${IpAddress}:/ /mnt/x`);
      expect(run(world, 'mountpoint /mnt/x').stdout).toBe('/mnt/x is a mountpoint');
      efs.DeleteMountTarget(world, { MountTargetId });
      expect(run(world, 'umount /mnt/x').stderr).toBe('umount: /mnt/x: target is busy.');
      expect(run(world, 'umount -f -l /mnt/x').exitCode).toBe(0);
      expect(run(world, 'mountpoint -q /mnt/x').exitCode).toBe(1);
      expect(run(world, 'umount -l /mnt/x').exitCode).toBe(32);
      expect(run(world, 'mountpoint -q /mnt/morpheus').exitCode).toBe(0);
    });

    test('rule 14: what lies below it', () => {
      const world = prod();
      const { IpAddress } = restored(world);
      run(world, `mount -t nfs4 -o ro ${IpAddress}:/ /mnt/x`);
      const { stdout: directory } = run(world, 'ls /mnt/x');
      expect(directory).toMatch(/^aws-backup-restore_2026-03-02T02-10-00-000Z$/);
      expect(run(world, `ls /mnt/x/${directory}`).stdout).toBe('morpheus');
      expect(run(world, `stat /mnt/x/${directory}/morpheus`).exitCode).toBe(0);
      expect(run(world, 'stat /mnt/x/morpheus')).toMatchObject({
        exitCode: 1,
        stderr: "stat: cannot access '/mnt/x/morpheus': No such file or directory",
      });
      expect(run(world, 'ls /mnt/y').exitCode).toBe(2);
    });

    test('rule 15: the facts of it, with nothing left mounted', () => {
      const world = prod();
      writeBeacon(world, knownFileSystem(world, files.id), 'before-the-test');
      const { IpAddress, files: count } = restored(world);
      const { stdout, exitCode } = run(world, `morpheus-ctl files-facts --address ${IpAddress} --at /mnt/x`);
      expect(exitCode).toBe(0);
      expect(stdout.split('\n')).toEqual([
        'directory=aws-backup-restore_2026-03-02T02-10-00-000Z',
        `files=${count}`,
        expect.stringMatching(/^bytes=\d+$/),
        'newest-file=2026-03-02T02:10:00.000Z',
        'beacon=before-the-test 2026-03-02T02:10:00.000Z',
      ]);
      expect(run(world, 'mountpoint -q /mnt/x').exitCode).toBe(1);
      expect(run(world, 'morpheus-ctl files-facts --at /mnt/x').exitCode).toBe(1);
      run(world, `mount -t nfs4 -o ro ${IpAddress}:/ /mnt/x`);
      expect(run(world, 'morpheus-ctl files-facts --at /mnt/x').stdout).toBe(stdout);
      expect(run(world, 'morpheus-ctl files-facts').exitCode).toBe(64);
    });
  });

  test('rule 11: an instance of no fleet has the tool of its image, and no application', () => {
    const world = prod();
    const node = first(
      instances.RunInstances(world, {
        MinCount: 1,
        MaxCount: 1,
        LaunchTemplate: { LaunchTemplateId: templateId },
        SubnetId: first(subnetIds),
      }).Instances,
    );
    pass(world, 90);
    const on = (line: string) => runOnNode(world, node.InstanceId ?? '', line);
    expect(on(`morpheus-ctl db-facts --host ${database.host}`).stdout).toMatch(
      /^cluster=morpheus-prod\nrows=\d+/,
    );
    expect(on('morpheus-ctl pool')).toMatchObject({
      exitCode: 1,
      stderr: 'morpheus-ctl: morpheus does not run here',
    });
    setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });
    expect(on(`morpheus-ctl db-facts --host ${database.host}`).stderr).toMatch(/^ERROR 1045/);
    expect(world.ec2.nodes[node.InstanceId ?? '']?.application).toBeUndefined();
    if (world.ec2.nodes[node.InstanceId ?? ''] !== undefined) world.ec2.software = {};
    expect(on('morpheus-ctl db-facts').exitCode).toBe(127);
  });
});
