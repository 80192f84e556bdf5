import { expect, test } from 'vitest';
import { runOnNode } from '../../../src/sandbox/application/hooks.ts';
import { backupBucket } from '../../../src/sandbox/morpheus-prod/buckets.ts';
import { nodeIds, search } from '../../../src/sandbox/morpheus-prod/names.ts';
import { copyOfFileSystem, restoreFiles } from '../../../src/sandbox/services/efs/copies.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { first, pass, prod } from '../services/stack.ts';

const run = (world: World, line: string) => runOnNode(world, first(nodeIds), line);
const object = (key: string) => `s3://${backupBucket}/${key}`;

test('rule 21: restored files are moved to where the application looks, and a beacon is in every copy', () => {
  const world = prod();
  const state = first(world.efs.fileSystems);
  expect(run(world, 'morpheus-ctl files-beacon one').exitCode).toBe(0);
  expect(run(world, 'morpheus-ctl files-beacon "a b"').exitCode).toBe(64);
  const copy = copyOfFileSystem(world, state.fileSystem.FileSystemArn);
  if (copy === undefined) throw new Error('no copy');
  Object.assign(state.content, { files: 0, bytes: 0, filesPerHour: 0, beacons: [] });
  pass(world, 3600);
  restoreFiles(world, copy, state);
  expect(state.content.directories).toHaveLength(1);
  expect(run(world, 'morpheus-ctl files-adopt').stdout).toBe(`moved=${copy.files}`);
  expect(state.content).toMatchObject({
    files: copy.files,
    bytes: copy.bytes,
    newestFile: copy.newestFile,
    directories: [],
    beacons: [{ id: 'one' }],
  });
});

test('rule 22: queues come from definitions, documents from a snapshot, and what is not there is said', () => {
  const world = prod();
  expect(run(world, 'morpheus-ctl queue-facts').stdout).toBe('queues=3');
  delete first(world.mq.brokers).queues;
  expect(run(world, 'morpheus-ctl queue-facts').stdout).toBe('queues=0');
  const imported = run(world, `morpheus-ctl queue-import ${object('broker/definitions/2026-03-01.json')}`);
  expect(imported).toMatchObject({ exitCode: 0, stdout: 'queues=3' });
  expect(run(world, 'morpheus-ctl queue-facts').stdout).toBe('queues=3');
  expect(run(world, `morpheus-ctl queue-import ${object('nothing.json')}`).stderr).toContain('(404)');
  expect(run(world, 'morpheus-ctl queue-import nothing').exitCode).toBe(64);

  expect(run(world, 'morpheus-ctl search-facts').stdout).toMatch(
    /newest-document=2026-03-02T02:10:00\.000Z$/,
  );
  delete first(world.openSearch.domains).indexed;
  expect(run(world, 'morpheus-ctl search-facts').stdout).toBe('documents=0');
  expect(run(world, `morpheus-ctl search-restore ${object('search/snapshots/2026-03-01')}`).exitCode).toBe(0);
  expect(run(world, 'morpheus-ctl search-facts').stdout).toBe(
    'documents=48200000\nnewest-document=2026-03-01T02:15:00.000Z',
  );
  expect(run(world, `morpheus-ctl search-restore ${object('search/snapshots/never')}`).exitCode).toBe(1);
});

test('rule 23: a store that cannot be reached is told in the words of the connection', () => {
  const world = prod();
  world.openSearch.domains = [];
  expect(run(world, 'morpheus-ctl search-facts')).toMatchObject({
    exitCode: 1,
    stderr: `search: getaddrinfo ENOTFOUND ${search.host}`,
  });
  world.efs.mountTargets = [];
  expect(run(world, 'morpheus-ctl files-adopt').stderr).toMatch(/^files: mount\.nfs4/);
});
