import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/engine/finding.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import { failureOf, left, restoreSetting, restoring, stepOf, withTests } from '../helpers/restore-tests.ts';
import { leaving, type RunSetting, rollBackFrom, type SandboxRun } from '../helpers/sandbox-run.ts';

const files = (more: Partial<RunSetting> = {}) => restoring(more, { component: 'files' });
const filesSetting = (more: Partial<RunSetting> = {}) => restoreSetting(more, { component: 'files' });

const withCommand = (command: string) =>
  withTests({
    files({ look }) {
      if (look === undefined) throw new Error('Nobody looks at the files');
      look.command = command;
    },
  });

const lookFindings = (run: SandboxRun): readonly Finding[] =>
  (stepOf(run, 'validate')?.findings ?? []).filter(({ subject }) => subject.startsWith('look'));

const ended = (id: string) => (event: { type: string; step?: string }) =>
  event.type === 'step-succeeded' && event.step?.endsWith(`/${id}`) === true;

/** A command that does not unmount what it mounted. */
const careless = 'mkdir -p {mountPoint} && mount -t nfs4 -o ro {address}:/ {mountPoint} && ls {mountPoint}';

const hour = 3_600_000;

describe('a node looks at the restored files', () => {
  test('below the directory that AWS Backup restores into, and leaves nothing mounted', async () => {
    const run = await files({
      environment: withTests({
        files({ look }) {
          look?.expect.push({ line: 'directory' });
        },
      }),
    });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(lookFindings(run)).toEqual([
      expect.objectContaining({ verdict: 'pass', subject: 'look files' }),
      expect.objectContaining({ verdict: 'pass', subject: 'look newest-file' }),
      expect.objectContaining({
        verdict: 'pass',
        fact: expect.stringMatching(/^aws-backup-restore_2026-03-02T/),
      }),
    ]);
    expect(left(run)).toEqual([]);
  });

  test('what was expected is not there: noted on the job, deleted, and the run fails', async () => {
    const run = await files({
      prepare: ({ world }) => {
        for (const { held } of world.backup.recoveryPoints)
          if (held.type === 'EFS') Object.assign(held.copy, { files: 12 });
      },
    });
    expect(run.end.state.error).toMatchObject({
      code: 'FINDINGS_FAIL',
      message: expect.stringContaining('look files: 12'),
    });
    expect(run.sandbox.world.backup.restoreJobs.at(-1)?.validation?.status).toBe('FAILED');
    expect(left(run)).toEqual([]);
  });

  test('the security group of the mount target does not let the node in', async () => {
    const environment = withTests({
      files({ look }) {
        if (look !== undefined) look.securityGroups = ['sg-0e1a3b5c7d8f94ace'];
      },
    });
    const run = await files({ environment });
    expect(lookFindings(run)).toEqual([
      expect.objectContaining({
        verdict: 'fail',
        fact: expect.stringContaining('mount.nfs4: Connection timed out'),
        toDo: expect.stringContaining('security group'),
      }),
    ]);
    expect(run.end.outcome).toBe('failed');
    expect(left(run)).toEqual([]);
  });

  test('without a command in the configuration that is a warning, and no mount target is made', async () => {
    const environment = withTests({
      files(test) {
        delete test.look;
      },
    });
    const run = await files({ environment });
    expect(run.end.outcome).toBe('succeeded');
    expect(lookFindings(run)).toEqual([
      expect.objectContaining({
        verdict: 'warn',
        fact: 'nobody looked at the files: components.files.backup.restoreTest.look is not configured',
      }),
    ]);
    expect(run.writes).not.toContain('CreateMountTarget');
  });

  test('the fleet has no node in the zone of the mount target any more', async () => {
    const run = await files({
      observe(event, { world }) {
        if (ended('mountable')(event))
          for (const { group } of world.autoScaling.fleets)
            group.Instances = group.Instances.filter(
              ({ AvailabilityZone }) => AvailabilityZone !== 'us-east-1a',
            );
      },
    });
    expect(failureOf(run)?.error).toMatchObject({
      code: 'NO_NODE_TO_ASK_FROM',
      message: expect.stringContaining('in us-east-1a'),
    });
    expect(run.end.outcome).toBe('rolled-back');
    expect(left(run)).toEqual([]);
  });
});

describe('a mount that is left behind', () => {
  test('is unmounted before its mount target goes, and the run says so', async () => {
    const run = await files({ environment: withCommand(careless) });
    const said = run.events.flatMap((event) => (event.type === 'progress' ? [event.line] : []));
    expect(said).toContainEqual(
      '/mnt/a-run-20260302-021000-abcd-files was left mounted on i-0a4c1e7d90b3f2581: it is unmounted now',
    );
    expect(run.writes.indexOf('DeleteMountTarget')).toBeGreaterThan(run.writes.lastIndexOf('SendCommand'));
    expect(left(run)).toEqual([]);
  });

  test('is named with node and command where nobody may send commands; a later rollback goes on', async () => {
    const lasts = 3 * hour;
    const run = await files({
      environment: withCommand(careless),
      observe(event, sandbox) {
        if (ended('answer')(event))
          sandbox.inject({ what: 'access-denied', service: 'ssm', operation: 'SendCommand', lasts });
      },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error).toMatchObject({
      code: 'MAY_BE_MOUNTED',
      message: expect.stringMatching(
        /^\/mnt\/a-run-.*-files may still be mounted on node i-0a4c1e7d90b3f2581/,
      ),
      hint: expect.stringContaining('sudo umount -f -l /mnt/a-run-'),
    });
    expect(run.writes).not.toContain('DeleteMountTarget');
    expect(debtsOf(run.end.state).map(({ path }) => path)).toContain('restore-files/files/look');
    const wake = new Date(run.sandbox.world.now.getTime() + lasts);
    const undone = await rollBackFrom(run, filesSetting({ wake }));
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('cannot be seen while the agent is offline: the mount target stays until it can', async () => {
    const run = await files({
      environment: withCommand(careless),
      observe(event, sandbox) {
        if (ended('answer')(event))
          sandbox.inject({ what: 'agent-offline', instance: 'i-0a4c1e7d90b3f2581', lasts: 2 * hour });
      },
    });
    expect(run.end.outcome).toBe('rollback-failed');
    expect(run.end.state.error?.message).toMatch(/nobody can see whether \/mnt\/a-run-.* is mounted/);
    const wake = new Date(run.sandbox.world.now.getTime() + 2 * hour);
    const undone = await rollBackFrom(run, filesSetting({ wake }));
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(left(undone)).toEqual([]);
  });

  test('went with its node, when that is gone', async () => {
    const run = await files({
      environment: withCommand(careless),
      operator: leaving,
      observe(event, { world }) {
        const node = world.ec2.nodes['i-0a4c1e7d90b3f2581'];
        if (!ended('answer')(event) || node === undefined) return;
        node.instance.State = { Code: 48, Name: 'terminated' };
        delete node.mounts;
      },
    });
    expect(debtsOf(run.end.state)).toEqual([]);
    expect(left(run)).toEqual([]);
    expect(run.writes.filter((write) => write === 'SendCommand')).toHaveLength(1);
  });
});

test('a mount target that may not be deleted is named, and its file system stays with it', async () => {
  const run = await files({
    prepare: (sandbox) =>
      sandbox.inject({
        what: 'access-denied',
        service: 'efs',
        operation: 'DeleteMountTarget',
        lasts: 3 * hour,
      }),
  });
  expect(run.end.outcome).toBe('rollback-failed');
  expect(run.end.state.error).toMatchObject({
    code: 'NOT_DELETED',
    hint: expect.stringMatching(/aws efs delete-mount-target --mount-target-id fsmt-\w+ --region us-east-1/),
  });
  expect(run.writes).not.toContain('DeleteFileSystem');
  const wake = new Date(run.sandbox.world.now.getTime() + 3 * hour);
  const undone = await rollBackFrom(run, filesSetting({ wake }));
  expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
  expect(left(undone)).toEqual([]);
});

test('somebody else’s mount target of the restored file system is named, and waited for', async () => {
  const run = await files({
    observe(event, { world }) {
      const own = world.efs.mountTargets.find(({ target }) => target.IpAddress.startsWith('10.20.1.2'));
      if (!ended('validation')(event) || own === undefined) return;
      const other = structuredClone(own);
      Object.assign(other.target, { MountTargetId: 'fsmt-0123456789abcdef0', IpAddress: '10.20.3.9' });
      world.efs.mountTargets.push(other);
    },
  });
  expect(run.end.outcome).toBe('rollback-failed');
  expect(run.end.state.error?.message).toMatch(
    /has 1 mount targets; if that lasts, delete them: aws efs describe-mount-targets/,
  );
});

test('a fleet that is none is refused before anything begins', () => {
  const environment = withTests({
    files({ look }) {
      if (look !== undefined) look.fleet = 'database';
    },
  });
  const { parameters } = filesSetting();
  const prod = { name: 'prod', ...environmentSchema.parse(morpheusProdEnvironment), ...environment };
  expect(() => backupVerify.validate?.(backupVerify.parameters.parse(parameters), prod)).toThrow(
    /ask from a node of database, and prod has no fleet of that name/,
  );
});
