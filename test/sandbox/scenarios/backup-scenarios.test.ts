import { expect, test } from 'vitest';
import { volumes } from '../../../src/sandbox/cso-dev/names.ts';
import { backupBucket, recoveryBucket } from '../../../src/sandbox/morpheus-prod/buckets.ts';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { begin } from '../../../src/sandbox/scenario.ts';
import { backupOperations } from '../../../src/sandbox/services/backup/index.ts';
import { s3Operations } from '../../../src/sandbox/services/s3/index.ts';
import { scenario } from '../../helpers/scenario.ts';
import { pass, prod } from '../services/stack.ts';

test('definitions-not-copied: every export is there, and the recovery Region has none of the last six nights', async () => {
  const world = prod(11);
  await begin(world, scenario('definitions-not-copied'));
  const listed = (Bucket: string, Prefix: string) =>
    s3Operations.ListObjectsV2(world, { Bucket, Prefix }).Contents?.map(({ Key }) => Key) ?? [];
  expect(listed(backupBucket, 'broker/definitions/')).toHaveLength(8);
  expect(listed(recoveryBucket, 'broker/definitions/')).toEqual([
    'broker/definitions/2026-02-22.json',
    'broker/definitions/2026-02-23.json',
  ]);
  expect(listed(recoveryBucket, 'search/snapshots/')).toHaveLength(8);
});

test('untagged-volume: the next night no job fails, and none is of that volume', async () => {
  const world = newWorld({ seed: 11, environments: ['dev'] });
  await begin(world, scenario('untagged-volume'));
  const ByCreatedAfter = world.now;
  pass(world, 21 * 3600);
  const jobs = backupOperations.ListBackupJobs(world, { ByCreatedAfter }).BackupJobs;
  expect(jobs.map(({ State }) => State)).toEqual(Array(4).fill('COMPLETED'));
  const backedUp = jobs.map(({ ResourceArn = '' }) => ResourceArn.split(/[/:]/).at(-1));
  expect(backedUp).toContain(volumes.rabbitmqQueues[1]);
  expect(backedUp).not.toContain(volumes.rabbitmqQueues[0]);
});
