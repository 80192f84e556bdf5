import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config-file.ts';
import { describeConfig } from '../../src/config/config-summary.ts';
import { exampleConfig } from '../../src/config/example-config.ts';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';

const summary = (text: string) => describeConfig(parseConfig(text, 'runbook.yaml'));

describe('describeConfig', () => {
  it('says what is known about each environment, and nothing about what is not', () => {
    expect(
      summary('environments: { dev: { account: "111122223333", region: us-east-1, components: {} } }'),
    ).toEqual([
      {
        name: 'dev',
        facts: [
          { label: 'account', value: '111122223333' },
          { label: 'Region', value: 'us-east-1' },
          { label: 'protected', value: 'no' },
        ],
        components: [],
        advice: [
          'components is empty: no runbook has anything to work on',
          'alarms.blocking is empty: a change begins whatever the alarms say',
          'alarms.stop is empty: no alarm stops a change under way',
        ],
      },
    ]);
  });

  it('says which secrets there are, and who loads them', () => {
    const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:morpheus/queue-cZ9nS4';
    const login = '{ fleet: app, command: "try {secret} {versionId}" }';
    const consumers = '[{ fleet: app, reload: "reload", status: "status {secret}" }]';
    const [dev] = summary(
      `environments: { dev: { account: "111122223333", region: us-east-1, components: {}, secrets: { queue: { secret: "${secret}", component: queue, kind: user, maxAge: 30d, login: ${login}, consumers: ${consumers} } } } }`,
    );
    expect(dev?.facts).toContainEqual({
      label: 'secrets',
      value: 'queue (at most 30d old, loaded by app)',
    });
  });

  it('has no advice about the example', () => {
    expect(summary(exampleConfig())).toMatchObject([
      {
        advice: [],
        components: [
          {
            name: 'app',
            type: 'auto-scaling-group',
            facts: [
              { label: 'Auto Scaling group', value: 'morpheus-prod-app' },
              { label: 'target group', value: 'morpheus-prod-app' },
              { label: 'health URL', value: 'https://morpheus.example.com/health' },
            ],
          },
          {
            name: 'database',
            type: 'aurora-cluster',
            facts: expect.arrayContaining([
              { label: 'DB cluster', value: 'morpheus-prod' },
              { label: 'lag limit', value: '1s' },
              { label: 'failover gap', value: '1h' },
              { label: 'longest outage', value: '2m' },
            ]),
          },
        ],
      },
    ]);
  });

  it('says what is brought up in the recovery Region, and what is missing for it', () => {
    const prod = environmentSchema.parse(morpheusProdEnvironment);
    const of = (more: Partial<Environment>) =>
      describeConfig({
        path: 'runbook.yaml',
        environments: [{ name: 'prod', ...prod, ...more }],
      } as never)[0];
    expect(of({})?.advice).toEqual([]);
    expect(of({})?.facts).toContainEqual({
      label: 'recovery stack',
      value: 'vpc-0e5a7b9c2d3f4a618, 2 probes',
    });
    for (const { facts } of of({})?.components ?? [])
      expect(facts).toContainEqual({ label: 'in the recovery Region', value: 'brought up' });
    expect(of({ recoveryRegion: undefined })?.advice).toEqual([
      'recovery describes a stack, and recoveryRegion does not say where it stands',
    ]);
    expect(of({ recovery: undefined })?.advice).toEqual([
      'app, database, files, queue, search: recovery is of no use until the environment has one too',
    ]);
    const bare = { app: { type: 'auto-scaling-group', group: 'a', targetGroup: 'a' } } as const;
    expect(of({ components: bare })?.advice).toEqual([
      'recovery describes a place, and no component says how it is brought up there',
    ]);
  });

  it('warns of a recovery Region that is the Region itself', () => {
    const [environment] = summary(
      exampleConfig().replace('recoveryRegion: us-west-2', 'recoveryRegion: us-east-1'),
    );
    expect(environment?.advice).toEqual([
      expect.stringContaining('recoveryRegion is the Region itself (us-east-1)'),
    ]);
  });

  it('says of each kind of component what is backed up, and how it can be restored', () => {
    const backup =
      'backup: { plan: p, vault: v, copied: false, rules: [{ schedule: cron(0 5 * * ? *), keepDays: 7, every: 24h }] }';
    const saved = (prefix: string) =>
      `{ bucket: backups, prefix: ${prefix}, every: 24h, copyBucket: copies }`;
    const [environment] = summary(`
environments:
  dev:
    account: "111122223333"
    region: us-east-1
    recoveryRegion: us-west-2
    components:
      disks: { type: ebs-volumes, attachedTo: { tag: Component, value: keystone }, atLeast: 2, ${backup} }
      listed: { type: ebs-volumes, volumes: [vol-01, vol-02] }
      single: { type: rds-instance, instance: keystone, ${backup} }
      queue: { type: broker, broker: b-01, backup: { definitions: ${saved('broker/')} } }
      search: { type: search-domain, domain: logs, backup: { snapshots: ${saved('search/')} } }
`);
    const factsOf = (name: string) =>
      environment?.components
        .find((component) => component.name === name)
        ?.facts.map(({ label, value }) => `${label}: ${value}`);
    const planned = ['backed up by: plan p, vault v', 'copied: no', 'restore test: by hand only'];
    expect(factsOf('disks')).toEqual([
      'volumes: attached to instances with Component=keystone',
      'at least: 2',
      ...planned,
    ]);
    expect(factsOf('listed')).toEqual([
      'volumes: vol-01, vol-02',
      'at least: 1',
      'backed up by: not said: backup-verify does not look at it',
    ]);
    expect(factsOf('single')).toEqual(['DB instance: keystone', ...planned]);
    expect(factsOf('queue')).toEqual([
      'broker: b-01',
      'definitions: in s3://backups/broker/, copied to copies',
      'restore test: by hand only',
    ]);
    expect(factsOf('search')).toEqual([
      'search domain: logs',
      'snapshots: in s3://backups/search/, copied to copies',
      'restore test: by hand only',
    ]);
  });

  it('volumes are named by their servers or by id, not by both', () => {
    const volumes = (which: string) =>
      summary(
        `environments: { dev: { account: "111122223333", region: us-east-1, components: { v: { type: ebs-volumes, ${which} } } } }`,
      );
    for (const which of ['atLeast: 1', 'volumes: [vol-01], attachedTo: { tag: a, value: b }'])
      expect(() => volumes(which)).toThrow(/either attachedTo or volumes/);
  });
});
