import { createHash } from 'node:crypto';
import { hours } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { BucketState, ObjectVersion } from '../services/s3/state.ts';
import type { World } from '../world.ts';
import { account, keys, recoveryKeys, recoveryRegion, region } from './names.ts';

export const backupBucket = `morpheus-prod-backups-${account}`;
export const recoveryBucket = `${backupBucket}-recovery`;
export const backupBuckets = [backupBucket, recoveryBucket];

/** What rebuilds the broker's queues. Users and their passwords are not in it: those come from the secret. */
const brokerDefinitions = JSON.stringify({
  rabbit_version: '3.10.20',
  vhosts: [{ name: 'morpheus' }],
  policies: [
    {
      vhost: 'morpheus',
      name: 'ha-all',
      pattern: '.*',
      'apply-to': 'all',
      definition: { 'ha-mode': 'all', 'ha-sync-mode': 'automatic' },
    },
  ],
  queues: ['monitorJobs', 'processJobs', 'statusUpdates'].map((queue) => ({
    name: queue,
    vhost: 'morpheus',
    durable: true,
    auto_delete: false,
    arguments: {},
  })),
  exchanges: [{ name: 'morpheus', vhost: 'morpheus', type: 'topic', durable: true, auto_delete: false }],
  bindings: [],
});

const searchIndex = (snapshot: string) =>
  JSON.stringify({ snapshots: [{ name: snapshot, state: 1, version: '2.5.0' }], indices: {} });

/** The answer of describe-domain-config, as a nightly job saves it. */
const searchConfiguration = JSON.stringify({
  DomainConfig: { EngineVersion: { Options: 'OpenSearch_2.5', Status: { State: 'Active' } } },
});

/** Ids follow from the name: nothing is drawn while the stack is built. */
function object(bucket: string, key: string, text: string, lastModified: Date): ObjectVersion {
  const body = Buffer.from(text);
  return {
    key,
    versionId: createHash('sha256').update(`${bucket}/${key}`).digest('base64url').slice(0, 32),
    lastModified,
    body: body.toString('base64'),
    size: body.byteLength,
    eTag: `"${createHash('md5').update(body).digest('hex')}"`,
    contentType: 'application/json',
    headers: {},
    metadata: {},
    checksums: {},
    tags: [],
  };
}

/** As long as the bucket keeps them. */
const nights = 8;

function nightly(bucket: string, now: Date): ObjectVersion[] {
  const dates = Array.from({ length: nights + 1 }, (_, ago) => {
    const day = later(now, -hours(24 * ago))
      .toISOString()
      .slice(0, 10);
    return { day, at: new Date(`${day}T02:15:00Z`) };
  });
  return dates
    .filter(({ at }) => at <= now)
    .slice(0, nights)
    .flatMap(({ day, at }) => [
      object(bucket, `broker/definitions/${day}.json`, brokerDefinitions, at),
      object(bucket, `search/configuration/${day}.json`, searchConfiguration, at),
      object(bucket, `search/snapshots/${day}/index-0`, searchIndex(day), at),
    ])
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

const bucket = (name: string, where: string, key: string, created: string, now: Date): BucketState => ({
  name,
  region: where,
  created: new Date(created),
  versioning: 'Enabled',
  encryption: {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
    BucketKeyEnabled: true,
  },
  versions: nightly(name, now),
});

/** What AWS Backup does not cover: the broker's definitions, the search snapshots and configuration, in both Regions. */
export function buckets(world: World): void {
  world.s3.buckets.push(
    bucket(backupBucket, region, keys.backup, '2025-06-11T08:21:37Z', world.now),
    bucket(recoveryBucket, recoveryRegion, recoveryKeys.backup, '2025-06-11T08:24:02Z', world.now),
  );
}
