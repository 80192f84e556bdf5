import { describe, expect, test } from 'vitest';
import { keyArn } from '../../../src/sandbox/cso-dev/storage.ts';
import { recoveryDatabase } from '../../../src/sandbox/morpheus-prod/database.ts';
import {
  backups,
  database,
  files,
  keys,
  recoveryKeys,
  recoveryRegion,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import type { Call } from '../../../src/sandbox/service.ts';
import { nextRun, parseCron } from '../../../src/sandbox/services/backup/cron.ts';
import { backupOperations, forgetCopies, shortenCopies } from '../../../src/sandbox/services/backup/index.ts';
import { isSelected } from '../../../src/sandbox/services/backup/selection.ts';
import { accountOf, elsewhere, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, passUntil, prod } from './stack.ts';

const call: Call = { region: 'us-east-1', requestId: 'c1c2c3c4-0000-4000-8000-000000000000' };
const b = backupOperations;
const vault = backups.vault;
const role = 'arn:aws:iam::111122223333:role/morpheus-backup';

const west = (world: World): World => elsewhere(world, recoveryRegion);
const points = (world: World, ByResourceType?: string) =>
  b.ListRecoveryPointsByBackupVault(world, {
    BackupVaultName: vault,
    ...(ByResourceType !== undefined && { ByResourceType }),
  }).RecoveryPoints ?? [];
const newest = (world: World, type: string) => first(points(world, type));
const backUp = (world: World, ResourceArn: string = files.arn, more: object = {}): string =>
  b.StartBackupJob(world, { BackupVaultName: vault, ResourceArn, IamRoleArn: role, ...more }).BackupJobId ??
  '';
const job = (world: World, BackupJobId: string) => b.DescribeBackupJob(world, { BackupJobId });
const ended = (world: World, id: string) => {
  passUntil(world, () => !['CREATED', 'RUNNING', 'ABORTING'].includes(job(world, id).State ?? ''), {
    every: 30,
  });
  return job(world, id);
};
const copy = (world: World, RecoveryPointArn: string, more: object = {}): string =>
  b.StartCopyJob(world, {
    RecoveryPointArn,
    SourceBackupVaultName: vault,
    DestinationBackupVaultArn: `arn:aws:backup:${recoveryRegion}:111122223333:backup-vault:${vault}`,
    IamRoleArn: role,
    ...more,
  }).CopyJobId ?? '';
const copyJob = (world: World, CopyJobId: string) => b.DescribeCopyJob(world, { CopyJobId }).CopyJob;
const copied = (world: World, id: string, atMost = 3 * 3600) => {
  passUntil(world, () => !['CREATED', 'RUNNING'].includes(copyJob(world, id)?.State ?? ''), {
    every: 30,
    atMost,
  });
  return copyJob(world, id);
};
const newFileSystem = {
  'file-system-id': files.id,
  newFileSystem: 'true',
  Encrypted: 'true',
  KmsKeyId: keys.files,
  PerformanceMode: 'generalPurpose',
  CreationToken: 'drill',
};
const restore = (
  world: World,
  type: 'Aurora' | 'EFS',
  Metadata: Record<string, string>,
  more: object = {},
): string =>
  b.StartRestoreJob(world, {
    RecoveryPointArn: newest(world, type).RecoveryPointArn,
    Metadata,
    IamRoleArn: role,
    ResourceType: type,
    ...more,
  }).RestoreJobId ?? '';
const restoreJob = (world: World, RestoreJobId: string) => b.DescribeRestoreJob(world, { RestoreJobId });
const restored = (world: World, id: string) => {
  passUntil(world, () => !['PENDING', 'RUNNING'].includes(restoreJob(world, id).Status ?? ''), { every: 30 });
  return restoreJob(world, id);
};
const rules = (world: World) =>
  b.GetBackupPlan(world, { BackupPlanId: backups.planId }).BackupPlan?.Rules ?? [];
const aRule = { RuleName: 'hourly', TargetBackupVaultName: vault, ScheduleExpression: 'cron(0 * * * ? *)' };
const makePlan = (
  world: World,
  BackupPlanName: string,
  rule: object = {},
  CreatorRequestId?: string,
): string =>
  b.CreateBackupPlan(world, {
    BackupPlan: { BackupPlanName, Rules: [{ ...aRule, ...rule }] },
    ...(CreatorRequestId !== undefined && { CreatorRequestId }),
  }).BackupPlanId ?? '';

describe('the stack', () => {
  test('has recovery points of seven days and the last hours in both Regions', () => {
    const world = prod();
    for (const [there, key] of [
      [world, keys.backup],
      [west(world), recoveryKeys.backup],
    ] as const) {
      const { EncryptionKeyArn, NumberOfRecoveryPoints } = b.DescribeBackupVault(there, {
        BackupVaultName: vault,
      });
      expect(EncryptionKeyArn).toBe(key);
      expect(NumberOfRecoveryPoints).toBe(points(there).length);
      for (const [type, arn] of [
        ['Aurora', database.clusterArn],
        ['EFS', files.arn],
      ]) {
        const found = points(there, type);
        expect(found.every(({ ResourceArn }) => ResourceArn === arn)).toBe(true);
        expect(found.filter(({ CreatedBy }) => CreatedBy?.BackupRuleName === 'daily')).toHaveLength(7);
        expect(
          found.filter(({ CreatedBy }) => CreatedBy?.BackupRuleName === 'every-four-hours').length,
        ).toBeGreaterThan(4);
        expect(first(found).CreationDate?.getTime()).toBeGreaterThan(
          new Date('2026-03-02T01:00:00Z').getTime(),
        );
        expect(found.every(({ Status }) => Status === 'COMPLETED' || Status === 'DELETING')).toBe(true);
      }
    }
    expect(rules(world).map(({ RuleName }) => RuleName)).toEqual(['daily', 'every-four-hours']);
    expect(b.ListBackupSelections(world, { BackupPlanId: backups.planId }).BackupSelectionsList).toHaveLength(
      2,
    );
    expect(b.ListBackupJobs(world, { ByState: 'FAILED' }).BackupJobs).toEqual([]);
  });

  test('is at rest: nothing is under way', () => {
    const world = prod();
    for (const state of ['CREATED', 'RUNNING'] as const) {
      expect(b.ListBackupJobs(world, { ByState: state }).BackupJobs).toEqual([]);
      expect(b.ListCopyJobs(world, { ByState: state }).CopyJobs).toEqual([]);
    }
  });

  test('the same seed gives the same world, and reads change nothing', () => {
    const [one, other] = [prod(), prod()];
    points(one);
    b.GetRestoreTestingInferredMetadata(
      one,
      { BackupVaultName: vault, RecoveryPointArn: newest(one, 'Aurora').RecoveryPointArn },
      call,
    );
    expect(snapshot(accountOf(one))).toBe(snapshot(accountOf(other)));
  });
});

describe('vaults', () => {
  test('rule 1: a vault that is not there cannot be told from one that is not ours', () => {
    const world = prod();
    expect(faultOf(() => b.DescribeBackupVault(world, { BackupVaultName: 'other' }))).toEqual({
      code: 'AccessDeniedException',
      message: 'Insufficient privileges to perform this action.',
    });
  });

  test('rule 2: names are used once, and a vault with recovery points stays', () => {
    const world = prod();
    const make = (CreatorRequestId: string) =>
      b.CreateBackupVault(world, {
        BackupVaultName: 'drill',
        EncryptionKeyArn: keys.backup,
        CreatorRequestId,
      });
    expect(make('1')).toEqual(make('1'));
    expect(faultOf(() => make('2')).code).toBe('AlreadyExistsException');
    expect(faultOf(() => b.CreateBackupVault(world, { BackupVaultName: 'no spaces' })).code).toBe(
      'InvalidParameterValueException',
    );
    b.DeleteBackupVault(world, { BackupVaultName: 'drill' });
    expect(b.ListBackupVaults(world, {}).BackupVaultList).toHaveLength(1);
    expect(faultOf(() => b.DeleteBackupVault(world, { BackupVaultName: vault }))).toEqual({
      code: 'InvalidRequestException',
      message: 'Backup vault cannot be deleted because it contains recovery points.',
    });
  });

  test('rule 3: a locked vault keeps what it has and takes what fits', () => {
    const world = prod();
    const lock = (ChangeableForDays?: number) =>
      b.PutBackupVaultLockConfiguration(world, {
        BackupVaultName: vault,
        MinRetentionDays: 7,
        ...(ChangeableForDays !== undefined && { ChangeableForDays }),
      });
    for (const wrong of [2, 36_501, 999_999_999_999, 3.5])
      expect(faultOf(() => lock(wrong)).code).toBe('InvalidParameterValueException');
    lock();
    expect(b.DescribeBackupVault(world, { BackupVaultName: vault })).toMatchObject({
      Locked: true,
      MinRetentionDays: 7,
    });
    const { RecoveryPointArn } = newest(world, 'EFS');
    const remove = () => b.DeleteRecoveryPoint(world, { BackupVaultName: vault, RecoveryPointArn });
    expect(faultOf(remove).code).toBe('InvalidRequestException');
    const short = ended(world, backUp(world, files.arn, { Lifecycle: { DeleteAfterDays: 1 } }));
    expect(short).toMatchObject({
      State: 'FAILED',
      StatusMessage: expect.stringContaining('MinRetentionDays: 7'),
    });
    b.DeleteBackupVaultLockConfiguration(world, { BackupVaultName: vault });
    remove();
    lock(3);
    pass(world, 3 * 86_400 + 1);
    expect(faultOf(() => lock()).code).toBe('InvalidRequestException');
    expect(faultOf(() => b.DeleteBackupVaultLockConfiguration(world, { BackupVaultName: vault })).code).toBe(
      'InvalidRequestException',
    );
  });
});

describe('plans', () => {
  test('rule 4: a plan is made once, and every update is a version', () => {
    const world = prod();
    const BackupPlanId = makePlan(world, 'drill', {}, 'request-1');
    expect(makePlan(world, 'drill', {}, 'request-1')).toBe(BackupPlanId);
    expect(faultOf(() => makePlan(world, 'drill')).code).toBe('AlreadyExistsException');
    const before = b.GetBackupPlan(world, { BackupPlanId });
    b.UpdateBackupPlan(world, {
      BackupPlanId,
      BackupPlan: {
        BackupPlanName: 'drill',
        Rules: [{ ...aRule, ScheduleExpression: 'cron(30 1 * * ? *)' }],
      },
    });
    const after = b.GetBackupPlan(world, { BackupPlanId });
    expect(after.VersionId).not.toBe(before.VersionId);
    expect(after.BackupPlan?.Rules?.[0]?.RuleId).toBe(before.BackupPlan?.Rules?.[0]?.RuleId);
    const { VersionId } = before;
    expect(b.GetBackupPlan(world, { BackupPlanId, VersionId }).BackupPlan).toEqual(before.BackupPlan);
  });

  test.each([
    [{ Lifecycle: { DeleteAfterDays: 0 } }, 'DeleteAfterDays cannot be less than 1 or more than 36500 days'],
    [
      { Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 60 } },
      'cannot be less than 90 days apart',
    ],
    [{ ScheduleExpression: 'rate(1 hour)' }, 'Invalid cron expression: rate(1 hour)'],
    [{ StartWindowMinutes: 30 }, 'Invalid start window'],
    [{ RuleName: 'two words' }, 'Invalid rule name'],
  ])('rule 5: a wrong rule is refused with its name: %j', (wrong, why) => {
    const { code, message } = faultOf(() => makePlan(prod(), 'drill', wrong));
    expect(code).toBe('InvalidParameterValueException');
    expect(message).toContain(`Error in rule ${'RuleName' in wrong ? wrong.RuleName : 'hourly'} : `);
    expect(message).toContain(why);
  });

  test('rule 4: a plan with a tag of any name is made once', () => {
    const world = prod();
    const rule = { RecoveryPointTags: { toString: 'a', constructor: 'b' } };
    const made = makePlan(world, 'drill', rule, 'request-1');
    expect(makePlan(world, 'drill', rule, 'request-1')).toBe(made);
  });

  test('rule 5: no number of days or minutes leads past the end of time', () => {
    const world = prod();
    const long = 1e15;
    for (const wrong of [
      { Lifecycle: { MoveToColdStorageAfterDays: long } },
      { StartWindowMinutes: long, CompletionWindowMinutes: 2 * long },
      { CompletionWindowMinutes: long },
    ])
      expect(faultOf(() => makePlan(world, 'drill', { RuleName: 'hourly', ...wrong })).code).toBe(
        'InvalidParameterValueException',
      );
    for (const wrong of [{ Lifecycle: { MoveToColdStorageAfterDays: long } }, { StartWindowMinutes: long }])
      expect(faultOf(() => backUp(world, files.arn, wrong)).code).toBe('InvalidParameterValueException');
  });

  test('rule 6: a plan with selections stays, a deleted one is listed on request', () => {
    const world = prod();
    const remove = () => b.DeleteBackupPlan(world, { BackupPlanId: backups.planId });
    expect(faultOf(remove)).toEqual({
      code: 'InvalidRequestException',
      message: 'Related backup plan selections must be deleted prior to backup plan deletion',
    });
    for (const { SelectionId } of b.ListBackupSelections(world, { BackupPlanId: backups.planId })
      .BackupSelectionsList ?? [])
      b.DeleteBackupSelection(world, { BackupPlanId: backups.planId, SelectionId });
    remove();
    expect(b.ListBackupPlans(world, {}).BackupPlansList).toEqual([]);
    expect(b.ListBackupPlans(world, { IncludeDeleted: true }).BackupPlansList).toHaveLength(1);
    const before = points(world).length;
    pass(world, 4 * 3600);
    expect(points(world).length).toBeLessThanOrEqual(before);
  });

  test('rule 7: selections take in by ARN and tag, narrow by conditions, and leave out', () => {
    const resource = {
      arn: files.arn,
      type: 'EFS' as const,
      name: 'x',
      tags: { Backup: 'yes', Stage: 'prod' },
    };
    const selects = (selection: object) =>
      isSelected({ SelectionName: 's', IamRoleArn: role, ...selection }, resource);
    const tag = (ConditionValue: string) => ({
      ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'Backup', ConditionValue }],
    });
    const condition = (value: string) => ({
      Conditions: { StringLike: [{ ConditionKey: 'aws:ResourceTag/Stage', ConditionValue: value }] },
    });
    expect(selects({ Resources: ['arn:aws:elasticfilesystem:*:*:file-system/*'] })).toBe(true);
    expect(selects({ Resources: ['arn:aws:rds:*'], ...tag('yes') })).toBe(true);
    expect(selects({ Resources: ['arn:aws:rds:*'], ...tag('no') })).toBe(false);
    expect(selects({ Resources: ['*'], ...condition('pr*') })).toBe(true);
    expect(selects({ Resources: ['*'], ...condition('dev*') })).toBe(false);
    expect(selects({ Resources: ['*'], NotResources: [files.arn] })).toBe(false);
    expect(selects({ Resources: [`${'*a'.repeat(50)}*`] })).toBe(false);
    const inherited = { ConditionKey: 'constructor', ConditionValue: '?*' };
    expect(selects({ Resources: ['*'], Conditions: { StringLike: [inherited] } })).toBe(false);

    const world = prod();
    const BackupSelection = { SelectionName: 's', IamRoleArn: role, Resources: ['*'] };
    const create = (BackupPlanId: string) =>
      b.CreateBackupSelection(world, { BackupPlanId, BackupSelection });
    expect(faultOf(() => create('none'))).toEqual({
      code: 'InvalidParameterValueException',
      message: 'Cannot find Backup plan with ID none',
    });
    const { SelectionId } = create(backups.planId);
    expect(
      b.GetBackupSelection(world, { BackupPlanId: backups.planId, SelectionId }).BackupSelection,
    ).toEqual(BackupSelection);
    expect(faultOf(() => create(backups.planId)).code).toBe('AlreadyExistsException');
  });

  test.each([
    ['cron(0 5 * * ? *)', '2026-03-03T05:00:00Z'],
    ['cron(0 5 ? * * *)', '2026-03-03T05:00:00Z'],
    ['cron(30 0/4 * * ? *)', '2026-03-02T08:30:00Z'],
    ['cron(0 12 ? * MON-FRI *)', '2026-03-02T12:00:00Z'],
    ['cron(0 22 ? * 7 *)', '2026-03-07T22:00:00Z'],
    ['cron(15 1 1 JAN ? *)', '2027-01-01T01:15:00Z'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00:00Z'],
  ])('rule 8: %s runs next at %s', (expression, next) => {
    expect(nextRun(expression, new Date('2026-03-02T05:00:00Z'))).toEqual(new Date(next));
  });

  test.each([
    'cron(0 5 * * * *)',
    'cron(60 5 * * ? *)',
    'cron(0 5 * ?)',
    'cron(? 5 * * ? *)',
    'daily',
    'cron(0 5 9-3 * ? *)',
  ])('rule 8: %s is no schedule', (expression) => expect(parseCron(expression)).toBeUndefined());

  test('rule 8: the plan goes on by itself, to the vault in the other Region', () => {
    const world = prod();
    const before = newest(world, 'Aurora').CreationDate;
    pass(world, 3 * 3600 + 50 * 60);
    for (const there of [world, west(world)])
      for (const type of ['Aurora', 'EFS']) {
        const { CreationDate, CreatedBy } = newest(there, type);
        expect(CreationDate?.toISOString()).toMatch(/^2026-03-02T05:\d\d/);
        expect(CreatedBy).toMatchObject({ BackupPlanName: 'morpheus-prod', BackupRuleName: 'daily' });
      }
    expect(newest(world, 'Aurora').CreationDate).not.toEqual(before);
    expect(
      b.GetBackupPlan(world, { BackupPlanId: backups.planId, MaxScheduledRunsPreview: 2 }),
    ).toMatchObject({
      LastExecutionDate: new Date('2026-03-02T05:00:00Z'),
      ScheduledRunsPreview: [
        { ExecutionTime: new Date('2026-03-02T09:00:00Z') },
        { ExecutionTime: new Date('2026-03-02T13:00:00Z') },
      ],
    });
  });
});

describe('backup jobs', () => {
  test('rule 9: created, running with a percentage, completed', () => {
    const world = prod();
    const answer = b.StartBackupJob(world, {
      BackupVaultName: vault,
      ResourceArn: files.arn,
      IamRoleArn: role,
    });
    const id = answer.BackupJobId ?? '';
    expect(answer.RecoveryPointArn).toContain(':recovery-point:');
    expect(job(world, id)).toMatchObject({ State: 'CREATED', PercentDone: '0.0' });
    pass(world, 61);
    const begun = newest(world, 'EFS');
    expect(begun).toMatchObject({ Status: 'CREATING', RecoveryPointArn: answer.RecoveryPointArn });
    pass(world, 200);
    const running = job(world, id);
    expect(running.State).toBe('RUNNING');
    expect(Number(running.PercentDone)).toBeGreaterThan(5);
    expect(ended(world, id)).toMatchObject({ State: 'COMPLETED', PercentDone: '100.0' });
    expect(newest(world, 'EFS')).toMatchObject({
      Status: 'COMPLETED',
      BackupSizeInBytes: begun.BackupSizeInBytes,
    });

    const aurora = backUp(world, database.clusterArn);
    expect(job(world, aurora).RecoveryPointArn).toBeUndefined();
    expect(ended(world, aurora).RecoveryPointArn).toContain(':cluster-snapshot:awsbackup:job-');
  });

  test.each([
    [undefined, 'FAILED', 0],
    ['ABORTED', 'ABORTED', 0],
    ['EXPIRED', 'EXPIRED', 0],
    ['PARTIAL', 'PARTIAL', 1],
  ] as const)('rule 10: a backup that fails: %s', (status, State, more) => {
    const world = prod();
    const before = points(world, 'EFS').length;
    world.faults.push({ what: 'backup-fails', resourceType: 'EFS', ...(status !== undefined && { status }) });
    const id = backUp(world, files.arn, { StartWindowMinutes: 60 });
    expect(ended(world, id)).toMatchObject({ State, StatusMessage: expect.any(String) });
    expect(points(world, 'EFS')).toHaveLength(before + more);
    if (more === 1) expect(newest(world, 'EFS').Status).toBe('PARTIAL');
    expect(ended(world, backUp(world, database.clusterArn)).State).toBe('COMPLETED');
  });

  test('rule 10: a backup needs a usable key and a vault', () => {
    const world = prod();
    world.faults.push({ what: 'key-disabled', key: keys.backup });
    expect(ended(world, backUp(world))).toMatchObject({ State: 'FAILED', StatusMessage: expect.any(String) });
    world.faults.length = 0;
    b.CreateBackupVault(world, { BackupVaultName: 'drill', EncryptionKeyArn: keys.backup });
    const id = backUp(world, files.arn, { BackupVaultName: 'drill' });
    b.DeleteBackupVault(world, { BackupVaultName: 'drill' });
    expect(ended(world, id)).toMatchObject({
      State: 'FAILED',
      StatusMessage: 'Backup vault drill does not exist',
    });
  });

  test('rule 11: the same token gives the same job', () => {
    const world = prod();
    const token = { IdempotencyToken: 'once' };
    expect(backUp(world, files.arn, token)).toBe(backUp(world, files.arn, token));
    const { RecoveryPointArn = '' } = newest(world, 'EFS');
    expect(copy(world, RecoveryPointArn, token)).toBe(copy(world, RecoveryPointArn, token));
    expect(restore(world, 'EFS', newFileSystem, token)).toBe(restore(world, 'EFS', newFileSystem, token));
    expect(backUp(world)).not.toBe(backUp(world));
  });

  test('rule 11: the same token with another request is refused, and starts nothing', () => {
    const world = prod();
    const token = { IdempotencyToken: 'once' };
    const Lifecycle = { DeleteAfterDays: 8 };
    const { RecoveryPointArn = '' } = newest(world, 'EFS');
    backUp(world, files.arn, { ...token, RecoveryPointTags: { a: '1', b: '2' } });
    copy(world, RecoveryPointArn, token);
    restore(world, 'EFS', newFileSystem, token);
    const { backupJobs, copyJobs, restoreJobs } = world.backup;
    const before = [backupJobs, copyJobs, restoreJobs].map((jobs) => jobs.map(({ id }) => id));
    expect(() => backUp(world, files.arn, { ...token, RecoveryPointTags: { b: '2', a: '1' } })).not.toThrow();
    for (const call of [
      () => backUp(world, database.clusterArn, { ...token, RecoveryPointTags: { a: '1', b: '2' } }),
      () => backUp(world, files.arn, { ...token, RecoveryPointTags: { a: '1' } }),
      () => copy(world, newest(world, 'Aurora').RecoveryPointArn ?? '', token),
      () => copy(world, RecoveryPointArn, { ...token, Lifecycle }),
      () => restore(world, 'EFS', { ...newFileSystem, CreationToken: 'another' }, token),
      () => restore(world, 'Aurora', { DBClusterIdentifier: 'restored' }, token),
    ])
      expect(faultOf(call)).toEqual({
        code: 'InvalidParameterValueException',
        message: 'The idempotency token was used before, for a request with other parameters.',
      });
    const after = [world.backup.backupJobs, world.backup.copyJobs, world.backup.restoreJobs];
    expect(after.map((jobs) => jobs.map(({ id }) => id))).toEqual(before);
  });

  test('rule 12: a job that is stopped leaves nothing', () => {
    const world = prod();
    const before = points(world).length;
    const id = backUp(world);
    pass(world, 120);
    b.StopBackupJob(world, { BackupJobId: id });
    expect(job(world, id).State).toBe('ABORTING');
    expect(ended(world, id).State).toBe('ABORTED');
    expect(points(world)).toHaveLength(before);
    expect(faultOf(() => b.StopBackupJob(world, { BackupJobId: id })).code).toBe('InvalidRequestException');
  });
});

describe('recovery points', () => {
  test('rule 13: they are deleted when their days are over', () => {
    const world = prod();
    const { RecoveryPointArn } = ended(
      world,
      backUp(world, files.arn, { Lifecycle: { DeleteAfterDays: 1 } }),
    );
    const ask = () => b.DescribeRecoveryPoint(world, { BackupVaultName: vault, RecoveryPointArn });
    const { DeleteAt = world.now } = ask().CalculatedLifecycle ?? {};
    pass(world, (DeleteAt.getTime() - world.now.getTime()) / 1000 + 60);
    expect(ask().Status).toBe('DELETING');
    pass(world, 3600);
    expect(faultOf(ask).code).toBe('ResourceNotFoundException');
  });

  test('rule 13: a lifecycle can be changed', () => {
    const world = prod();
    const { RecoveryPointArn, CreationDate = world.now } = newest(world, 'EFS');
    const update = (DeleteAfterDays: number) =>
      b.UpdateRecoveryPointLifecycle(world, {
        BackupVaultName: vault,
        RecoveryPointArn,
        Lifecycle: { DeleteAfterDays },
      });
    expect(update(30).CalculatedLifecycle?.DeleteAt).toEqual(
      new Date(CreationDate.getTime() + 30 * 86_400_000),
    );
    expect(update(-1).CalculatedLifecycle).toEqual({});
    expect(faultOf(() => update(0)).code).toBe('InvalidParameterValueException');
  });

  test('rule 14: a deleted recovery point is gone after a moment', () => {
    const world = prod();
    const { RecoveryPointArn } = newest(world, 'EFS');
    const remove = (arn: string | undefined) =>
      b.DeleteRecoveryPoint(world, { BackupVaultName: vault, RecoveryPointArn: arn });
    remove(RecoveryPointArn);
    expect(newest(world, 'EFS').Status).toBe('DELETING');
    pass(world, 121);
    expect(faultOf(() => remove(RecoveryPointArn)).code).toBe('ResourceNotFoundException');
    backUp(world);
    pass(world, 61);
    expect(faultOf(() => remove(newest(world, 'EFS').RecoveryPointArn)).code).toBe('InvalidRequestException');
  });

  test('rule 15: keys are of the cluster, of the vault, and of the vault at the destination', () => {
    const world = prod();
    expect(newest(world, 'Aurora').EncryptionKeyArn).toBe(keys.database);
    expect(newest(world, 'EFS').EncryptionKeyArn).toBe(keys.backup);
    for (const type of ['Aurora', 'EFS'])
      expect(newest(west(world), type).EncryptionKeyArn).toBe(recoveryKeys.backup);
  });

  test('rule 16: protected resources have a complete recovery point', () => {
    const world = prod();
    const listed = b.ListProtectedResources(world, {}).Results ?? [];
    expect(listed.map(({ ResourceArn }) => ResourceArn).toSorted()).toEqual(
      [files.arn, database.clusterArn].toSorted(),
    );
    const { LastBackupTime, LastRecoveryPointArn } = b.DescribeProtectedResource(world, {
      ResourceArn: files.arn,
    });
    expect(newest(world, 'EFS')).toMatchObject({
      CreationDate: LastBackupTime,
      RecoveryPointArn: LastRecoveryPointArn,
    });
    expect(faultOf(() => b.DescribeProtectedResource(world, { ResourceArn: `${files.arn}0` })).code).toBe(
      'ResourceNotFoundException',
    );
    expect(b.ListRecoveryPointsByResource(world, { ResourceArn: files.arn }).RecoveryPoints).toHaveLength(
      points(world, 'EFS').length,
    );
  });
});

describe('copies', () => {
  test('rule 17: created, running, completed, and then it is there, as old as its source', () => {
    const world = prod();
    const source = newest(world, 'EFS');
    const id = copy(world, source.RecoveryPointArn ?? '', { Lifecycle: { DeleteAfterDays: 30 } });
    const before = points(west(world)).length;
    expect(copyJob(world, id)?.State).toBe('CREATED');
    pass(world, 61);
    expect(copyJob(world, id)).toMatchObject({
      State: 'RUNNING',
      SourceRecoveryPointArn: source.RecoveryPointArn,
    });
    expect(copyJob(world, id)?.DestinationRecoveryPointArn).toBeUndefined();
    const done = copied(world, id);
    expect(done).toMatchObject({ State: 'COMPLETED', DestinationEncryptionKeyArn: recoveryKeys.backup });
    expect(points(west(world))).toHaveLength(before + 1);
    expect(
      b.DescribeRecoveryPoint(west(world), {
        BackupVaultName: vault,
        RecoveryPointArn: done?.DestinationRecoveryPointArn,
      }),
    ).toMatchObject({
      CreationDate: source.CreationDate,
      BackupSizeInBytes: source.BackupSizeInBytes,
      Lifecycle: { DeleteAfterDays: 30 },
      SourceBackupVaultArn: source.BackupVaultArn,
    });
  });

  test('rule 18: a late copy takes longer', () => {
    const world = prod();
    world.faults.push({ what: 'copy-late', resourceType: 'EFS', by: 6 * 3_600_000 });
    const id = copy(world, newest(world, 'EFS').RecoveryPointArn ?? '');
    pass(world, 6 * 3600);
    expect(copyJob(world, id)?.State).toBe('RUNNING');
    expect(copied(world, id)?.State).toBe('COMPLETED');
  });

  test('rule 18: a copy fails, or brings a share', () => {
    const world = prod();
    const source = newest(world, 'EFS');
    const outcome = () => copied(world, copy(world, source.RecoveryPointArn ?? ''));
    world.faults = [{ what: 'copy-missing', resourceType: 'EFS' }];
    expect(outcome()).toMatchObject({ State: 'FAILED', StatusMessage: expect.any(String) });
    world.faults = [{ what: 'key-disabled', key: recoveryKeys.backup }];
    expect(outcome()?.State).toBe('FAILED');
    world.faults = [{ what: 'copy-short', share: 0.03 }];
    const RecoveryPointArn = outcome()?.DestinationRecoveryPointArn;
    const short = b.DescribeRecoveryPoint(west(world), { BackupVaultName: vault, RecoveryPointArn });
    expect(short.BackupSizeInBytes).toBe(Math.floor((source.BackupSizeInBytes ?? 0) * 0.03));
    expect(
      faultOf(() =>
        copy(world, source.RecoveryPointArn ?? '', { DestinationBackupVaultArn: 'arn:aws:backup:x' }),
      ).code,
    ).toBe('AccessDeniedException');
  });

  test('rule 19: copies that never succeeded', () => {
    const world = prod();
    const before = points(west(world), 'Aurora').length;
    forgetCopies(world, 'EFS');
    expect(points(west(world), 'EFS')).toEqual([]);
    expect(points(west(world), 'Aurora')).toHaveLength(before);
    const jobs = b.ListCopyJobs(world, { ByResourceType: 'EFS' }).CopyJobs ?? [];
    expect(jobs.length).toBeGreaterThan(5);
    expect(jobs.every(({ State }) => State === 'FAILED')).toBe(true);
    expect(points(world, 'EFS').length).toBeGreaterThan(7);
  });

  test('rule 19: copies that never held more', () => {
    const world = prod();
    const bytes = (type: string) =>
      points(west(world), type).reduce((sum, { BackupSizeInBytes = 0 }) => sum + BackupSizeInBytes, 0);
    const before = { EFS: bytes('EFS'), Aurora: bytes('Aurora') };
    shortenCopies(world, 0.03, 'EFS');
    expect(bytes('EFS') / before.EFS).toBeCloseTo(0.03);
    expect(bytes('Aurora')).toBe(before.Aurora);
  });
});

describe('restores', () => {
  test('rule 20: pending, running with a percentage, completed', () => {
    const world = prod();
    const id = restore(world, 'EFS', newFileSystem);
    expect(restoreJob(world, id)).toMatchObject({ Status: 'PENDING', PercentDone: '0.00%' });
    pass(world, 400);
    const running = restoreJob(world, id);
    expect(running).toMatchObject({
      Status: 'RUNNING',
      RecoveryPointCreationDate: newest(world, 'EFS').CreationDate,
    });
    expect(running.PercentDone).toMatch(/^[1-9]\d?\.\d\d%$/);
    expect(running.CreatedResourceArn).toBeUndefined();
    expect(restored(world, id)).toMatchObject({ Status: 'COMPLETED', PercentDone: '100.00%' });
    expect(newest(world, 'EFS').LastRestoreTime).toBeDefined();
    expect(b.GetRestoreJobMetadata(world, { RestoreJobId: id }).Metadata).toEqual(newFileSystem);
    expect(
      b.DescribeProtectedResource(world, { ResourceArn: files.arn }).LatestRestoreExecutionTimeMinutes,
    ).toBeGreaterThan(10);
  });

  test.each(['us-east-1', recoveryRegion])('rule 21: a cluster restored in %s has no instance', (region) => {
    const world = elsewhere(prod(), region);
    if (region === recoveryRegion) world.rds = recoveryDatabase(world);
    const { DBSubnetGroupName = '' } = first(world.rds.subnetGroups).group;
    const done = restored(
      world,
      restore(world, 'Aurora', { dbclusteridentifier: 'drill', DBSubnetGroupName }),
    );
    expect(done).toMatchObject({ Status: 'COMPLETED', ResourceType: 'Aurora' });
    const state = world.rds.clusters.find(({ cluster }) => cluster.DBClusterArn === done.CreatedResourceArn);
    expect(state?.cluster).toMatchObject({ DBClusterIdentifier: 'drill', Status: 'available' });
    expect(state?.instances).toEqual([]);
  });

  test('rule 22: files come back below a directory, in a new file system or an old one', () => {
    const world = prod();
    const made = restored(
      world,
      restore(world, 'EFS', newFileSystem, { CopySourceTagsToRestoredResource: true }),
    );
    const state = world.efs.fileSystems.find(
      ({ fileSystem }) => fileSystem.FileSystemArn === made.CreatedResourceArn,
    );
    expect(state?.fileSystem).toMatchObject({
      CreationToken: 'drill',
      KmsKeyId: keys.files,
      Encrypted: true,
    });
    expect(state?.fileSystem.Tags).toContainEqual({ Key: 'Project', Value: 'morpheus' });
    expect(state?.content).toMatchObject({
      files: 0,
      directories: [
        {
          name: expect.stringMatching(/^aws-backup-restore_2026-03-02T02-1\d-/),
          bytes: made.BackupSizeInBytes,
        },
      ],
    });
    const same = restored(
      world,
      restore(world, 'EFS', { 'file-system-id': files.id, newFileSystem: 'false' }),
    );
    expect(same.CreatedResourceArn).toBe(files.arn);
    expect(first(world.efs.fileSystems).content.directories).toHaveLength(1);
  });

  test.each([
    ['EFS', { ...newFileSystem, CreationToken: '' }, 'CreationToken'],
    ['EFS', { newFileSystem: 'true' }, 'file-system-id'],
    ['EFS', { 'file-system-id': 'fs-0', newFileSystem: 'false' }, "'fs-0' does not exist"],
    ['EFS', { ...newFileSystem, CreationToken: files.name }, 'already exists with creation token'],
    ['Aurora', { Engine: 'aurora-mysql' }, 'DBClusterIdentifier'],
    ['Aurora', { DBClusterIdentifier: database.cluster }, 'already exists'],
  ] as const)('rule 23: %s with %j fails', (type, metadata, why) => {
    const world = prod();
    expect(restored(world, restore(world, type, { ...metadata }))).toMatchObject({
      Status: 'FAILED',
      StatusMessage: expect.stringContaining(why),
    });
  });

  test('rule 24: a restore fails, or is stuck until it is not', () => {
    const world = prod();
    world.faults = [{ what: 'restore-fails', resourceType: 'EFS', message: 'no capacity' }];
    expect(restored(world, restore(world, 'EFS', newFileSystem))).toMatchObject({
      Status: 'FAILED',
      StatusMessage: 'no capacity',
    });
    world.faults = [{ what: 'restore-stuck' }];
    const stuck = restore(world, 'EFS', newFileSystem);
    pass(world, 7200);
    expect(restoreJob(world, stuck)).toMatchObject({ Status: 'RUNNING', PercentDone: '0.00%' });
    world.faults = [];
    expect(restored(world, stuck).Status).toBe('COMPLETED');
    const deleted = restore(world, 'EFS', { ...newFileSystem, CreationToken: 'y' });
    pass(world, 120);
    world.efs.fileSystems.pop();
    expect(restored(world, deleted)).toMatchObject({
      Status: 'FAILED',
      StatusMessage: expect.stringMatching(/^Resource arn:.+ does not exist any more\.$/),
    });
    world.faults = [{ what: 'key-disabled', key: keys.backup }];
    expect(restored(world, restore(world, 'EFS', { ...newFileSystem, CreationToken: 'x' })).Status).toBe(
      'FAILED',
    );
    expect(
      b.ListRestoreJobsByProtectedResource(world, { ResourceArn: files.arn, ByStatus: 'FAILED' }).RestoreJobs,
    ).toHaveLength(3);
  });

  test('rule 25: a completed restore is validated once', () => {
    const world = prod();
    const RestoreJobId = restore(world, 'EFS', newFileSystem);
    const put = () => b.PutRestoreValidationResult(world, { RestoreJobId, ValidationStatus: 'SUCCESSFUL' });
    expect(faultOf(put).code).toBe('InvalidRequestException');
    restored(world, RestoreJobId);
    put();
    expect(restoreJob(world, RestoreJobId).ValidationStatus).toBe('SUCCESSFUL');
    expect(faultOf(put).code).toBe('InvalidRequestException');
  });

  test('rule 26: metadata is recorded and inferred', () => {
    const world = prod();
    const of = (type: string) => ({
      BackupVaultName: vault,
      RecoveryPointArn: newest(world, type).RecoveryPointArn,
    });
    expect(b.GetRecoveryPointRestoreMetadata(world, of('EFS')).RestoreMetadata).toEqual({
      'file-system-id': files.id,
    });
    expect(b.GetRecoveryPointRestoreMetadata(world, of('Aurora')).RestoreMetadata).toMatchObject({
      DBClusterIdentifier: database.cluster,
      Engine: 'aurora-mysql',
      KmsKeyId: keys.database,
    });
    expect(b.GetRestoreTestingInferredMetadata(world, of('EFS'), call).InferredMetadata).toMatchObject({
      newFileSystem: 'true',
      kmsKeyId: 'alias/aws/elasticfilesystem',
    });
    expect(
      b.GetRestoreTestingInferredMetadata(world, of('Aurora'), call).InferredMetadata?.[
        'dbClusterIdentifier'
      ],
    ).toMatch(/^awsbackup-restore-test-/);
  });

  test('rule 27: restore testing plans are kept', () => {
    const world = prod();
    const RestoreTestingPlan = {
      RestoreTestingPlanName: 'weekly',
      ScheduleExpression: 'cron(0 6 ? * SUN *)',
      RecoveryPointSelection: { Algorithm: 'LATEST_WITHIN_WINDOW' as const, IncludeVaults: ['*'] },
    };
    const create = () => b.CreateRestoreTestingPlan(world, { RestoreTestingPlan });
    create();
    expect(faultOf(create).code).toBe('AlreadyExistsException');
    const names = { RestoreTestingPlanName: 'weekly', RestoreTestingSelectionName: 'files' };
    b.CreateRestoreTestingSelection(world, {
      RestoreTestingPlanName: 'weekly',
      RestoreTestingSelection: {
        RestoreTestingSelectionName: 'files',
        ProtectedResourceType: 'EFS',
        IamRoleArn: role,
      },
    });
    expect(b.GetRestoreTestingSelection(world, names).RestoreTestingSelection?.ProtectedResourceType).toBe(
      'EFS',
    );
    expect(b.ListRestoreTestingSelections(world, names).RestoreTestingSelections).toHaveLength(1);
    expect(faultOf(() => b.DeleteRestoreTestingPlan(world, names)).code).toBe('InvalidRequestException');
    b.DeleteRestoreTestingSelection(world, names);
    b.DeleteRestoreTestingPlan(world, names);
    expect(b.ListRestoreTestingPlans(world, {}).RestoreTestingPlans).toEqual([]);
    expect(faultOf(() => b.GetRestoreTestingPlan(world, names)).code).toBe('ResourceNotFoundException');
  });
});

describe('in general', () => {
  test('rule 28: lists are newest first, filtered, in pages, and bounded', () => {
    const world = prod();
    const page = b.ListBackupJobs(world, { MaxResults: 5 });
    expect(page.BackupJobs).toHaveLength(5);
    const { NextToken } = page;
    const rest = b.ListBackupJobs(world, { NextToken }).BackupJobs ?? [];
    const dates = [...(page.BackupJobs ?? []), ...rest].map(
      ({ CreationDate }) => CreationDate?.getTime() ?? 0,
    );
    expect(dates).toEqual(dates.toSorted((one, other) => other - one));
    const ByCreatedAfter = new Date('2026-03-02T00:00:00Z');
    expect(b.ListBackupJobs(world, { ByCreatedAfter, ByResourceType: 'EFS' }).BackupJobs).toHaveLength(1);
    expect(b.ListCopyJobs(world, { ByCreatedAfter, ByResourceArn: files.arn }).CopyJobs).toHaveLength(1);
    expect(faultOf(() => b.ListBackupJobs(world, { NextToken: '?' })).code).toBe(
      'InvalidParameterValueException',
    );
    for (let count = 0; count < 40; count += 1) ended(world, backUp(world));
    expect(b.ListBackupJobs(world, {}).BackupJobs).toHaveLength(24);
  });

  test('rule 29: vaults, plans and recovery points have tags', () => {
    const world = prod();
    const { BackupVaultArn } = b.DescribeBackupVault(world, { BackupVaultName: vault });
    const { BackupPlanArn } = b.GetBackupPlan(world, { BackupPlanId: backups.planId });
    for (const ResourceArn of [BackupVaultArn, BackupPlanArn, newest(world, 'Aurora').RecoveryPointArn]) {
      b.TagResource(world, { ResourceArn, Tags: { Drill: 'yes', Owner: 'ops' } });
      b.UntagResource(world, { ResourceArn, TagKeyList: ['Owner'] });
      expect(b.ListTags(world, { ResourceArn }).Tags).toMatchObject({ Drill: 'yes' });
      expect(b.ListTags(world, { ResourceArn }).Tags).not.toHaveProperty('Owner');
      expect(faultOf(() => b.TagResource(world, { ResourceArn, Tags: { 'aws:x': '' } })).code).toBe(
        'InvalidParameterValueException',
      );
    }
  });

  test('rules 15 and 31: volumes and single instances are backed up with their own keys, and not restored', () => {
    const world = newWorld({ seed: 7, environments: ['dev'] });
    const listed = (ByResourceType: string) =>
      b.ListRecoveryPointsByBackupVault(world, { BackupVaultName: 'cso-dev', ByResourceType }).RecoveryPoints;
    for (const [type, arn, key, count] of [
      ['EBS', /^arn:aws:ec2:eu-west-1::snapshot\/snap-0[0-9a-f]{16}$/, keyArn('ebs'), 4 * 7],
      ['RDS', /^arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:job-/, keyArn('rds'), 7],
    ] as const) {
      expect(listed(type), type).toHaveLength(count);
      const { RecoveryPointArn, EncryptionKeyArn, ResourceType, BackupSizeInBytes } = first(listed(type));
      expect({ RecoveryPointArn, EncryptionKeyArn, ResourceType }).toEqual({
        RecoveryPointArn: expect.stringMatching(arn),
        EncryptionKeyArn: key,
        ResourceType: type,
      });
      expect(BackupSizeInBytes).toBeGreaterThan(0);
      const job = b.StartRestoreJob(world, {
        RecoveryPointArn,
        Metadata: { any: 'thing' },
        IamRoleArn: 'arn:aws:iam::111122223333:role/cso-dev-backup',
      }).RestoreJobId;
      passUntil(world, () => restoreJob(world, job ?? '').Status === 'FAILED', { every: 30 });
      expect(restoreJob(world, job ?? '').StatusMessage).toContain(`no recovery points of type ${type}`);
    }
    expect(
      new Set(b.ListProtectedResources(world, {}).Results?.map(({ ResourceType }) => ResourceType)),
    ).toEqual(new Set(['EBS', 'RDS']));
  });

  test('rule 30: what is not there is refused', () => {
    const world = prod();
    const unknown = newest(world, 'EFS').RecoveryPointArn?.replace(/.{4}$/, '0000');
    const calls: [string, () => unknown][] = [
      ['ResourceNotFoundException', () => job(world, 'x')],
      ['ResourceNotFoundException', () => copyJob(world, 'x')],
      ['ResourceNotFoundException', () => restoreJob(world, 'x')],
      ['ResourceNotFoundException', () => b.GetBackupPlan(world, { BackupPlanId: 'x' })],
      ['ResourceNotFoundException', () => backUp(world, `${files.arn}0`)],
      ['ResourceNotFoundException', () => b.ListTags(world, { ResourceArn: unknown })],
      [
        'ResourceNotFoundException',
        () => restore(world, 'EFS', newFileSystem, { RecoveryPointArn: unknown }),
      ],
      [
        'InvalidParameterValueException',
        () => restore(world, 'EFS', newFileSystem, { ResourceType: 'Aurora' }),
      ],
      ['InvalidParameterValueException', () => backUp(world, files.arn, { IamRoleArn: 'morpheus-backup' })],
      ['InvalidParameterValueException', () => backUp(world, 'fs-0')],
    ];
    for (const [code, ask] of calls) expect(faultOf(ask).code).toBe(code);
    expect(
      faultOf(() => b.DescribeRecoveryPoint(world, { BackupVaultName: vault, RecoveryPointArn: unknown }))
        .code,
    ).toBe('ResourceNotFoundException');
  });

  test('notifications and access policy of a vault', () => {
    const world = prod();
    const name = { BackupVaultName: vault };
    expect(b.GetBackupVaultNotifications(world, name).BackupVaultEvents).toContain('BACKUP_JOB_FAILED');
    expect(faultOf(() => b.GetBackupVaultAccessPolicy(world, name)).code).toBe('ResourceNotFoundException');
    b.PutBackupVaultAccessPolicy(world, { ...name, Policy: '{}' });
    expect(b.GetBackupVaultAccessPolicy(world, name).Policy).toBe('{}');
  });
});
