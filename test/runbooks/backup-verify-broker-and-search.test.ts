import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { backupBucket, recoveryBucket } from '../../src/sandbox/morpheus-prod/buckets.ts';
import { keys, recoveryKeys, recoveryRegion } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { mqOperations } from '../../src/sandbox/services/mq/index.ts';
import { openSearchOperations } from '../../src/sandbox/services/opensearch/index.ts';
import type { ObjectVersion } from '../../src/sandbox/services/s3/state.ts';
import { elsewhere } from '../../src/sandbox/world.ts';
import { foundOf, inspecting, notPassed } from '../helpers/inspection.ts';
import { runIn } from '../helpers/sandbox-run.ts';

const bucketIn = ({ world }: Sandbox, name: string) => {
  const bucket = world.s3.buckets.find((each) => each.name === name);
  if (bucket === undefined) throw new Error(`no bucket ${name}`);
  return bucket;
};

/** Keeps what the condition holds for, of what was saved below the prefix. */
function keep(sandbox: Sandbox, name: string, prefix: string, holds: (object: ObjectVersion) => boolean) {
  const bucket = bucketIn(sandbox, name);
  bucket.versions = bucket.versions.filter((object) => !object.key.startsWith(prefix) || holds(object));
}

const savedBefore = (day: string) => (object: ObjectVersion) =>
  object.lastModified < new Date(`${day}T00:00:00Z`);

const newestOf = (sandbox: Sandbox, name: string, prefix: string): ObjectVersion => {
  const found = bucketIn(sandbox, name)
    .versions.filter(({ key }) => key.startsWith(prefix))
    .at(-1);
  if (found === undefined) throw new Error(`nothing below ${prefix}`);
  return found;
};

const definitions = 'broker/definitions/';
const snapshots = 'search/snapshots/';
const asAlways = { 'snapshots: newest copy': 'warn' };

describe('a broker', () => {
  test.each<[what: string, expected: object, prepare: (sandbox: Sandbox) => void]>([
    [
      'the copies stopped, and nobody noticed',
      { 'definitions: copies': 'fail', 'definitions: newest copy': 'fail' },
      (sandbox) => keep(sandbox, recoveryBucket, definitions, savedBefore('2026-02-24')),
    ],
    [
      'nothing is saved any more',
      { 'definitions: newest': 'fail', 'definitions: series': 'fail', 'definitions: newest copy': 'fail' },
      (sandbox) => {
        for (const bucket of [backupBucket, recoveryBucket])
          keep(sandbox, bucket, definitions, savedBefore('2026-02-27'));
      },
    ],
    [
      'nothing was ever saved',
      { 'definitions: newest': 'fail', 'definitions: newest copy': 'fail' },
      (sandbox) => {
        for (const bucket of [backupBucket, recoveryBucket]) keep(sandbox, bucket, definitions, () => false);
      },
    ],
    [
      'one night is missing, and older ones were deleted',
      { 'definitions: series': 'fail', 'definitions: reach': 'warn' },
      (sandbox) =>
        keep(
          sandbox,
          backupBucket,
          definitions,
          (object) => !savedBefore('2026-02-25')(object) && !object.key.includes('2026-02-27'),
        ),
    ],
    [
      'the newest export is empty',
      { 'definitions: newest': 'fail', 'definitions: series': 'fail', 'definitions: incomplete': 'warn' },
      (sandbox) => Object.assign(newestOf(sandbox, backupBucket, definitions), { size: 0 }),
    ],
    [
      'the newest export holds little, and so does its copy',
      { 'definitions: size': 'warn' },
      (sandbox) => {
        for (const bucket of [backupBucket, recoveryBucket])
          Object.assign(newestOf(sandbox, bucket, definitions), { size: 40 });
      },
    ],
    [
      'a copy holds less than its source',
      { 'definitions: copy sizes': 'fail' },
      (sandbox) => Object.assign(newestOf(sandbox, recoveryBucket, definitions), { size: 40 }),
    ],
    [
      'the bucket deletes the newest before the next can be there',
      { 'definitions: expiry': 'fail' },
      (sandbox) =>
        Object.assign(newestOf(sandbox, backupBucket, definitions), {
          headers: { Expiration: 'expiry-date="Mon, 02 Mar 2026 03:00:00 GMT", rule-id="old"' },
        }),
    ],
    [
      'a bucket keeps no versions',
      { 'definitions: bucket in us-west-2': 'warn' },
      (sandbox) => {
        bucketIn(sandbox, recoveryBucket).versioning = 'Suspended';
      },
    ],
    [
      'the bucket of the copies lies in the Region that may be lost',
      { 'definitions: bucket in us-west-2': 'fail', 'definitions: copies': 'fail' },
      (sandbox) => Object.assign(bucketIn(sandbox, recoveryBucket), { region: 'us-east-1' }),
    ],
    [
      'the bucket is gone',
      { 'definitions: bucket in us-east-1': 'fail', 'definitions: newest': 'fail' },
      (sandbox) => {
        sandbox.world.s3.buckets = sandbox.world.s3.buckets.filter(({ name }) => name !== backupBucket);
      },
    ],
    [
      'the copies are encrypted with a key that nobody can use',
      { 'definitions: key in us-west-2': 'fail' },
      (sandbox) => sandbox.inject({ what: 'key-disabled', key: recoveryKeys.backup }),
    ],
    [
      'the copies are encrypted with a key of the Region that may be lost',
      { 'definitions: key in us-west-2': 'fail' },
      (sandbox) => {
        bucketIn(sandbox, recoveryBucket).encryption = {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keys.backup },
        };
      },
    ],
    [
      "the broker's own key is disabled",
      { 'key in us-east-1': 'fail' },
      (sandbox) => sandbox.inject({ what: 'key-disabled', key: keys.queue }),
    ],
    [
      'a new revision waits for a reboot',
      { configuration: 'warn' },
      ({ world }) => {
        const [broker] = world.mq.brokers;
        const { Id = '' } = broker?.described.Configurations.Current ?? {};
        mqOperations.UpdateConfiguration(world, {
          ConfigurationId: Id,
          Data: Buffer.from('heartbeat = 30\n').toString('base64'),
        });
        mqOperations.UpdateBroker(world, {
          BrokerId: broker?.described.BrokerId,
          Configuration: { Id, Revision: 2 },
        });
      },
    ],
    [
      'the configuration was changed and the broker still runs the old one',
      { configuration: 'warn' },
      ({ world }) => {
        const [broker] = world.mq.brokers;
        mqOperations.UpdateConfiguration(world, {
          ConfigurationId: broker?.described.Configurations.Current?.Id,
          Data: Buffer.from('heartbeat = 30\n').toString('base64'),
        });
      },
    ],
    [
      'the configuration in the recovery Region says something else',
      { 'configuration in us-west-2': 'fail' },
      ({ world }) => {
        const there = elsewhere(world, recoveryRegion);
        mqOperations.UpdateConfiguration(there, {
          ConfigurationId: there.mq.configurations[0]?.configuration.Id,
          Data: Buffer.from('heartbeat = 30\n').toString('base64'),
        });
      },
    ],
    [
      'there is no configuration in the recovery Region',
      { 'configuration in us-west-2': 'fail' },
      ({ world }) => {
        elsewhere(world, recoveryRegion).mq.configurations = [];
      },
    ],
    [
      'its version is offered no more, and the recovery configuration is for another one',
      { 'engine version': 'fail', 'configuration in us-west-2': 'fail' },
      ({ world }) => {
        for (const { described } of world.mq.brokers) described.EngineVersion = '3.9.27';
      },
    ],
  ])('%s', async (_what, expected, prepare) => {
    const run = await inspecting({ prepare }, { component: 'queue' });
    const fails = Object.values(expected).includes('fail');
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe(fails ? 'failed' : 'succeeded');
    const found = notPassed(run, 'queue');
    expect(found).toMatchObject(expected);
    if (!fails) expect(found).toEqual(expected);
  });

  test('that is gone', async () => {
    const run = await inspecting(
      {
        prepare: ({ world }) => {
          world.mq.brokers = [];
        },
      },
      { component: 'queue' },
    );
    expect(run.end.state.error?.code).toBe('RESOURCE_MISSING');
  });
});

describe('a search domain', () => {
  test.each<[what: string, expected: object, prepare: (sandbox: Sandbox) => void]>([
    [
      'it has been red for more than 36 hours',
      { 'automated snapshots': 'fail' },
      (sandbox) => {
        const from = new Date(sandbox.world.now.getTime() - 40 * 3_600_000);
        for (const zone of ['us-east-1a', 'us-east-1b'])
          sandbox.world.faults.push({ what: 'zone-outage', zone, from });
        sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 6 * 60_000));
      },
    ],
    [
      'CloudWatch says nothing of its snapshots',
      { 'automated snapshots': 'warn' },
      ({ world }) => {
        for (const name of Object.keys(world.cloudWatch.series))
          if (name.includes('AutomatedSnapshotFailure')) delete world.cloudWatch.series[name];
      },
    ],
    [
      'its version is not offered any more',
      { 'engine version': 'fail' },
      ({ world }) => {
        for (const { described } of world.openSearch.domains) described.EngineVersion = 'OpenSearch_0.9';
      },
    ],
    [
      'a snapshot of many files has a copy of some of them',
      { 'snapshots: copy sizes': 'fail' },
      (sandbox) => {
        const newest = newestOf(sandbox, backupBucket, snapshots);
        const more = { ...newest, key: newest.key.replace('index-0', 'indices/0/0'), size: 5000 };
        bucketIn(sandbox, backupBucket).versions.push(more);
      },
    ],
    [
      'its configuration was changed since it was saved',
      { 'configuration: newest': 'fail' },
      ({ world }) => {
        openSearchOperations.UpdateDomainConfig(world, {
          DomainName: 'morpheus-logs',
          SnapshotOptions: { AutomatedSnapshotStartHour: 3 },
        });
      },
    ],
    [
      'the copy of its configuration is missing',
      { 'configuration: copies': 'fail' },
      (sandbox) => keep(sandbox, recoveryBucket, 'search/configuration/', () => false),
    ],
    [
      'its configuration was never saved',
      { 'configuration: newest': 'fail' },
      (sandbox) => keep(sandbox, backupBucket, 'search/configuration/', () => false),
    ],
  ])('%s', async (_what, expected, prepare) => {
    const run = await inspecting({ prepare }, { component: 'search' });
    const fails = Object.values(expected).includes('fail');
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe(fails ? 'failed' : 'succeeded');
    expect(notPassed(run, 'search')).toMatchObject({ ...asAlways, ...expected });
  });

  test('that is gone', async () => {
    const run = await inspecting(
      {
        prepare: ({ world }) => {
          world.openSearch.domains = [];
        },
      },
      { component: 'search' },
    );
    expect(run.end.state.error?.code).toBe('RESOURCE_MISSING');
  });
});

test('without copies only what is here is asked for', async () => {
  const { components } = environmentSchema.parse(morpheusProdEnvironment);
  const { queue } = components;
  if (queue?.type !== 'broker' || queue.backup === undefined) throw new Error('no broker');
  const { copyBucket: _copies, ...definitionsHere } = queue.backup.definitions;
  const run = await inspecting({
    environment: {
      recoveryRegion: undefined,
      components: { queue: { ...queue, backup: { definitions: definitionsHere } } },
    },
  });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(foundOf(run, 'queue').filter(({ subject }) => /cop|us-west-2/.test(subject))).toEqual([]);
  expect(run.events.some((event) => event.type === 'aws-called' && event.region !== undefined)).toBe(false);
});

test('the approval of a restore test names what is not restored', async () => {
  const run = await runIn({
    runbook: backupVerify,
    parameters: { restore: true },
    operator: {
      name: 'nobody',
      approve: async ({ evidence }) => {
        const untested = evidence.filter(({ value }) => value.startsWith('not restored'));
        expect(untested.map(({ label }) => label)).toEqual(['queue', 'search']);
        return { approved: false, by: 'nobody', because: 'a test' };
      },
      decide: async () => ({ choice: 'leave' }),
    },
  });
  expect(run.end.outcome).toBe('declined');
});
