import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { recoveryKeys } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { elsewhere } from '../../src/sandbox/world.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
} from '../helpers/sandbox-run.ts';

const setting = (more: Partial<RunSetting> = {}, parameters: Record<string, unknown> = {}): RunSetting => ({
  runbook: backupVerify,
  parameters: { restore: true, component: 'database', ...parameters },
  ...more,
});

const restoring = (more: Partial<RunSetting> = {}, parameters: Record<string, unknown> = {}) =>
  runIn(setting(more, parameters));

const failureOf = ({ events }: SandboxRun) =>
  events.find((event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed');

function withCommand(command: string): Partial<Environment> {
  const { components } = environmentSchema.parse(morpheusProdEnvironment);
  const { database } = components;
  if (database?.type !== 'aurora-cluster' || database.backup?.restoreTest?.query === undefined)
    throw new Error('The database has no query');
  database.backup.restoreTest.query.command = command;
  return { components };
}

const isGone = ({ sandbox: { world } }: SandboxRun): boolean =>
  world.rds.clusters.length === 1 && world.efs.fileSystems.every(({ goneFrom }) => goneFrom === undefined);

const home = 'us-east-1';
const away = 'us-west-2';

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
    expect(isGone(run)).toBe(true);
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
    const undone = await rollBackFrom(run, setting());
    expect(undone.end.outcome).toBe('rolled-back');
    expect(isGone(undone)).toBe(true);
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
    expect(isGone(run)).toBe(true);
  });

  test('the query itself is wrong', async () => {
    const run = await restoring({ environment: withCommand('false {endpoint}') });
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.message).toContain('query: the command ended with 1');
    expect(isGone(run)).toBe(true);
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
    expect(isGone(run)).toBe(true);
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
    const undone = await rollBackFrom(run, setting({ wake: later }));
    expect(undone.end.outcome).toBe('rolled-back');
    expect(isGone(undone)).toBe(true);
  });

  test('what somebody else deleted by hand is found gone', async () => {
    const run = await restoring({
      prepare: (sandbox) =>
        sandbox.inject({ what: 'access-denied', service: 'rds', operation: 'DeleteDBCluster' }),
    });
    const undone = await rollBackFrom(
      run,
      setting({
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
  const resumed = await resumeFrom(cut, setting({ wake }));
  expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('failed');
  expect(resumed.writes.filter((write) => write === 'StartRestoreJob')).toHaveLength(1);
  expect(resumed.end.state.steps.get('restore-database/database/restore')?.applied).toBe('adopted');
  // Nobody looked for three hours, so nobody can say that it would have been usable within one.
  expect(resumed.end.state.error?.code).toBe('OBJECTIVE_MISSED');
  expect(isGone(resumed)).toBe(true);
});

test('a copy is restored in the recovery Region, and nothing at home', async () => {
  const run = await restoring({}, { fromRecoveryRegion: true });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(run.end.state.steps.get('restore-database/database/validate')?.findings).toContainEqual(
    expect.objectContaining({ verdict: 'warn', subject: 'query' }),
  );
  const writes = run.events.filter((event) => event.type === 'aws-called' && event.write);
  expect(writes.every((event) => event.type === 'aws-called' && event.region === away)).toBe(true);
  expect(elsewhere(run.sandbox.world, away).rds.clusters).toEqual([]);
  expect(elsewhere(run.sandbox.world, away).backup.restoreJobs).toHaveLength(1);
  expect(run.sandbox.world.backup.restoreJobs).toEqual([]);
});

test('random chooses within the days, and the same when the run is gone on with', async () => {
  const chosen = ({ end }: SandboxRun) => end.state.steps.get('restore-database/database/point')?.output;
  const stop = ({ type }: RunEvent, _sandbox: Sandbox) => {
    if (type === 'apply-started') throw new Error('enough');
  };
  const point = async (parameters: Record<string, unknown>) => {
    const run = await runIn(setting({ observe: stop }, parameters), true);
    return (chosen(run) as { arn: string }).arn;
  };
  expect(await point({ point: 'random' })).toBe(await point({ point: 'random' }));
  expect(await point({ point: 'random' })).not.toBe(await point({}));
});
