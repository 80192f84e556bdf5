import { describe, expect, test } from 'vitest';
import { debtsOf } from '../../src/engine/run-state.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import {
  away,
  failureOf,
  left,
  restoreSetting,
  restoring,
  stepOf,
  withTests,
} from '../helpers/restore-tests.ts';
import { type RunSetting, rollBackFrom } from '../helpers/sandbox-run.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests(
  'backup-verify with a restore test of the files in the recovery Region',
  { runbook: backupVerify, parameters: { restore: true, component: 'files', fromRecoveryRegion: true } },
  // Until then nothing is done that a test at home does not do.
  { since: 'restore-files/files/probe-instance' },
);

const there = (more: Partial<RunSetting> = {}, component = 'database') =>
  restoring(more, { component, fromRecoveryRegion: true });

const hour = 3_600_000;

describe('a copy is restored in the recovery Region', () => {
  test('and asked by an instance of its own, with nothing made at home', async () => {
    const run = await there();
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(stepOf(run, 'validate')?.findings).toContainEqual(
      expect.objectContaining({ verdict: 'pass', subject: 'query rows' }),
    );
    const writes = run.events.filter((event) => event.type === 'aws-called' && event.write);
    expect(writes.every((event) => event.type === 'aws-called' && event.region === 'us-west-2')).toBe(true);
    expect(left(run)).toEqual([]);
    expect(away(run.sandbox.world).backup.restoreJobs).toHaveLength(1);
    expect(run.sandbox.world.backup.restoreJobs).toEqual([]);
    expect(stepOf(run, 'cost')?.output).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ what: 't3.medium', amount: expect.any(Number) }),
      ]),
    });
  });

  test('the instance is tagged, in no group and behind no load balancer', async () => {
    let looked = false;
    await there({
      observe(event, { world }) {
        if (event.type !== 'step-succeeded' || !event.step.endsWith('/probe-online')) return;
        looked = true;
        const { ec2, autoScaling, loadBalancing } = away(world);
        const [probe] = Object.values(ec2.nodes);
        expect(probe?.instance).toMatchObject({
          InstanceType: 't3.medium',
          SubnetId: 'subnet-0d43f6a5b7c8d9ea4',
        });
        expect(probe?.instance.Tags.map(({ Key }) => Key).sort()).toEqual([
          'Name',
          'runbook:expires',
          'runbook:purpose',
          'runbook:run',
        ]);
        expect(autoScaling.fleets.flatMap(({ group }) => group.Instances)).toEqual([]);
        expect(JSON.stringify(loadBalancing)).not.toContain(probe?.instance.InstanceId);
      },
    });
    expect(looked).toBe(true);
  });

  test.each([
    ['database', 'query'],
    ['files', 'look'],
  ])(
    'without a probe in the configuration nobody asks the %s: a warning that says what to add',
    async (component, subject) => {
      const environment = withTests({
        database({ recovery }) {
          delete recovery?.probe;
        },
        files({ recovery }) {
          delete recovery?.probe;
        },
      });
      const run = await there({ environment }, component);
      expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
      expect(stepOf(run, 'validate')?.findings).toContainEqual(
        expect.objectContaining({
          verdict: 'warn',
          subject,
          fact: expect.stringContaining(
            `components.${component}.backup.restoreTest.recovery.probe is not configured`,
          ),
        }),
      );
      expect(run.writes).not.toContain('RunInstances');
    },
  );
});

describe('the probe', () => {
  test('whose agent never registers is terminated again', async () => {
    const run = await there({
      observe(event, sandbox) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/probe-instance'))
          for (const [id] of Object.entries(away(sandbox.world).ec2.nodes))
            sandbox.inject({ what: 'agent-offline', instance: id });
      },
    });
    expect(failureOf(run)).toMatchObject({
      step: 'restore-database/database/probe-online',
      error: { code: 'WAIT_TIMED_OUT', hint: expect.stringContaining('AmazonSSMManagedInstanceCore') },
    });
    expect(run.end.outcome).toBe('rolled-back');
    expect(left(run)).toEqual([]);
  });

  test('that cannot be launched costs the answer, and nothing is left', async () => {
    const run = await there({
      prepare: ({ world }) => {
        away(world).ec2.zonesWithoutCapacity.push('us-west-2a');
      },
    });
    expect(failureOf(run)?.step).toBe('restore-database/database/probe-instance');
    expect(failureOf(run)?.error.message).toContain('InsufficientInstanceCapacity');
    expect(run.end.outcome).toBe('rolled-back');
    expect(left(run)).toEqual([]);
  });

  test('that is terminated by somebody is not waited for', async () => {
    const run = await there({
      observe(event, { world }) {
        if (event.type === 'waiting' && event.step.endsWith('/probe-online'))
          for (const { instance } of Object.values(away(world).ec2.nodes))
            instance.State = { Code: 48, Name: 'terminated' };
      },
    });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'PROBE_LOST',
      message: expect.stringContaining('is terminated'),
    });
    expect(run.end.outcome).toBe('rolled-back');
  });

  test('that may not be terminated is named, and the exit code says so', async () => {
    const run = await there({
      prepare: (sandbox) =>
        sandbox.inject({
          what: 'access-denied',
          service: 'ec2',
          operation: 'TerminateInstances',
          lasts: 3 * hour,
        }),
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error).toMatchObject({
      code: 'NOT_DELETED',
      hint: expect.stringMatching(/aws ec2 terminate-instances --instance-ids i-\w+ --region us-west-2/),
    });
    expect(debtsOf(run.end.state).map(({ path }) => path)).toContain(
      'restore-database/database/probe-instance',
    );
    const wake = new Date(run.sandbox.world.now.getTime() + 3 * hour);
    const undone = await rollBackFrom(run, restoreSetting({ wake }, { fromRecoveryRegion: true }));
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });
});
