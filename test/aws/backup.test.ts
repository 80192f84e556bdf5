import { describe, expect, it } from 'vitest';
import * as backup from '../../src/aws/backup.ts';
import { deleteFileSystem, describeFileSystem, tagFileSystem } from '../../src/aws/efs.ts';
import { describeKey } from '../../src/aws/kms.ts';
import * as rds from '../../src/aws/rds-restore.ts';
import * as commands from '../../src/aws/ssm-commands.ts';
import { AwsCallError } from '../../src/errors.ts';
import { cannedAws, jsonAnswer, jsonError, queryAnswer } from './canned-aws.ts';

describe('what is not there', () => {
  it.each([
    ['a vault', 'AccessDeniedException', backup.describeVault, 'v'],
    [
      'a recovery point',
      'ResourceNotFoundException',
      backup.describeRecoveryPoint,
      { vault: 'v', point: 'arn:p' },
    ],
    ['a file system', 'FileSystemNotFound', describeFileSystem, { FileSystemId: 'fs-1' }],
    ['a key', 'NotFoundException', describeKey, 'arn:k'],
    ['an invocation', 'InvocationDoesNotExist', commands.commandInvocation, { command: 'c', instance: 'i' }],
  ])('is undefined: %s', async (_what, code, look, which) => {
    const aws = cannedAws(() => jsonError(code, 'no'));
    expect(await look(aws.reading(look), which as never)).toBeUndefined();
  });

  it('is not taken for what may not be seen', async () => {
    const aws = cannedAws(() => jsonError('AccessDeniedException', 'no', 403));
    const look = backup.describeRecoveryPoint(aws.reading(backup.describeRecoveryPoint), {
      vault: 'v',
      point: 'p',
    });
    await expect(look).rejects.toThrow(AwsCallError);
  });
});

describe('a backup plan', () => {
  it('is the one of that name, with all its selections', async () => {
    const aws = cannedAws((_request, nth) =>
      jsonAnswer(
        [
          { BackupPlansList: [{ BackupPlanName: 'other', BackupPlanId: '1' }], NextToken: 'more' },
          { BackupPlansList: [{ BackupPlanName: 'mine', BackupPlanId: '2' }] },
          { BackupPlan: { BackupPlanName: 'mine', Rules: [] } },
          { BackupSelectionsList: [{ SelectionId: 'a' }, { SelectionId: 'b' }] },
          { BackupSelection: { SelectionName: 'first' } },
          { BackupSelection: { SelectionName: 'second' } },
        ][nth],
      ),
    );
    const found = await backup.describeBackupPlan(aws.reading(backup.describeBackupPlan), 'mine');
    expect(found).toMatchObject({
      id: '2',
      selections: [{ SelectionName: 'first' }, { SelectionName: 'second' }],
    });
  });

  it('is undefined where there is none of that name', async () => {
    const aws = cannedAws(() => jsonAnswer({ BackupPlansList: [{ BackupPlanName: 'other' }] }));
    expect(await backup.describeBackupPlan(aws.reading(backup.describeBackupPlan), 'mine')).toBeUndefined();
  });
});

describe('a restore job', () => {
  const since = new Date('2026-03-02T02:00:00Z');

  it('is found by what its metadata says', async () => {
    const aws = cannedAws((_request, nth) =>
      jsonAnswer(
        [
          { RestoreJobs: [{ RestoreJobId: 'one' }, { RestoreJobId: 'two' }] },
          { Metadata: { DBClusterIdentifier: 'another' } },
          { Metadata: { DBClusterIdentifier: 'mine' } },
        ][nth],
      ),
    );
    const find = (value: string) =>
      backup.findRestoreJob(aws.reading(backup.findRestoreJob), { value, since });
    expect(await find('mine')).toBe('two');
  });

  it('is started with its token, and takes no tags of production along', async () => {
    const aws = cannedAws(() => jsonAnswer({ RestoreJobId: 'job' }));
    const job = await backup.startRestoreJob(aws.changing(backup.startRestoreJob), {
      point: 'arn:p',
      role: 'arn:r',
      metadata: { a: 'b' },
      idempotencyToken: 'token',
    });
    expect(job).toBe('job');
    expect(aws.records).toMatchObject([
      {
        operation: 'StartRestoreJob',
        write: true,
        parameters: { IdempotencyToken: 'token', CopySourceTagsToRestoredResource: false },
      },
    ]);
  });
});

describe('deleting', () => {
  it('takes a cluster without a snapshot and with its backups, and an instance by its name', async () => {
    const aws = cannedAws(({ operation }) => queryAnswer(operation, ''));
    await rds.deleteCluster(aws.changing(rds.deleteCluster), 'c');
    await rds.deleteClusterInstance(aws.changing(rds.deleteClusterInstance), 'i');
    expect(aws.sent.map(({ fields }) => fields)).toMatchObject([
      { DBClusterIdentifier: 'c', SkipFinalSnapshot: 'true', DeleteAutomatedBackups: 'true' },
      { DBInstanceIdentifier: 'i' },
    ]);
  });

  it('takes a file system by its id', async () => {
    const aws = cannedAws(() => ({ status: 204 }));
    await deleteFileSystem(aws.changing(deleteFileSystem), 'fs-1');
    await tagFileSystem(aws.changing(tagFileSystem), 'fs-1', { a: 'b' });
    expect(aws.records.map(({ operation, write }) => [operation, write])).toEqual([
      ['DeleteFileSystem', true],
      ['TagResource', true],
    ]);
  });
});

describe('a command on a node', () => {
  it('is found again by its comment, since it has no token', async () => {
    const aws = cannedAws(() =>
      jsonAnswer({
        Commands: [
          { CommandId: '1', Comment: 'another', InstanceIds: ['i-1'] },
          { CommandId: '2', Comment: 'mine', InstanceIds: ['i-2'] },
        ],
      }),
    );
    const which = { comment: 'mine', since: new Date('2026-03-02T02:00:00.123Z') };
    expect(await commands.findCommand(aws.reading(commands.findCommand), which)).toEqual({
      command: '2',
      instance: 'i-2',
    });
    expect(aws.sent[0]?.fields).toMatchObject({
      Filters: [{ key: 'InvokedAfter', value: '2026-03-02T02:00:00Z' }],
    });
  });

  it('counts as a write, whatever it does', async () => {
    const aws = cannedAws(() => jsonAnswer({ Command: { CommandId: '1' } }));
    const command = { instance: 'i-1', command: 'true', comment: 'mine' };
    await expect(commands.sendCommand(aws.reading(commands.sendCommand) as never, command)).rejects.toThrow(
      /may only read here/,
    );
    expect(await commands.sendCommand(aws.changing(commands.sendCommand), command)).toBe('1');
  });
});
