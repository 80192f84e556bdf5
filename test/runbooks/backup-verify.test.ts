import { describe, expect, test } from 'vitest';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { keys } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { elsewhere } from '../../src/sandbox/world.ts';
import { foundOf, inspecting, notPassed } from '../helpers/inspection.ts';
import { resumeFrom, runIn } from '../helpers/sandbox-run.ts';

/** The copy is older than what the service promises: known, and no failure. */
const asAlways = { 'newest copy': 'warn' };

describe('an inspection', () => {
  test('finds a stack whose backups are as they must be, and writes nothing', async () => {
    const run = await inspecting();
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes).toEqual([]);
    expect(run.events.some((event) => event.type === 'aws-called' && event.write)).toBe(false);
    expect(notPassed(run, 'database')).toEqual(asAlways);
    expect(notPassed(run, 'files')).toEqual(asAlways);
    expect(notPassed(run, 'queue')).toEqual({});
    expect(notPassed(run, 'search')).toEqual({ 'snapshots: newest copy': 'warn' });
    for (const component of ['database', 'files', 'queue', 'search'])
      for (const finding of foundOf(run, component))
        expect(finding.toDo === undefined, finding.subject).toBe(finding.verdict === 'pass');
  });

  test('looks at one component alone', async () => {
    const run = await inspecting({}, { component: 'files' });
    expect(foundOf(run, 'database')).toEqual([]);
    expect(foundOf(run, 'files').length).toBeGreaterThan(10);
  });

  test('stopped after every journal line and resumed, it finds the same', async () => {
    const whole = await inspecting({ keepMoments: true }, { component: 'database' });
    for (const moment of whole.moments.slice(0, -1)) {
      const resumed = await resumeFrom(moment, { runbook: backupVerify, parameters: {} });
      const where = JSON.stringify(moment.events.at(-1));
      expect(resumed.end.outcome, where).toBe('succeeded');
      expect(resumed.writes, where).toEqual([]);
      expect(
        foundOf(resumed, 'database').map(({ subject, verdict }) => [subject, verdict]),
        where,
      ).toEqual(foundOf(whole, 'database').map(({ subject, verdict }) => [subject, verdict]));
    }
  });

  test('a dry run finds the same', async () => {
    const rehearsed = await runIn({ runbook: backupVerify, parameters: {} }, true);
    expect(rehearsed.end.outcome).toBe('succeeded');
    expect(rehearsed.writes).toEqual([]);
    expect(notPassed(rehearsed, 'database')).toEqual(asAlways);
  });

  test('says of every call in the recovery Region that it was there', async () => {
    const { events } = await inspecting({}, { component: 'files' });
    const there = events.filter((event) => event.type === 'aws-called' && event.region === 'us-west-2');
    expect(there.map((event) => event.type === 'aws-called' && event.operation)).toEqual([
      'DescribeBackupVault',
      'ListRecoveryPointsByBackupVault',
      'DescribeKey',
    ]);
  });
});

describe('real failures', () => {
  test('an off-site copy that never succeeded for months, while its alarm says OK for lack of data', async () => {
    const run = await inspecting({ scenario: 'off-site-copy' });
    expect(run.end.outcome).toBe('failed');
    expect(run.end.state.error?.code).toBe('FINDINGS_FAIL');
    expect(notPassed(run, 'database')).toEqual({
      copies: 'fail',
      'newest copy': 'fail',
      'copy jobs': 'fail',
    });
    expect(notPassed(run, 'files')).toEqual(asAlways);
    const copies = foundOf(run, 'database').find(({ subject }) => subject === 'copies');
    expect(copies?.fact).toMatch(/^12 of 12 recovery points have no copy; a copy job says: Access Denied/);
  });

  test('a copy that holds three per cent of the bytes', async () => {
    const run = await inspecting({ scenario: 'short-copy' });
    expect(run.end.outcome).toBe('failed');
    expect(notPassed(run, 'files')).toEqual({ ...asAlways, 'copy sizes': 'fail' });
    expect(notPassed(run, 'database')).toEqual(asAlways);
    const sizes = foundOf(run, 'files').find(({ subject }) => subject === 'copy sizes');
    expect(sizes?.fact).toContain('(3 %)');
  });

  test('exports that no longer reach the recovery Region, while the job that makes them is green', async () => {
    const run = await inspecting({ scenario: 'definitions-not-copied' }, { component: 'queue' });
    expect(notPassed(run, 'queue')).toEqual({
      'definitions: copies': 'fail',
      'definitions: newest copy': 'fail',
    });
    const copies = foundOf(run, 'queue').find(({ subject }) => subject === 'definitions: copies');
    expect(copies?.fact).toBe('6 of 7 saved files have no copy');
  });

  test('a volume that no selection takes in any more, while no job fails', async () => {
    const run = await inspecting({ scenario: 'untagged-volume', stack: 'dev' });
    expect(notPassed(run, 'rabbitmq-volumes')).toEqual({ plan: 'fail' });
    expect(notPassed(run, 'keystone-volumes')).toEqual({});
    const plan = foundOf(run, 'rabbitmq-volumes').find(({ subject }) => subject === 'plan');
    expect(plan?.fact).toMatch(/volume\/vol-0e5f7a9b1c3d468ac$/);
  });

  test.each<[what: string, component: string, expected: object, prepare: (sandbox: Sandbox) => void]>([
    [
      'no plan of that name',
      'database',
      { plan: 'fail' },
      ({ world }) => {
        world.backup.plans = [];
      },
    ],
    [
      'nothing selects it',
      'files',
      { plan: 'fail' },
      ({ world }) => {
        for (const { fileSystem } of world.efs.fileSystems) fileSystem.Tags = [];
      },
    ],
    [
      'a rule keeps too short, is not copied, or is another one',
      'database',
      { 'rule cron(0 5 * * ? *)': 'fail', 'rule cron(0 1,9,13,17,21 * * ? *)': 'fail' },
      ({ world }) => {
        const [daily, often] = world.backup.plans[0]?.versions[0]?.plan.Rules ?? [];
        Object.assign(daily ?? {}, { Lifecycle: { DeleteAfterDays: 3 }, CopyActions: [] });
        Object.assign(often ?? {}, { ScheduleExpression: 'cron(0 1 * * ? *)' });
      },
    ],
    [
      'the vault is gone in the recovery Region',
      'files',
      { 'vault in us-west-2': 'fail', copies: 'fail', 'newest copy': 'fail' },
      ({ world }) => {
        elsewhere(world, 'us-west-2').backup.vaults = [];
      },
    ],
    [
      'a gap in the series',
      'database',
      { series: 'fail' },
      ({ world }) => {
        world.backup.recoveryPoints = world.backup.recoveryPoints.filter(
          ({ created }) => !created.toISOString().startsWith('2026-02-27'),
        );
      },
    ],
    [
      'the newest is too old',
      'files',
      { newest: 'fail', series: 'fail' },
      ({ world }) => {
        const from = world.now.getTime() - 9 * 3_600_000;
        world.backup.recoveryPoints = world.backup.recoveryPoints.filter(
          ({ created }) => created.getTime() < from,
        );
      },
    ],
    [
      'it reaches back less far',
      'database',
      { reach: 'warn' },
      ({ world }) => {
        const from = world.now.getTime() - 3 * 86_400_000;
        world.backup.recoveryPoints = world.backup.recoveryPoints.filter(
          ({ created }) => created.getTime() > from,
        );
      },
    ],
    [
      'the last job failed',
      'database',
      { jobs: 'fail' },
      ({ world }) => {
        const job = world.backup.backupJobs.findLast(({ type }) => type === 'Aurora');
        if (job !== undefined) job.end = { state: 'FAILED', at: world.now, message: 'no capacity' };
      },
    ],
    [
      'a job failed and the next was well',
      'database',
      { jobs: 'warn' },
      ({ world }) => {
        const job = world.backup.backupJobs.find(({ type }) => type === 'Aurora');
        if (job !== undefined) job.end = { state: 'EXPIRED', at: world.now };
      },
    ],
    [
      'it expires before the next can be there',
      'files',
      { expiry: 'fail' },
      ({ world }) => {
        for (const point of world.backup.recoveryPoints) point.lifecycle = { DeleteAfterDays: 0.1 };
      },
    ],
    [
      'a partial recovery point',
      'files',
      { incomplete: 'warn' },
      ({ world }) => {
        const point = world.backup.recoveryPoints.find(({ held }) => held.type === 'EFS');
        if (point !== undefined) Object.assign(point, { status: 'PARTIAL', message: 'some files' });
      },
    ],
    [
      'it suddenly holds little',
      'files',
      { size: 'warn' },
      ({ world }) => {
        const point = world.backup.recoveryPoints.findLast(({ held }) => held.type === 'EFS');
        if (point !== undefined) Object.assign(point.held.copy, { bytes: 1_000_000_000 });
      },
    ],
    [
      'its key is disabled',
      'database',
      { 'key in us-east-1': 'fail' },
      (sandbox) => sandbox.inject({ what: 'key-disabled', key: keys.database }),
    ],
    [
      "Aurora's own backups are kept too short",
      'database',
      { "Aurora's own": 'fail' },
      ({ world }) => {
        for (const { cluster } of world.rds.clusters) cluster.BackupRetentionPeriod = 1;
      },
    ],
  ])('%s', async (_what, component, expected, prepare) => {
    const run = await inspecting({ prepare }, { component });
    const fails = Object.values(expected).includes('fail');
    expect(run.end.outcome).toBe(fails ? 'failed' : 'succeeded');
    expect(notPassed(run, component)).toMatchObject(expected);
  });

  test('a vault that must be locked and is not', async () => {
    const { components } = environmentSchema.parse(morpheusProdEnvironment);
    for (const component of Object.values(components))
      if ('backup' in component && component.backup !== undefined && 'locked' in component.backup)
        component.backup.locked = true;
    const run = await inspecting({ environment: { components } }, { component: 'files' });
    expect(notPassed(run, 'files')).toMatchObject({
      'vault in us-east-1': 'fail',
      'vault in us-west-2': 'fail',
    });
  });

  test('the resource itself is gone', async () => {
    const run = await inspecting({
      prepare: ({ world }) => {
        world.rds.clusters = [];
      },
    });
    expect(run.end.state.error?.code).toBe('RESOURCE_MISSING');
  });
});

describe('before anything is asked of AWS', () => {
  const prod: Environment = { name: 'prod', ...environmentSchema.parse(morpheusProdEnvironment) };
  const read = (parameters: object) => backupVerify.parameters.parse(parameters);
  const refusal = (parameters: object, environment: Partial<Environment> = {}) => {
    try {
      backupVerify.validate?.(read(parameters), { ...prod, ...environment });
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  const without = (part: 'backup' | 'restoreTest') =>
    Object.fromEntries(
      Object.entries(prod.components).map(([name, component]) => [
        name,
        !('backup' in component)
          ? component
          : part === 'backup'
            ? { ...component, backup: undefined }
            : 'restoreTest' in (component.backup ?? {})
              ? { ...component, backup: { ...component.backup, restoreTest: undefined } }
              : component,
      ]),
    ) as Environment['components'];

  test.each<[code: string | undefined, parameters: object, environment: Partial<Environment>]>([
    [undefined, {}, {}],
    [undefined, { restore: true, fromRecoveryRegion: true }, {}],
    ['COMPONENT_NOT_PROTECTED', { component: 'app' }, {}],
    ['NOTHING_PROTECTED', {}, { components: without('backup') }],
    ['RESTORE_TEST_NOT_CONFIGURED', { restore: true }, { components: without('restoreTest') }],
    ['RECOVERY_REGION_MISSING', {}, { recoveryRegion: undefined }],
    ['RECOVERY_REGION_MISSING', { component: 'queue' }, { recoveryRegion: undefined }],
    ['RECOVERY_REGION_MISSING', { component: 'search' }, { recoveryRegion: undefined }],
    ['RESTORE_TEST_NOT_POSSIBLE', { component: 'queue', restore: true }, {}],
    ['RESTORE_NOT_ASKED', { fromRecoveryRegion: true }, {}],
    ['RESTORE_NOT_ASKED', { point: 'random' }, {}],
  ])('%s: %j', (code, parameters, environment) => {
    expect(refusal(parameters, environment)).toBe(code);
  });

  test('an ARN needs its component', () => {
    expect(() => read({ restore: true, point: 'arn:aws:backup:x' })).toThrow(/--component/);
  });
});
