import { seconds } from '../duration.ts';
import { alarms } from './morpheus-prod/alarms.ts';
import { application, recoveryApplication } from './morpheus-prod/application.ts';
import { backups } from './morpheus-prod/backups.ts';
import { backupBucket, buckets, recoveryBucket } from './morpheus-prod/buckets.ts';
import { certificates } from './morpheus-prod/certificates.ts';
import { compute, recoveryCompute } from './morpheus-prod/compute.ts';
import { database, recoveryDatabase } from './morpheus-prod/database.ts';
import { dnsRecords } from './morpheus-prod/dns.ts';
import { files } from './morpheus-prod/files.ts';
import { fleet, recoveryFleet } from './morpheus-prod/fleet.ts';
import { identity } from './morpheus-prod/identity.ts';
import { keys } from './morpheus-prod/keys.ts';
import { loadBalancing, recoveryLoadBalancing } from './morpheus-prod/load-balancing.ts';
import { logs } from './morpheus-prod/logs.ts';
import {
  account,
  backups as backupNames,
  database as databaseNames,
  files as fileNames,
  healthUrl,
  images,
  name,
  queue as queueNames,
  recovery,
  recoveryConfigurationId,
  recoveryRegion,
  region,
  search as searchNames,
  securityGroups,
} from './morpheus-prod/names.ts';
import { parameters } from './morpheus-prod/parameters.ts';
import { queue, recoveryQueue } from './morpheus-prod/queue.ts';
import { recoveredAs, recoveryStack } from './morpheus-prod/recovery-stack.ts';
import { rotatedSecrets } from './morpheus-prod/rotated-secrets.ts';
import { search } from './morpheus-prod/search.ts';
import { secrets } from './morpheus-prod/secrets.ts';
import { later, schedule } from './schedule.ts';
import { type Account, seenFrom, type World } from './world.ts';

export { images };

/** Builds the production stack at rest: three nodes on launch template version 2, and the pilot light in the recovery Region. */
export function morpheusProd(whole: Account): void {
  homeRegion(seenFrom(whole, region));
  pilotLight(seenFrom(whole, recoveryRegion));
}

function homeRegion(world: World): void {
  const launched = new Date('2026-01-20T09:30:00Z');
  // Keys come first, and what others are made of before them: backups hold copies of the database and the files.
  world.kms = keys(world);
  world.secretsManager = secrets(world);
  world.acm = certificates(world);
  world.logs = logs(world);
  world.ec2 = compute(launched);
  world.efs = files(world);
  world.rds = database(world);
  world.mq = queue(world);
  world.openSearch = search(world);
  world.autoScaling = { fleets: [fleet(launched)] };
  world.loadBalancing = loadBalancing(launched);
  world.cloudWatch.alarms = alarms(world.now);
  world.systemsManager.parameters = parameters(world);
  world.backup = backups(world);
  identity(world);
  buckets(world);
  dnsRecords(world);
  schedule(world, later(world.now, seconds(10)), { kind: 'group-looked-at', group: name });
  application(world);
}

function pilotLight(world: World): void {
  world.kms = keys(world);
  world.secretsManager = secrets(world);
  world.systemsManager.parameters = parameters(world);
  world.acm = certificates(world);
  world.ec2 = recoveryCompute();
  world.autoScaling = { fleets: [recoveryFleet()] };
  world.loadBalancing = recoveryLoadBalancing();
  world.rds = recoveryDatabase(world);
  world.mq = recoveryQueue(world);
  world.backup = backups(world);
  recoveryApplication(world);
  schedule(world, later(world.now, seconds(10)), { kind: 'group-looked-at', group: recovery.group });
}

/** A database's 15 minutes are kept by Aurora's own backups; what AWS Backup makes every four hours may be six hours old. */
const backupPolicy = {
  plan: backupNames.plan,
  vault: backupNames.vault,
  rules: [
    { schedule: 'cron(0 5 * * ? *)', keepDays: 7, every: '24h' },
    { schedule: 'cron(0 1,9,13,17,21 * * ? *)', keepDays: 1, every: '4h' },
  ],
  rpo: '6h',
};

/** What jobs on the nodes save every night, replicated to the bucket in the recovery Region. */
const saved = (prefix: string) => ({ bucket: backupBucket, prefix, copyBucket: recoveryBucket });
const nightly = { every: '24h', keepDays: 7, rpo: '36h' };

/** Nothing runs in the recovery Region: a restore test there brings its own node. */
const probe = {
  launchTemplate: recovery.templateId,
  subnet: recovery.subnetIds[0],
  instanceType: 't3.medium',
};

/** Made up for the sandbox, in the order of what AWS charges. */
const prices = {
  instanceHour: { 'db.r5.large': 0.29, 't3.medium': 0.042 },
  databaseGibMonth: 0.1,
  filesGibMonth: 0.3,
  filesRestoredGib: 0.02,
};

/** How `runbook.yaml` would describe the stack. */
export const morpheusProdEnvironment = {
  account,
  region,
  recoveryRegion,
  protected: true,
  objectives: { rto: '1h', rpo: '15m', errorRate: 0.1 },
  alarms: {
    blocking: [
      'morpheus-prod-5xx',
      'morpheus-prod-unhealthy-hosts',
      'morpheus-prod-latency',
      'morpheus-prod-app-cpu',
    ],
    stop: ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'],
    success: ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'],
  },
  recovery: recoveryStack,
  prices: { currency: 'USD', regions: { [region]: prices, [recoveryRegion]: prices } },
  components: {
    app: {
      type: 'auto-scaling-group' as const,
      group: name,
      targetGroup: name,
      healthUrl,
      recovery: recoveredAs.app,
    },
    database: {
      type: 'aurora-cluster' as const,
      cluster: databaseNames.cluster,
      usedBy: 'app',
      longestOutage: '2m',
      backup: {
        ...backupPolicy,
        restoreTest: {
          subnetGroup: databaseNames.subnetGroup,
          securityGroups: [securityGroups.restoreTest],
          recovery: {
            subnetGroup: recovery.subnetGroup,
            securityGroups: [recovery.securityGroups.restoreTest],
            probe,
          },
          parameterGroup: databaseNames.parameterGroup,
          instanceClass: 'db.r5.large',
          query: {
            fleet: 'app',
            command: 'morpheus-ctl db-facts --host {endpoint}',
            expect: [
              { line: 'rows', atLeast: 180_000_000 },
              { line: 'newest-row', noOlderThan: '15m' },
            ],
          },
        },
      },
      recovery: recoveredAs.database,
    },
    files: {
      type: 'file-system' as const,
      fileSystem: fileNames.id,
      backup: {
        ...backupPolicy,
        restoreTest: {
          leastBytes: 400_000_000_000,
          look: {
            fleet: 'app',
            securityGroups: [securityGroups.restoreTestFiles],
            command: 'morpheus-ctl files-facts --address {address} --at {mountPoint}',
            expect: [
              { line: 'files', atLeast: 1_000_000 },
              { line: 'newest-file', noOlderThan: '1h' },
            ],
          },
          recovery: { securityGroups: [recovery.securityGroups.restoreTestFiles], probe },
        },
      },
      recovery: recoveredAs.files,
    },
    queue: {
      type: 'broker' as const,
      broker: queueNames.id,
      backup: {
        definitions: { ...saved('broker/definitions/'), ...nightly },
        recoveryConfiguration: recoveryConfigurationId,
      },
      recovery: recoveredAs.queue,
    },
    search: {
      type: 'search-domain' as const,
      domain: searchNames.domain,
      backup: {
        snapshots: { ...saved('search/snapshots/'), ...nightly },
        configuration: saved('search/configuration/'),
      },
      recovery: recoveredAs.search,
    },
  },
  secrets: rotatedSecrets,
};
