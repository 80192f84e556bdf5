import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { volumes } from '../../src/sandbox/cso-dev/names.ts';
import { keyArn } from '../../src/sandbox/cso-dev/storage.ts';
import { csoDevEnvironment } from '../../src/sandbox/cso-dev.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { rdsOperations } from '../../src/sandbox/services/rds/index.ts';
import { foundOf, inspecting, notPassed } from '../helpers/inspection.ts';

const [fernet = ''] = volumes.keystone;
const [queues = ''] = volumes.rabbitmqQueues;

const inDev = (component: string, prepare?: (sandbox: Sandbox) => void) =>
  inspecting({ stack: 'dev', ...(prepare && { prepare }) }, { component });

const { components } = environmentSchema.parse(csoDevEnvironment);

test('volumes and a DB instance that are backed up as they must be', async () => {
  const run = await inspecting({ stack: 'dev' });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(run.writes).toEqual([]);
  for (const component of ['keystone-volumes', 'rabbitmq-volumes', 'keystone-database']) {
    expect(notPassed(run, component), component).toEqual({});
    expect(foundOf(run, component).length, component).toBeGreaterThan(8);
  }
  const newest = foundOf(run, 'keystone-volumes').find(({ subject }) => subject === 'newest');
  expect(newest?.fact).toMatch(/^all 2, such as vol-0a1b3c5d7e9f02468 cso-dev-keystone-1: \d/);
});

test('the root volumes are left out where runbook.yaml says so, and looked at where it does not', async () => {
  const found = components['rabbitmq-volumes'];
  const run = await inspecting(
    {
      stack: 'dev',
      environment: { components: { all: { ...found, rootVolumes: true } as typeof found & {} } },
    },
    { component: 'all' },
  );
  const plan = foundOf(run, 'all').find(({ subject }) => subject === 'plan');
  for (const id of volumes.rabbitmqRoots) expect(plan?.fact).toContain(id);
  for (const id of volumes.rabbitmqQueues) expect(plan?.fact).not.toContain(id);
});

describe('volumes', () => {
  test.each<[what: string, component: string, expected: object, prepare: (sandbox: Sandbox) => void]>([
    [
      'one lost its tag, and the plan no longer takes it in',
      'rabbitmq-volumes',
      { plan: 'fail' },
      ({ world }) => {
        for (const volume of world.ec2.volumes) if (volume.VolumeId === queues) volume.Tags = [];
      },
    ],
    [
      'a node was replaced, and nobody attached a volume to the new one',
      'rabbitmq-volumes',
      { volumes: 'fail' },
      ({ world }) => {
        for (const volume of world.ec2.volumes) if (volume.VolumeId === queues) delete volume.attachment;
      },
    ],
    [
      'one of them has no recovery point of the last days',
      'keystone-volumes',
      {
        [`newest of ${fernet} cso-dev-keystone-1`]: 'fail',
        [`series of ${fernet} cso-dev-keystone-1`]: 'fail',
      },
      ({ world }) => {
        world.backup.recoveryPoints = world.backup.recoveryPoints.filter(
          ({ held, created }) =>
            !held.copy.of.endsWith(fernet) || created.getTime() < world.now.getTime() - 3 * 86_400_000,
        );
      },
    ],
    [
      'the last job of one of them failed',
      'keystone-volumes',
      { [`jobs of ${fernet} cso-dev-keystone-1`]: 'fail' },
      ({ world }) => {
        const job = world.backup.backupJobs.findLast(({ resource }) => resource.endsWith(fernet));
        if (job !== undefined) job.end = { state: 'ABORTED', at: world.now, message: 'stopped by hand' };
      },
    ],
    [
      'their key is disabled',
      'keystone-volumes',
      { [`key in eu-west-1 of ${fernet} cso-dev-keystone-1`]: 'fail' },
      (sandbox) => sandbox.inject({ what: 'key-disabled', key: keyArn('ebs') }),
    ],
  ])('%s', async (_what, component, expected, prepare) => {
    const run = await inDev(component, prepare);
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.code).toBe('FINDINGS_FAIL');
    expect(notPassed(run, component)).toMatchObject(expected);
  });

  test('what holds for the others is still said in one row', async () => {
    const run = await inDev('keystone-volumes', ({ world }) => {
      const job = world.backup.backupJobs.findLast(({ resource }) => resource.endsWith(fernet));
      if (job !== undefined) job.end = { state: 'FAILED', at: world.now, message: 'no capacity' };
    });
    const jobs = foundOf(run, 'keystone-volumes').filter(({ subject }) => subject.startsWith('jobs'));
    expect(jobs.map(({ verdict, fact }) => [verdict, fact])).toEqual([
      ['pass', expect.stringMatching(/^1 of 2: \d complete$/)],
      ['fail', expect.stringContaining('FAILED')],
    ]);
  });

  test('named by id, of which one is gone', async () => {
    const byId = { ...components['keystone-volumes'], attachedTo: undefined, volumes: [...volumes.keystone] };
    const run = await inspecting({
      stack: 'dev',
      environment: { components: { volumes: byId as never } },
      prepare: ({ world }) => {
        world.ec2.volumes = world.ec2.volumes.filter(({ VolumeId }) => VolumeId !== fernet);
      },
    });
    expect(foundOf(run, 'volumes').find(({ subject }) => subject === 'volumes')).toMatchObject({
      verdict: 'fail',
      fact: `1 is there, not ${fernet}`,
      rule: 'at least 2',
    });
  });

  test('that are all gone are said to be missing', async () => {
    const run = await inDev('keystone-volumes', ({ world }) => {
      world.ec2.volumes = [];
    });
    expect(run.end.state.error).toMatchObject({
      code: 'RESOURCE_MISSING',
      message: expect.stringContaining('Component=keystone'),
    });
  });
});

describe('a DB instance', () => {
  test.each<[what: string, expected: object, prepare: (sandbox: Sandbox) => void]>([
    [
      'whose own backups are turned off cannot be restored to a time',
      { "RDS's own": 'fail', 'restorable to': 'fail' },
      ({ world }) => {
        rdsOperations.ModifyDBInstance(world, {
          DBInstanceIdentifier: 'cso-dev-keystone',
          BackupRetentionPeriod: 0,
        });
      },
    ],
    [
      'whose own backups are kept too short, and that no selection takes in',
      { "RDS's own": 'fail', plan: 'fail' },
      ({ world }) => {
        for (const instance of world.rds.singles)
          Object.assign(instance, { BackupRetentionPeriod: 1, TagList: [] });
      },
    ],
  ])('%s', async (_what, expected, prepare) => {
    const run = await inDev('keystone-database', prepare);
    expect(run.end.outcome).toBe('failed');
    expect(notPassed(run, 'keystone-database')).toEqual(expected);
  });

  test('that is gone', async () => {
    const run = await inDev('keystone-database', ({ world }) => {
      world.rds.singles = [];
    });
    expect(run.end.state.error?.code).toBe('RESOURCE_MISSING');
  });

  test('that belongs to a cluster is backed up with it', async () => {
    const run = await inspecting({
      environment: {
        components: {
          single: { ...components['keystone-database'], instance: 'morpheus-prod-1' } as never,
        },
      },
    });
    expect(run.end.state.error).toMatchObject({
      code: 'INSTANCE_IN_CLUSTER',
      hint: expect.stringContaining('cluster: morpheus-prod'),
    });
  });
});

test('no restore test is made of them, and none is passed over in silence', () => {
  const environment = { name: 'dev', ...environmentSchema.parse(csoDevEnvironment) };
  const restore = backupVerify.parameters.parse({ restore: true });
  expect(() => backupVerify.validate?.(restore, environment)).toThrow(
    /no restore test of keystone-volumes \(ebs-volumes\), rabbitmq-volumes \(ebs-volumes\), keystone-database \(rds-instance\)/,
  );
});
