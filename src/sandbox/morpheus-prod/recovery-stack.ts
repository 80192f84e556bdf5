import {
  dns,
  parameters as names,
  parameterPrefix,
  queue,
  recovery,
  recoveryCertificateArn,
  secrets,
} from './names.ts';

const { usual: source, tag } = parameterPrefix;

/** How `runbook.yaml` would describe what is prepared in the recovery Region. */
export const recoveryStack = {
  network: { vpc: recovery.vpc, subnets: [...recovery.subnetIds] },
  parameters: {
    source,
    drill: '/morpheus/drill',
    tag,
    kept: [names.release.slice(source.length + 1)],
  },
  secrets: [secrets.databaseMaster.name, secrets.database.name, secrets.queue.name, secrets.search.name],
  dns: {
    zone: dns.zoneId,
    name: dns.name,
    routing: 'failover' as const,
    home: 'primary',
    recovery: 'secondary',
  },
  probes: [
    {
      by: 'url' as const,
      name: 'the application answers',
      url: `https://${recovery.host}/health`,
      within: '2s',
    },
    {
      by: 'command' as const,
      name: 'the application reads its data',
      fleet: 'app',
      command: 'morpheus-ctl db-facts --host {database}',
      expect: [
        { line: 'rows', atLeast: 180_000_000 },
        { line: 'newest-row', noOlderThan: '15m' },
      ],
    },
  ],
  sustained: '10m',
  longest: '8h',
  beacon: {
    fleet: 'app',
    write: 'morpheus-ctl db-beacon {id}',
    read: 'morpheus-ctl db-facts --host {endpoint}',
  },
};

/** The same of each component. */
export const recoveredAs = {
  app: {
    group: recovery.group,
    targetGroup: recovery.group,
    loadBalancer: recovery.loadBalancer,
    certificate: recoveryCertificateArn,
    healthUrl: `https://${recovery.host}/health`,
    capacity: 3,
    instanceTypes: ['m5.xlarge', 'm5a.xlarge', 'm6i.xlarge'],
  },
  database: {
    securityGroups: [recovery.securityGroups.database],
    instanceClasses: ['db.r5.xlarge', 'db.r6g.xlarge'],
    parameters: [
      { name: 'database/writer-endpoint', value: '{writer}' },
      { name: 'database/reader-endpoint', value: '{reader}' },
    ],
  },
  files: {
    securityGroups: [recovery.securityGroups.files],
    adopt: { fleet: 'app', command: 'morpheus-ctl files-adopt' },
    parameters: [{ name: 'files/id', value: '{id}' }],
  },
  queue: {
    name: `${queue.name}-recovery`,
    engineVersion: '3.10.20',
    instanceType: 'mq.m5.large',
    securityGroups: [recovery.securityGroups.queue],
    secret: secrets.queue.name,
    definitions: { fleet: 'app', command: 'morpheus-ctl queue-import {location}' },
    parameters: [{ name: 'queue/endpoint', value: 'amqps://{host}:5671' }],
  },
  search: {
    name: 'morpheus-logs-recovery',
    engineVersion: 'OpenSearch_2.5',
    instanceType: 'r6g.large.search',
    instanceCount: 3,
    volume: { gibibytes: 200 },
    securityGroups: [recovery.securityGroups.search],
    secret: secrets.search.name,
    snapshots: { fleet: 'app', command: 'morpheus-ctl search-restore {location}' },
    parameters: [{ name: 'search/endpoint', value: 'https://{host}' }],
  },
};
