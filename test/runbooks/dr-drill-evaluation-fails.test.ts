import { describe, expect, test } from 'vitest';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { efsOperations } from '../../src/sandbox/services/efs/index.ts';
import { mqOperations } from '../../src/sandbox/services/mq/index.ts';
import { openSearchOperations } from '../../src/sandbox/services/opensearch/index.ts';
import { rdsOperations } from '../../src/sandbox/services/rds/index.ts';
import { putParameter } from '../../src/sandbox/services/ssm/put-parameter.ts';
import { elsewhere, type World } from '../../src/sandbox/world.ts';
import { asAlways, doubts, evaluating, foundIn } from '../helpers/evaluation.ts';
import { runIn } from '../helpers/sandbox-run.ts';
import { scenario } from '../helpers/scenario.ts';

const first = <Item>([item]: readonly Item[]): Item => {
  if (item === undefined) throw new Error('nothing there');
  return item;
};

const fleetIn = (world: World) => first(world.autoScaling.fleets);
const templateIn = (world: World) => first(first(world.ec2.templates).versions).LaunchTemplateData;
const recordsIn = (world: World) => first(world.route53.zones).records;

/** Each takes a world that could be rebuilt, and breaks it in ways that do not hide each other. */
const broken: readonly [
  title: string,
  breaking: (there: World, home: World) => void,
  doubted: Readonly<Record<string, string>>,
][] = [
  [
    'no copy of the database, and a key that is disabled',
    (there) => {
      there.backup.recoveryPoints = there.backup.recoveryPoints.filter(({ held }) => held.type !== 'Aurora');
      for (const key of there.kms.keys) if (key.id.startsWith('7f6c8d9e')) key.disabled = true;
    },
    {
      'data / database: newest copy': 'fail',
      'data / files: key in us-west-2': 'fail',
      'data / queue: key in us-west-2': 'fail',
      'data / search: key in us-west-2': 'fail',
    },
  ],
  [
    'no vault, and no definitions',
    (there) => {
      there.backup.vaults = [];
      for (const bucket of there.s3.buckets)
        if (bucket.region === 'us-west-2')
          bucket.versions = bucket.versions.filter(({ key }) => !key.startsWith('broker/'));
    },
    {
      'data / database: vault in us-west-2': 'fail',
      'data / files: vault in us-west-2': 'fail',
      'data / queue: newest copy': 'fail',
      'data / database: newest copy': '',
      'data / files: newest copy': '',
    },
  ],
  [
    'a template whose image is not available, whose user data names the home Region, and whose profile is gone',
    (there) => {
      first(there.ec2.images).State = 'disabled';
      const template = templateIn(there);
      template.UserData = Buffer.from('#!/bin/sh\nexport AWS_REGION=us-east-1\n').toString('base64');
      template.IamInstanceProfile = { Name: 'morpheus-prod-app-recovery' };
      fleetIn(there).group.MaxSize = 2;
      fleetIn(there).group.SuspendedProcesses.push({ ProcessName: 'Launch', SuspensionReason: 'a test' });
    },
    {
      'nodes / fleet app': 'fail',
      'nodes / processes': 'fail',
      'nodes / image': 'fail',
      'nodes / user data': 'fail',
      'nodes / instance profile': 'fail',
    },
  ],
  [
    'an image that is older than that of production, and no user data',
    (there, home) => {
      fleetIn(home).group.LaunchTemplate = { ...fleetIn(home).group.LaunchTemplate, Version: '3' };
      delete templateIn(there).UserData;
    },
    { 'nodes / release': 'fail', 'nodes / user data': 'fail' },
  ],
  [
    'no group',
    (there) => {
      there.autoScaling.fleets = [];
    },
    { 'nodes / fleet app': 'fail', 'entrance / target group morpheus-prod-app-recovery': 'fail' },
  ],
  [
    'a group without a template',
    (there) => {
      there.ec2.templates = [];
    },
    { 'nodes / launch template': 'fail', 'nodes / image': 'fail' },
  ],
  [
    'quotas that are too low',
    (there) => {
      there.serviceQuotas.applied['ec2/L-1216C47A'] = 8;
      there.serviceQuotas.applied['elasticfilesystem/L-848C634D'] = 0;
    },
    { 'quotas / vCPUs': 'fail', 'quotas / file systems': 'fail' },
  ],
  [
    'a network of which parts are gone',
    (there) => {
      there.ec2.subnets = there.ec2.subnets.slice(1);
      first(there.ec2.subnets).AvailableIpAddressCount = 3;
      there.ec2.securityGroups = there.ec2.securityGroups.filter(
        ({ GroupId }) => GroupId !== 'sg-0c3d5e7f90b123456',
      );
      there.rds.subnetGroups = [];
      there.rds.clusterParameterGroups = [];
    },
    {
      'places / subnets': 'fail',
      'places / addresses in subnet-0e54a7b6c8d9eafb5': 'fail',
      'places / security groups': 'fail',
      'places / database: subnet group': 'fail',
      'places / database: parameter group': 'fail',
    },
  ],
  [
    'parameters that were not copied, or should not have been',
    (there, home) => {
      there.systemsManager.parameters = [];
      putParameter(there, {
        Name: '/morpheus/prod/database/reader-endpoint',
        Type: 'String',
        Value: 'morpheus-prod.cluster-ro-c7xk2p9q4r1s.us-east-1.rds.amazonaws.com',
      });
      putParameter(there, { Name: '/morpheus/prod/files/id', Type: 'String', Value: 'fs-0a7c9e1b3d5f20486' });
      putParameter(there, { Name: '/morpheus/prod/search/endpoint', Type: 'String', Value: 'https://old' });
      home.systemsManager.parameters = home.systemsManager.parameters.filter(
        ({ Name }) => Name !== '/morpheus/prod/queue/endpoint',
      );
    },
    {
      'configuration / /morpheus/prod/app/release': 'fail',
      'configuration / /morpheus/prod/database/reader-endpoint': 'fail',
      'configuration / /morpheus/prod/files/id': 'fail',
      'configuration / /morpheus/prod/search/endpoint': 'warn',
      'configuration / /morpheus/prod/queue/endpoint': 'fail',
    },
  ],
  [
    'a kept parameter with another value than in production',
    (there) => {
      const kept = there.systemsManager.parameters.find(({ Name }) => Name === '/morpheus/prod/app/release');
      if (kept === undefined) throw new Error('no parameter');
      kept.Value = '2025.12.01';
    },
    { 'configuration / /morpheus/prod/app/release': 'fail' },
  ],
  [
    'secrets whose replication does not work',
    (there, home) => {
      const [master, app, queue] = home.secretsManager.secrets;
      if (master === undefined || app === undefined || queue === undefined) throw new Error('no secrets');
      for (const replica of master.replicas) replica.Status = 'Failed';
      app.replicas = [];
      there.secretsManager.secrets = there.secretsManager.secrets.filter(({ name }) => name !== queue.name);
    },
    {
      'configuration / morpheus/prod/database/master': 'fail',
      'configuration / morpheus/prod/database/app': 'fail',
      'configuration / morpheus/prod/queue': 'fail',
    },
  ],
  [
    'an entrance that leads nowhere',
    (there, home) => {
      first(there.acm.certificates).detail.NotAfter = there.now;
      there.loadBalancing.listeners = [];
      fleetIn(there).group.TargetGroupARNs = [];
      const secondary = recordsIn(home).find(({ SetIdentifier }) => SetIdentifier === 'secondary');
      const primary = recordsIn(home).find(({ SetIdentifier }) => SetIdentifier === 'primary');
      if (secondary?.AliasTarget === undefined || primary?.AliasTarget === undefined)
        throw new Error('no records');
      secondary.AliasTarget.DNSName = 'gone.us-west-2.elb.amazonaws.com.';
      primary.AliasTarget.EvaluateTargetHealth = false;
      delete primary.HealthCheckId;
    },
    {
      'entrance / load balancer morpheus-prod-recovery': 'fail',
      'entrance / target group morpheus-prod-app-recovery': 'fail',
      'entrance / certificate': 'fail',
      'entrance / certificate in use': 'fail',
      'entrance / record secondary': 'fail',
      'entrance / record primary': 'warn',
    },
  ],
  [
    'a name without its record for the recovery Region',
    (_, home) => {
      const zone = first(home.route53.zones);
      zone.records = zone.records.filter(({ SetIdentifier }) => SetIdentifier !== 'secondary');
    },
    { 'entrance / records': 'fail' },
  ],
  [
    'a caller that may not do what a drill does',
    (there) => {
      const role = there.iam.roles.find(({ role: { RoleName } }) => RoleName === 'morpheus-operations');
      if (role === undefined) throw new Error('no role');
      role.inline['no-parameters'] = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 'ssm:PutParameter', Resource: '*' }],
      };
    },
    { 'permissions / ssm:PutParameter': 'fail' },
  ],
  [
    'what an earlier drill left',
    (there) => {
      putParameter(there, { Name: '/morpheus/drill/files/id', Type: 'String', Value: 'fs-1' });
      putParameter(there, {
        Name: '/morpheus/drill/under-way',
        Type: 'String',
        Value: JSON.stringify({
          run: 'dr-drill-20260101-000000-aaaa',
          mode: 'drill',
          since: '2026-01-01T00:00:00.000Z',
          expires: '2026-01-01T08:00:00.000Z',
        }),
      });
      fleetIn(there).group.DesiredCapacity = 2;
    },
    { 'leftovers / other drills': 'fail', 'leftovers / parameters': 'fail', 'leftovers / fleet app': 'fail' },
  ],
];

describe('an evaluation fails with', () => {
  test.each(broken)('%s', async (_, breaking, doubted) => {
    const run = await evaluating(breaking);
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.code).toBe('FINDINGS_FAIL');
    const expected = Object.entries({ ...asAlways, ...doubted }).filter(([, verdict]) => verdict !== '');
    expect(doubts(run)).toEqual(Object.fromEntries(expected));
    expect(run.writes).toEqual([]);
  });

  test('what an earlier drill built, by its tag or by its name, with how to take each away', async () => {
    const run = 'dr-drill-20260101-031500-ab12';
    const found = await evaluating((there) => {
      rdsOperations.CreateDBCluster(there, {
        DBClusterIdentifier: `${run}-database`,
        Engine: 'aurora-mysql',
        MasterUsername: 'admin',
        MasterUserPassword: 'Correct4Horse',
        DBSubnetGroupName: 'morpheus-prod-recovery',
      });
      efsOperations.CreateFileSystem(there, {
        CreationToken: 'one',
        Tags: [{ Key: 'runbook:run', Value: run }],
      });
      efsOperations.CreateFileSystem(there, { CreationToken: 'of somebody else' });
      mqOperations.CreateBroker(there, {
        BrokerName: 'morpheus-rabbitmq-recovery',
        DeploymentMode: 'SINGLE_INSTANCE',
        EngineType: 'RABBITMQ',
        HostInstanceType: 'mq.m5.large',
        PubliclyAccessible: false,
        Users: [{ Username: 'morpheus', Password: 'Correct4HorseBattery' }],
      });
      openSearchOperations.CreateDomain(there, { DomainName: 'morpheus-logs-recovery' });
      fleetIn(there).group.Tags = [{ Key: 'runbook:run', Value: run }];
    });
    const left = foundIn(found, 'leftovers').filter(({ verdict }) => verdict === 'fail');
    expect(left.map(({ subject }) => subject.replace(/fs-\w+/, 'fs'))).toEqual([
      'tags of app',
      `cluster ${run}-database`,
      'file system fs',
      'broker morpheus-rabbitmq-recovery',
      'domain morpheus-logs-recovery',
    ]);
    expect(left[1]?.toDo).toBe(
      `runbook rollback ${run}; else: aws rds delete-db-cluster --db-cluster-identifier ${run}-database --skip-final-snapshot --region us-west-2`,
    );
  });

  test('what the scenario of an unprepared recovery Region brings', async () => {
    const { exercise, good } = scenario('recovery-unprepared');
    const run = await evaluating(undefined, {
      scenario: 'recovery-unprepared',
      parameters: exercise?.parameters ?? {},
    });
    expect(good?.outcomes).toContain(run.end.outcome);
    expect(run.writes).toEqual([]);
    expect(doubts(run)).toEqual({
      ...asAlways,
      'nodes / image': 'fail',
      'configuration / /morpheus/prod/database/writer-endpoint': 'fail',
      'configuration / morpheus/prod/queue': 'fail',
    });
  });

  test('a marker that expired, which says how to take it away, and one that did not', async () => {
    const mark = (expires: string) => (there: World) =>
      void putParameter(there, {
        Name: '/morpheus/drill/under-way',
        Type: 'String',
        Value: JSON.stringify({ run: 'dr-drill-1', mode: 'drill', since: expires, expires }),
      });
    const facts = async (expires: string) =>
      foundIn(await evaluating(mark(expires)), 'leftovers').find(({ subject }) => subject === 'other drills');
    expect((await facts('2026-03-02T02:00:00.000Z'))?.fact).toMatch(/^one never ended: drill dr-drill-1/);
    const underWay = await facts('2026-03-02T08:00:00.000Z');
    expect(underWay?.fact).toMatch(/^one is under way: drill dr-drill-1/);
    expect(underWay?.toDo).toMatch(/runbook rollback dr-drill-1.*aws ssm delete-parameter/);
  });
});

describe('a drill after its evaluation', () => {
  const without = ({ world }: Sandbox) => {
    elsewhere(world, 'us-west-2').ec2.images = [];
  };

  test('does not begin where something fails', async () => {
    const run = await runIn({ runbook: drDrill, parameters: {}, prepare: without });
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.code).toBe('EVALUATION_FAILS');
    expect(run.end.state.error?.message).toContain('image (nodes)');
    expect(run.end.state.error?.hint).toContain('--for-practice');
    expect(run.writes).toEqual([]);
  });
});
