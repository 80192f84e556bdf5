import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { recoveryKeys } from '../../src/sandbox/morpheus-prod/names.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { failureOf, left, restoreSetting, restoring, stepOf, withTests } from '../helpers/restore-tests.ts';
import { leaving, resumeFrom, rollBackFrom, runIn, type SandboxRun } from '../helpers/sandbox-run.ts';

const withCommand = (command: string) =>
  withTests({
    database({ query }) {
      if (query === undefined) throw new Error('The database has no query');
      query.command = command;
    },
  });

const hour = 3_600_000;
const home = 'us-east-1';

describe('a restore that cannot begin changes nothing', () => {
  test('no recovery point', async () => {
    const run = await restoring({
      prepare: ({ world }) => {
        world.backup.recoveryPoints = [];
      },
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/point',
      error: { code: 'NO_RECOVERY_POINT', message: expect.stringContaining(home) },
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });

  test('a recovery point that is not there', async () => {
    const run = await restoring(
      {},
      { point: 'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-x' },
    );
    expect(failureOf(run)?.error.code).toBe('POINT_UNKNOWN');
    expect(run.writes).toEqual([]);
  });

  test('the key of the copy is disabled in the recovery Region', async () => {
    const run = await restoring(
      { prepare: (sandbox) => sandbox.inject({ what: 'key-disabled', key: recoveryKeys.backup }) },
      { fromRecoveryRegion: true },
    );
    expect(failureOf(run)?.error).toMatchObject({
      code: 'KEY_NOT_USABLE',
      message: expect.stringContaining('Disabled in us-west-2'),
      hint: expect.stringContaining('aws kms enable-key'),
    });
    expect(run.writes).toEqual([]);
    const found = run.end.state.steps.get('inspection/database/inspect')?.findings ?? [];
    expect(found.find(({ subject }) => subject === 'key in us-west-2')?.verdict).toBe('fail');
  });

  test('the recovery point expires between the choice and the restore', async () => {
    const run = await restoring({
      observe(event, { world }) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/point'))
          world.backup.recoveryPoints = [];
      },
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/restore',
      error: { code: 'POINT_GONE' },
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });
});

describe('a quota that is reached', () => {
  test.each(['DBClusters', 'DBInstances'] as const)('%s: refused before anything is made', async (quota) => {
    const run = await restoring({ prepare: (sandbox) => sandbox.inject({ what: 'quota-reached', quota }) });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/quota',
      error: {
        code: 'QUOTA_REACHED',
        message: expect.stringMatching(/^The account has 40 of 40 DB (clusters|instances) in us-east-1/),
        hint: expect.stringContaining('aws rds describe-db-clusters'),
      },
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });

  test('of file systems, as the configuration knows it', async () => {
    const environment = withTests({
      files(test) {
        test.fileSystemQuota = 1;
      },
    });
    const run = await restoring({ environment }, { component: 'files' });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-files/files/quota',
      error: { code: 'QUOTA_REACHED', message: expect.stringContaining('1 of 1 file systems') },
    });
    expect(run.writes).toEqual([]);
  });

  test('reached between the look and the restore: the job fails, and nothing is left', async () => {
    const run = await restoring({
      observe(event, sandbox) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/quota'))
          sandbox.inject({ what: 'quota-reached', quota: 'DBClusters' });
      },
    });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'RESTORE_FAILED',
      message: expect.stringContaining('Cannot create more than 40 DB clusters'),
    });
    expect(run.end.outcome).toBe('rolled-back');
  });
});

describe('a database that stays creating', () => {
  test('a cluster: AWS deletes it when it is done, and the rollback says so until then', async () => {
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({ what: 'database-stays-creating', part: 'cluster', lasts: 6 * hour }),
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/restored',
      error: { code: 'WAIT_TIMED_OUT' },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error?.message).toMatch(
      /AWS does not delete a-run-.*-database yet \(InvalidDBClusterStateFault\); if that lasts: aws rds delete-db-cluster/,
    );
    expect(debtsOf(run.end.state).map(({ path }) => path)).toEqual(['restore-database/database/restore']);
    const wake = new Date(run.sandbox.world.now.getTime() + 2 * hour);
    const undone = await rollBackFrom(run, restoreSetting({ wake }));
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('an instance: its cluster is not touched before it, and both go in the end', async () => {
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({ what: 'database-stays-creating', part: 'instance', lasts: 4 * hour }),
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/serving',
      error: { code: 'WAIT_TIMED_OUT', hint: expect.stringContaining('aws rds describe-events') },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error?.message).toMatch(
      /InvalidDBInstanceState\); if that lasts: aws rds delete-db-instance --db-instance-identifier a-run-.*-1/,
    );
    expect(debtsOf(run.end.state).map(({ path }) => path.split('/').at(-1))).toEqual([
      'instance',
      'tag',
      'restore',
    ]);
    const wake = new Date(run.sandbox.world.now.getTime() + 3 * hour);
    const undone = await rollBackFrom(run, restoreSetting({ wake }));
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('an instance that failed for good is not waited for', async () => {
    const run = await restoring({
      observe(event, { world }) {
        if (event.type !== 'waiting' || !event.step.endsWith('/serving')) return;
        for (const { instances } of world.rds.clusters.slice(1))
          for (const { instance } of instances) instance.DBInstanceStatus = 'incompatible-network';
      },
    });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'INSTANCE_FAILED',
      message: expect.stringContaining('incompatible-network'),
    });
    expect(run.end.outcome).toBe('rolled-back');
    expect(left(run)).toEqual([]);
  });
});

describe('a restore that goes wrong is cleaned up', () => {
  test.each(['FAILED', 'ABORTED'] as const)('the job is %s', async (status) => {
    const message = 'Cannot create more than 40 DB clusters: DBClusterQuotaExceededFault';
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({ what: 'restore-fails', resourceType: 'Aurora', status, message }),
    });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'RESTORE_FAILED',
      message: expect.stringContaining(`${status}: ${message}`),
    });
    expect(run.end.outcome).toBe('rolled-back');
    expect(debtsOf(run.end.state)).toEqual([]);
    expect(left(run)).toEqual([]);
  });

  test('the job is stuck: what may still come is named, with the command to delete it', async () => {
    const run = await restoring({
      prepare: (sandbox) => sandbox.inject({ what: 'restore-stuck' }),
    });
    expect(failureOf(run)?.error.code).toBe('WAIT_TIMED_OUT');
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error?.message).toMatch(
      /is RUNNING, cannot be stopped and may still make .*-database; to delete that then: aws rds delete-db-cluster/,
    );
    expect(debtsOf(run.end.state).map(({ path }) => path)).toEqual(['restore-database/database/restore']);
  });

  test('once the stuck job is over, a rollback deletes what it made', async () => {
    const run = await restoring({
      prepare: (sandbox) => sandbox.inject({ what: 'restore-stuck', lasts: 4 * 3_600_000 }),
      operator: leaving,
    });
    expect(run.end.outcome).toBe('failed-with-changes');
    const undone = await rollBackFrom(run, restoreSetting());
    expect(undone.end.outcome).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('the answer of the query is not as expected: noted on the job, deleted, and the run fails', async () => {
    const run = await restoring({
      observe(event, { world }) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/serving'))
          for (const cluster of world.rds.clusters.slice(1)) cluster.data.rows = 12;
      },
    });
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error).toMatchObject({
      code: 'FINDINGS_FAIL',
      message: expect.stringContaining('query rows: 12'),
    });
    expect(run.sandbox.world.backup.restoreJobs.at(-1)?.validation).toMatchObject({ status: 'FAILED' });
    expect(left(run)).toEqual([]);
  });

  test('the query itself is wrong', async () => {
    const run = await restoring({ environment: withCommand('false {endpoint}') });
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.message).toContain('query: the command ended with 1');
    expect(left(run)).toEqual([]);
  });

  test('no node can be asked to ask', async () => {
    const run = await restoring({
      observe(event, { world }) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/serving'))
          for (const { group } of world.autoScaling.fleets) group.Instances = [];
      },
    });
    expect(failureOf(run)?.error.code).toBe('NO_NODE_TO_ASK_FROM');
    expect(run.end.outcome).toBe('rolled-back');
    expect(left(run)).toEqual([]);
  });

  test('a restored file system that holds too little', async () => {
    const run = await restoring(
      {
        prepare: ({ world }) => {
          for (const { held } of world.backup.recoveryPoints)
            if (held.type === 'EFS') Object.assign(held.copy, { bytes: held.copy.bytes * 0.03 });
        },
      },
      { component: 'files' },
    );
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.message).toContain('bytes: 12.1 GiB');
    expect(debtsOf(run.end.state)).toEqual([]);
  });
});

describe('deleting', () => {
  test('access denied: listed with the command, and the exit code says so; a rollback goes on once it is allowed', async () => {
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({
          what: 'access-denied',
          service: 'rds',
          operation: 'DeleteDBCluster',
          lasts: 2 * 3_600_000,
        }),
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/clean-up',
      error: {
        code: 'NOT_DELETED',
        hint: expect.stringContaining(
          'aws rds delete-db-cluster --db-cluster-identifier a-run-20260302-021000-abcd-database',
        ),
      },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(debtsOf(run.end.state).map(({ path }) => path)).toContain('restore-database/database/restore');
    const later = new Date(run.sandbox.world.now.getTime() + 2 * 3_600_000);
    const undone = await rollBackFrom(run, restoreSetting({ wake: later }));
    expect(undone.end.outcome).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('a cluster of the same name that is older than the run is somebody else’s, and stays', async () => {
    const older = '2026-03-01T09:00:00.000Z';
    const run = await restoring({
      prepare: (sandbox) => sandbox.inject({ what: 'restore-fails' }),
      observe(event, { world }) {
        const [cluster] = world.rds.clusters;
        if (event.type !== 'apply-started' || cluster === undefined) return;
        const twin = structuredClone(cluster);
        twin.cluster.DBClusterIdentifier = 'a-run-20260302-021000-abcd-database';
        twin.cluster.ClusterCreateTime = new Date(older);
        twin.instances = [];
        world.rds.clusters.push(twin);
      },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error).toMatchObject({ code: 'NOT_OURS', message: expect.stringContaining(older) });
    expect(run.writes).toEqual(['StartRestoreJob']);
    expect(left(run)).toEqual(['a-run-20260302-021000-abcd-database']);
  });

  test('what somebody else deleted by hand is found gone', async () => {
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({ what: 'access-denied', service: 'rds', operation: 'DeleteDBCluster' }),
    });
    const undone = await rollBackFrom(
      run,
      restoreSetting({
        observe(event, { world }) {
          if (event.type === 'rollback-started') world.rds.clusters = world.rds.clusters.slice(0, 1);
        },
      }),
    );
    expect(undone.end.outcome).toBe('rolled-back');
  });
});

test('the laptop is lost during the restore: a resume finds the job by its token and goes on', async () => {
  const whole = await restoring({ keepMoments: true });
  const lost = whole.moments.find(({ events }) => events.at(-1)?.type === 'apply-started');
  const begun = whole.moments.find(({ events }) => {
    const last = events.at(-1);
    return last?.type === 'aws-called' && last.operation === 'StartRestoreJob';
  });
  if (lost === undefined || begun === undefined) throw new Error('No restore began');
  // The job runs in this world, and the journal does not know it.
  const cut = { ...begun, events: lost.events };
  const wake = new Date('2026-03-02T05:30:00Z');
  const resumed = await resumeFrom(cut, restoreSetting({ wake }));
  expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('failed');
  expect(resumed.writes.filter((write) => write === 'StartRestoreJob')).toHaveLength(1);
  expect(resumed.end.state.steps.get('restore-database/database/restore')?.applied).toBe('adopted');
  // Nobody looked for three hours, so nobody can say that it would have been usable within one.
  expect(resumed.end.state.error?.code).toBe('OBJECTIVE_MISSED');
  expect(left(resumed)).toEqual([]);
});

test('random chooses within the days, and the same when the run is gone on with', async () => {
  const chosen = ({ end }: SandboxRun) => end.state.steps.get('restore-database/database/point')?.output;
  const stop = ({ type }: RunEvent, _sandbox: Sandbox) => {
    if (type === 'apply-started') throw new Error('enough');
  };
  const point = async (parameters: Record<string, unknown>) => {
    const run = await runIn(restoreSetting({ observe: stop }, parameters), true);
    return (chosen(run) as { arn: string }).arn;
  };
  expect(await point({ point: 'random' })).toBe(await point({ point: 'random' }));
  expect(await point({ point: 'random' })).not.toBe(await point({}));
});

test('the restore is made with the role of the configuration, where it names one', async () => {
  const role = 'arn:aws:iam::111122223333:role/morpheus-restore';
  const environment = withTests({
    database(test) {
      test.role = role;
    },
  });
  const run = await restoring({ environment });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(run.sandbox.world.backup.restoreJobs.at(-1)?.role).toBe(role);
});

test('only keys that AWS Backup knows of Aurora are sent', async () => {
  const run = await restoring();
  expect(Object.keys(run.sandbox.world.backup.restoreJobs.at(-1)?.metadata ?? {}).sort()).toEqual([
    'DBClusterIdentifier',
    'DBClusterParameterGroupName',
    'DBSubnetGroupName',
    'Engine',
    'EngineVersion',
    'KmsKeyId',
    'VpcSecurityGroupIds',
  ]);
});

describe('what it cost', () => {
  test('is a sum of money where there are prices', async () => {
    const run = await restoring();
    expect(stepOf(run, 'cost')?.output).toMatchObject({ currency: 'USD', unpriced: [] });
  });

  test('is hours where there are none, and no price is made up', async () => {
    const run = await restoring({ environment: { prices: undefined } });
    const { items, ...rest } = (stepOf(run, 'cost')?.output ?? {}) as { items?: readonly object[] };
    expect(rest).toEqual({ hasPrices: false, unpriced: ['db.r5.large', 'storage of the database'] });
    expect(items).toEqual([
      { what: 'db.r5.large', hours: expect.any(Number) },
      { what: 'storage of the database', hours: expect.any(Number), gib: expect.any(Number) },
    ]);
  });
});
