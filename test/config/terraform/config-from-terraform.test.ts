import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { InvalidConfig, parseConfig } from '../../../src/config/config-file.ts';
import { configFromTerraform } from '../../../src/config/terraform/config-from-terraform.ts';
import type { Component } from '../../../src/environment.ts';
import { UsageError } from '../../../src/errors.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/terraform/${name}`, import.meta.url), 'utf8');
const fromFixture = (name: string) => configFromTerraform(fixture(name), name);
const environmentsIn = (text: string) => parseConfig(text, 'runbook.yaml').environments;

function failure(document: unknown): UsageError {
  try {
    configFromTerraform(typeof document === 'string' ? document : JSON.stringify(document), 'tf.json');
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError, nothing was thrown');
}

const state = (
  ...resources: readonly {
    type: string;
    attributes: unknown;
    mode?: string;
    module?: string;
    deposed?: string;
  }[]
) => ({
  version: 4,
  resources: resources.map(({ type, attributes, mode = 'managed', module, deposed }) => ({
    mode,
    type,
    name: 'this',
    ...(module !== undefined && { module }),
    instances: [{ attributes, ...(deposed !== undefined && { deposed }) }],
  })),
});

const group = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'aws_autoscaling_group',
  attributes: { name, ...more },
});
const groupArn = (name: string, region = 'us-east-1') =>
  `arn:aws:autoscaling:${region}:111122223333:autoScalingGroup:5f3b2a8e-9d0c-4b7e-8a61-2c4f9e7d1b30:autoScalingGroupName/${name}`;
const groupOf = (component: Component) => ('group' in component ? component.group : undefined);

const targetGroupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/${name}/6d0ecf831eec9f09`;

const alarms = ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'];
const morpheusProd = {
  name: 'prod',
  account: '111122223333',
  region: 'us-east-1',
  protected: true,
  objectives: {},
  alarms: { blocking: alarms, stop: alarms, success: alarms },
  components: {
    app: {
      type: 'auto-scaling-group',
      group: 'morpheus-prod-app',
      targetGroup: 'morpheus-prod-app',
      healthUrl: 'https://morpheus.example.com/health',
    },
  },
};

describe('each form that Terraform writes', () => {
  it.each(['outputs.json', 'show.json', 'morpheus-prod.tfstate'])(
    '%s becomes a complete environment',
    (name) => {
      expect(environmentsIn(fromFixture(name))).toEqual([morpheusProd]);
    },
  );

  it.each(['outputs.json', 'show.json', 'morpheus-prod.tfstate'])(
    'nothing sensitive of %s is printed',
    (name) => {
      expect(fixture(name)).toContain('hunter2');
      expect(fromFixture(name)).not.toContain('hunter2');
    },
  );

  it('a byte order mark does no harm', () => {
    expect(configFromTerraform(`\uFEFF${fixture('outputs.json')}`, 'x')).toBe(fromFixture('outputs.json'));
  });
});

describe('what is made of a state', () => {
  it('several groups become several fleets, their target groups found through attachments', () => {
    const text = fromFixture('cso-dev.tfstate');
    expect(environmentsIn(text)).toMatchObject([
      {
        name: 'cso-dev',
        account: '444455556666',
        region: 'eu-central-1',
        components: {
          frontend: { group: 'cso-dev-frontend', targetGroup: 'cso-dev-frontend' },
          backend: { group: 'cso-dev-backend', targetGroup: 'cso-dev-backend' },
        },
      },
    ]);
    expect(text).toContain('# TODO: choose the target group of backend: cso-dev-backend, cso-dev-internal');
  });

  it('alarms that drive scaling are no health alarms', () => {
    const text = fromFixture('morpheus-prod.tfstate');
    expect(text).toMatch(/^# TODO: .*morpheus-prod-cpu-low$/m);
    expect(text).not.toMatch(/^ +- morpheus-prod-cpu-low$/m);
  });

  it('Regions of other resources are offered as the recovery Region', () => {
    expect(fromFixture('show.json')).toContain(
      '# TODO: set recoveryRegion if it is one of these Regions, where other resources are: us-west-2',
    );
  });

  it('groups that Terraform only looks up, or is about to destroy, are no fleets', () => {
    const text = configFromTerraform(
      JSON.stringify(
        state(
          group('kept'),
          { ...group('looked-up'), mode: 'data' },
          { ...group('old'), deposed: '0a1b2c3d' },
        ),
      ),
      'x',
    );
    expect(text).toContain('group: kept');
    expect(text).not.toMatch(/looked-up|old/);
  });

  it('a group in another Region is left out, and said so', () => {
    const text = configFromTerraform(
      JSON.stringify(
        state(
          group('here', { arn: groupArn('here') }),
          group('there', { arn: groupArn('there', 'us-west-2') }),
        ),
      ),
      'x',
    );
    expect(text).toContain('group: here');
    expect(text).not.toContain('group: there');
    expect(text).toMatch(/^# TODO: describe these groups in environments of their own.*: there$/m);
  });

  it('an alarm in another Region is left out: CloudWatch answers for one Region', () => {
    const alarm = (alarm_name: string, region: string) => ({
      type: 'aws_cloudwatch_metric_alarm',
      attributes: { alarm_name, arn: `arn:aws:cloudwatch:${region}:111122223333:alarm:${alarm_name}` },
    });
    const text = configFromTerraform(
      JSON.stringify(
        state(
          group('app', { arn: groupArn('app'), target_group_arns: [targetGroupArn('app')] }),
          alarm('here', 'us-east-1'),
          alarm('there', 'us-west-2'),
        ),
      ),
      'x',
    );
    expect(environmentsIn(text)[0]?.alarms.blocking).toEqual(['here']);
  });

  it('two fleets never share a name', () => {
    const text = configFromTerraform(
      JSON.stringify(
        state(
          {
            ...group('a', { arn: groupArn('a'), target_group_arns: [targetGroupArn('a')] }),
            module: 'module.blue.module.web',
          },
          {
            ...group('b', { arn: groupArn('b'), target_group_arns: [targetGroupArn('b')] }),
            module: 'module.green.module.web',
          },
        ),
      ),
      'x',
    );
    expect(
      Object.entries(environmentsIn(text)[0]?.components ?? {}).map(([key, fleet]) => [key, groupOf(fleet)]),
    ).toEqual([
      ['web', 'a'],
      ['web-2', 'b'],
    ]);
  });

  it.each([
    [
      'the health check takes redirects for healthy',
      '"matcher": "200"',
      '"matcher": "200-399"',
      'https://morpheus.example.com/health',
    ],
    ['no name points to the load balancer', '"fqdn"', '"unused"', 'https://morpheus.example.com/health'],
  ])('the health URL is only a guess where %s', (_, before, after, guess) => {
    expect(fixture('morpheus-prod.tfstate')).toContain(before);
    const text = configFromTerraform(fixture('morpheus-prod.tfstate').replace(before, after), 'x');
    expect(text).toContain(`# healthUrl: ${guess} # TODO`);
    expect(environmentsIn(text)[0]?.components['app']).not.toHaveProperty('healthUrl');
  });

  it('an unusual port is part of the health URL', () => {
    const text = configFromTerraform(
      fixture('morpheus-prod.tfstate').replace(
        '"port": 443,\n            "protocol": "HTTPS",\n            "default_action"',
        '"port": 8443,\n            "protocol": "HTTPS",\n            "default_action"',
      ),
      'x',
    );
    expect(text).toContain('healthUrl: https://morpheus.example.com:8443/health');
  });

  it('what is missing is marked, and `config check` repeats the mark', () => {
    const text = configFromTerraform(JSON.stringify(state(group('lonely'))), 'x');
    const lineOf = (key: string) =>
      text.split('\n').findIndex((line) => line.trim().startsWith(`${key}: # TODO`)) + 1;
    let problems: InvalidConfig['problems'] = [];
    try {
      parseConfig(text, 'runbook.yaml');
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      problems = error.problems;
    }
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [lineOf('account'), 'environments.prod.account'],
      [lineOf('region'), 'environments.prod.region'],
      [lineOf('targetGroup'), 'environments.prod.components.lonely.targetGroup'],
    ]);
    for (const { message } of problems) expect(message).toMatch(/found nothing\. TODO: ./);
  });

  it('names come through as they are, whatever characters they have', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(name, fc.array(name), (groupName, alarmNames) => {
        const text = configFromTerraform(
          JSON.stringify(
            state(
              group(groupName, {
                arn: groupArn('x'),
                target_group_arns: [targetGroupArn('x'), targetGroupArn('y')],
              }),
              ...alarmNames.map((alarm_name) => ({
                type: 'aws_cloudwatch_metric_alarm',
                attributes: { alarm_name },
              })),
            ),
          ),
          'x',
        );
        const [environment] = environmentsIn(text);
        expect(Object.values(environment?.components ?? {}).map(groupOf)).toEqual([groupName]);
        expect(environment?.alarms.stop).toEqual(alarmNames);
      }),
    );
  });
});

describe('what is made of outputs', () => {
  const outputs = (values: Readonly<Record<string, unknown>>) =>
    configFromTerraform(
      JSON.stringify(
        Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, { sensitive: false, type: 'dynamic', value }]),
        ),
      ),
      'x',
    );
  const fleetsIn = (text: string) => {
    const filled = text
      .replace(/account: #.*/, 'account: "111122223333"')
      .replace(/region: #.*/, 'region: us-east-1')
      .replace(/targetGroup: #.*/g, 'targetGroup: unknown');
    return Object.entries(environmentsIn(filled)[0]?.components ?? {}).map(([key, fleet]) => [
      key,
      groupOf(fleet),
      'targetGroup' in fleet ? fleet.targetGroup : undefined,
    ]);
  };

  it.each<[string, Readonly<Record<string, unknown>>, readonly (readonly string[])[]]>([
    ['flat names', { app_asg_name: 'm-app', app_target_group_name: 'm-tg' }, [['app', 'm-app', 'm-tg']]],
    [
      'camel case',
      { appAutoScalingGroupName: 'm-app', appTargetGroupArn: targetGroupArn('m-tg') },
      [['app', 'm-app', 'm-tg']],
    ],
    [
      'the only target group there is',
      { asg_name: 'm-app', tg_arn: targetGroupArn('m-tg') },
      [['m-app', 'm-app', 'm-tg']],
    ],
    [
      'the same group by name and by ARN',
      { app_asg_name: 'm-app', app_asg_arn: groupArn('m-app') },
      [['app', 'm-app', 'unknown']],
    ],
    [
      'a whole module',
      {
        frontend: { asg_name: 'f', target_group_name: 'ft', port: 443 },
        backend: { asg_name: 'b', target_group_name: 'bt' },
      },
      [
        ['frontend', 'f', 'ft'],
        ['backend', 'b', 'bt'],
      ],
    ],
    [
      'a table',
      { asg_names: { frontend: 'f', backend: 'b' }, target_group_arns: { backend: targetGroupArn('bt') } },
      [
        ['frontend', 'f', 'unknown'],
        ['backend', 'b', 'bt'],
      ],
    ],
    [
      'a whole resource',
      {
        app_asg: {
          name: 'm-app',
          arn: groupArn('m-app'),
          id: 'm-app',
          health_check_type: 'ELB',
          target_group_arns: [targetGroupArn('m-tg')],
        },
      },
      [['app', 'm-app', 'm-tg']],
    ],
  ])('%s', (_, values, fleets) => {
    expect(fleetsIn(outputs(values))).toEqual(fleets);
  });

  it('an address with credentials in it is not printed', () => {
    const text = outputs({ asg_name: 'm-app', app_url: 'https://admin:hunter2@app.example.com/' });
    expect(text).not.toContain('hunter2');
  });

  it('any other address is offered as a beginning', () => {
    expect(outputs({ asg_name: 'm-app', app_url: 'https://app.example.com/' })).toContain(
      '# healthUrl: https://app.example.com/ # TODO',
    );
  });
});

describe('what cannot be read', () => {
  it.each([
    ['nothing', '', 'TERRAFORM_NOT_JSON', 'tf.json is empty'],
    ['broken JSON', '{"a": ', 'TERRAFORM_NOT_JSON', 'tf.json is not JSON'],
    ['a single output', '"morpheus-prod-app"', 'TERRAFORM_UNKNOWN_FORM', 'terraform output -json'],
    ['other JSON', { name: 'x' }, 'TERRAFORM_UNKNOWN_FORM', 'none of'],
    ['a state of version 4 without resources', { version: 4 }, 'TERRAFORM_UNKNOWN_FORM', 'none of'],
    ['a state of version 3', { version: 3, modules: [] }, 'TERRAFORM_VERSION', 'version 3'],
    ['a show of a later format', { format_version: '2.0', values: {} }, 'TERRAFORM_VERSION', '"2.0"'],
    ['a plan', { format_version: '1.2', planned_values: {} }, 'TERRAFORM_PLAN', 'plan'],
    ['no outputs', {}, 'TERRAFORM_NO_FLEET', 'None of the outputs'],
    [
      'only sensitive outputs',
      { asg_name: { sensitive: true, type: 'string', value: 'm-app' } },
      'TERRAFORM_NO_FLEET',
      'None of the outputs',
    ],
    ['a show of an empty state', { format_version: '1.0' }, 'TERRAFORM_NO_FLEET', 'no aws_autoscaling_group'],
    ['a state without a group', state(), 'TERRAFORM_NO_FLEET', 'no aws_autoscaling_group'],
  ])('%s', (_, document, code, words) => {
    const error = failure(document);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(/terraform|runbook config init/);
  });

  it('broken JSON is not quoted, for there may be a secret in it', () => {
    const error = failure('{"password": hunter2}');
    expect(JSON.stringify({ ...error, message: error.message, cause: error.cause })).not.toContain('hunter2');
  });
});

it('whatever the JSON, the answer is a UsageError or YAML without a fault in its syntax', () => {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const attributes = fc.record(
    {
      name: fc.oneof(fc.string(), anything),
      arn: fc.oneof(fc.constant(groupArn('x')), anything),
      target_group_arns: anything,
      tag: anything,
      alarm_name: fc.string(),
      alarm_actions: anything,
    },
    { requiredKeys: [] },
  );
  const type = fc.constantFrom('aws_autoscaling_group', 'aws_cloudwatch_metric_alarm', 'aws_lb_target_group');
  const states = fc.array(fc.record({ type, attributes })).map((resources) => state(...resources));
  const outputs = fc.dictionary(
    fc.constantFrom('asg_name', 'app_asg_names', 'tg', 'alarms', 'environment', 'x'),
    fc.record({ value: anything }),
  );
  fc.assert(
    fc.property(fc.oneof(anything, states, outputs), (document) => {
      try {
        expect(parseDocument(configFromTerraform(JSON.stringify(document), 'x')).errors).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 300 },
  );
});

describe('Aurora clusters among resources', () => {
  const withCluster = (engine: string) =>
    configFromTerraform(
      JSON.stringify(
        state(group('app', { arn: groupArn('app'), target_group_arns: [targetGroupArn('app')] }), {
          type: 'aws_rds_cluster',
          module: 'module.database',
          attributes: { cluster_identifier: 'm-prod', engine },
        }),
      ),
      'x',
    );

  it('become components', () => {
    expect(environmentsIn(withCluster('aurora-mysql'))[0]?.components['database']).toMatchObject({
      type: 'aurora-cluster',
      cluster: 'm-prod',
    });
  });

  it('other clusters do not', () => {
    expect(Object.keys(environmentsIn(withCluster('mysql'))[0]?.components ?? {})).toEqual(['app']);
  });
});

describe('other components among resources', () => {
  const resource = (type: string, attributes: object, module = '') => ({ type, attributes, module });
  const base = [
    group('app', { arn: groupArn('app'), target_group_arns: [targetGroupArn('app')] }),
    {
      type: 'aws_rds_cluster',
      attributes: { cluster_identifier: 'main', engine: 'aurora-mysql' },
      module: 'module.database',
    },
  ];
  const from = (...more: readonly ReturnType<typeof resource>[]) =>
    configFromTerraform(JSON.stringify(state(...base, ...more)), 'x');

  it('are found by type, named by module, and ready for a backup policy', () => {
    const text = from(
      resource('aws_efs_file_system', { id: 'fs-0a7c9e1b3d5f20486' }, 'module.efs'),
      resource('aws_db_instance', { id: 'db-ABC', identifier: 'keystone-1' }, 'module.keystone'),
      resource('aws_mq_broker', { id: 'b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70', password: 'hunter2' }),
      resource('aws_opensearch_domain', { domain_name: 'morpheus-logs' }),
    );
    expect(environmentsIn(text)[0]?.components).toMatchObject({
      efs: { type: 'file-system', fileSystem: 'fs-0a7c9e1b3d5f20486' },
      keystone: { type: 'rds-instance', instance: 'keystone-1' },
      queue: { type: 'broker', broker: 'b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70' },
      search: { type: 'search-domain', domain: 'morpheus-logs' },
    });
    expect(text.match(/# backup: # TODO/g)).toHaveLength(4);
    expect(text).not.toContain('hunter2');
  });

  it('get a name of their own where theirs is taken', () => {
    const text = from(
      resource('aws_db_instance', { identifier: 'single' }, 'module.database'),
      resource('aws_efs_file_system', { id: 'fs-01' }, 'module.app'),
      resource('aws_efs_file_system', { id: 'fs-02' }, 'module.app'),
    );
    expect(Object.keys(environmentsIn(text)[0]?.components ?? {})).toEqual([
      'app',
      'database',
      'app-files',
      'app-files-2',
      'database-database',
    ]);
  });

  it('of another Region are left out, and volumes are for a person to judge', () => {
    const there = 'arn:aws:elasticfilesystem:us-west-2:111122223333:file-system/fs-01';
    const text = from(
      resource('aws_efs_file_system', { id: 'fs-01', arn: there }),
      resource('aws_ebs_volume', { id: 'vol-0a1b' }),
    );
    expect(text).not.toContain('fs-01');
    expect(text).toMatch(/^# TODO: describe these volumes as a component of type ebs-volumes .*: vol-0a1b$/m);
  });
});
