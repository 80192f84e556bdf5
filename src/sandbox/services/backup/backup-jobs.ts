import type { BackupJobState, BackupJob as Described } from '@aws-sdk/client-backup';
import { schedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { startBackup } from './backup-run.ts';
import { badToken, invalidRequest, invalidValue, notFound } from './faults.ts';
import { after, arnOf, creator, findRecoveryPoint, findVault, knownVault, progress } from './find.ts';
import { startedBefore } from './idempotency.ts';
import { matching } from './job-list.ts';
import { checkRole, lifecycleOf, longestWindow } from './requests.ts';
import { findResource } from './resources.ts';
import type { BackupJob } from './state.ts';

function stateOf(world: World, { end, stopping, begins, bytes }: BackupJob): BackupJobState {
  if (end !== undefined) return end.state;
  if (stopping) return 'ABORTING';
  return world.now < begins || bytes === 0 ? 'CREATED' : 'RUNNING';
}

function describe(world: World, job: BackupJob): Described {
  const State = stateOf(world, job);
  const hasPoint = State === 'COMPLETED' || State === 'PARTIAL' || State === 'RUNNING';
  const done = State === 'RUNNING' ? progress(world, job) : 0;
  const EncryptionKeyArn = findRecoveryPoint(world, job.point)?.key;
  const CreatedBy = creator(world, job.by);
  return {
    AccountId: world.account,
    BackupJobId: job.id,
    BackupVaultName: job.vault,
    BackupVaultArn: arnOf(world, `backup-vault:${job.vault}`),
    VaultType: 'BACKUP_VAULT',
    ...(findVault(world, job.vault)?.lock !== undefined && { VaultLockState: 'LOCKED' }),
    RecoveryPointLifecycle: job.lifecycle,
    // Snapshots have a name only once they are being taken.
    ...((hasPoint || job.type === 'EFS') && { RecoveryPointArn: job.point }),
    ...(EncryptionKeyArn !== undefined && { EncryptionKeyArn, IsEncrypted: true }),
    ResourceArn: job.resource,
    ResourceType: job.type,
    ResourceName: job.name,
    CreationDate: job.created,
    InitiationDate: job.created,
    StartBy: job.startBy,
    State,
    ...(job.end !== undefined && { CompletionDate: job.end.at }),
    ...(job.end?.message !== undefined && { StatusMessage: job.end.message }),
    ...(State === 'COMPLETED' && { MessageCategory: 'SUCCESS' }),
    PercentDone: (State === 'COMPLETED' ? 100 : done * 100).toFixed(1),
    ...(State === 'RUNNING' && { ExpectedCompletionDate: job.ends }),
    BackupSizeInBytes: job.bytes,
    BytesTransferred: State === 'COMPLETED' ? job.bytes : Math.floor(job.bytes * done),
    IamRoleArn: job.role,
    IsParent: false,
    ...(CreatedBy !== undefined && { CreatedBy }),
  };
}

function known(world: World, id = ''): BackupJob {
  const found = world.backup.backupJobs.find((job) => job.id === id);
  if (found === undefined) throw notFound('Backup job does not exist.');
  return found;
}

const started = (job: BackupJob) => ({
  BackupJobId: job.id,
  ...(job.type === 'EFS' && { RecoveryPointArn: job.point }),
  CreationDate: job.created,
  IsParent: false,
});

export const backupJobOperations = {
  StartBackupJob(world, input) {
    const { BackupVaultName = '', ResourceArn = '', IdempotencyToken, StartWindowMinutes } = input;
    const again = startedBefore(world.backup.backupJobs, IdempotencyToken, () => ({
      vault: BackupVaultName,
      resource: ResourceArn,
      role: input.IamRoleArn ?? '',
      lifecycle: lifecycleOf(input.Lifecycle),
      tags: input.RecoveryPointTags ?? {},
    }));
    if (again !== undefined) return started(again);
    knownVault(world, BackupVaultName);
    const role = checkRole(input.IamRoleArn);
    if (!/^arn:aws[\w-]*:[\w-]+:/.test(ResourceArn))
      throw invalidValue(`Invalid resource ARN: ${ResourceArn}`);
    const resource = findResource(world, ResourceArn);
    if (resource === undefined) throw notFound(`Cannot find resource ${ResourceArn}`);
    if (StartWindowMinutes !== undefined && (StartWindowMinutes < 60 || StartWindowMinutes > longestWindow))
      throw invalidValue(`StartWindowMinutes must be between 60 and ${longestWindow} minutes.`);
    const job = startBackup(
      world,
      {
        resource,
        vault: BackupVaultName,
        role,
        lifecycle: lifecycleOf(input.Lifecycle),
        tags: input.RecoveryPointTags ?? {},
        startWindow: StartWindowMinutes,
        token: IdempotencyToken,
      },
      world.backup.timings.start,
    );
    return started(job);
  },

  StopBackupJob(world, { BackupJobId }) {
    const job = known(world, BackupJobId);
    if (job.end !== undefined)
      throw invalidRequest(`Backup job ${job.id} cannot be stopped in the state ${job.end.state}.`);
    job.stopping = true;
    schedule(world, after(world, world.backup.timings.deletion), { kind: 'backup-job-stops', job: job.id });
    return {};
  },

  DescribeBackupJob: (world, { BackupJobId }) => describe(world, known(world, BackupJobId)),

  ListBackupJobs(world, input) {
    const { ByState, ByBackupVaultName, MaxResults, NextToken } = input;
    const found = matching(world, world.backup.backupJobs, input).filter(
      (job) =>
        (ByState ?? stateOf(world, job)) === stateOf(world, job) &&
        (ByBackupVaultName ?? job.vault) === job.vault,
    );
    const page = pageOf(found, MaxResults ?? 1000, NextToken, badToken);
    return { BackupJobs: page.items.map((job) => describe(world, job)), NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
