import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config-file.ts';
import { describeConfig } from '../../src/config/config-summary.ts';
import { exampleConfig } from '../../src/config/example-config.ts';

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

  it('warns of a recovery Region that is the Region itself', () => {
    const [environment] = summary(
      exampleConfig().replace('recoveryRegion: us-west-2', 'recoveryRegion: us-east-1'),
    );
    expect(environment?.advice).toEqual([
      expect.stringContaining('recoveryRegion is the Region itself (us-east-1)'),
    ]);
  });
});
