import type { CopyJobState, CopyJob as Described } from '@aws-sdk/client-backup';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { startCopy } from './copy-run.ts';
import { badToken, invalidRequest, noSuchVault, notFound } from './faults.ts';
import { arnOf, creator, knownRecoveryPoint, vaultByArn } from './find.ts';
import { startedBefore } from './idempotency.ts';
import { matching } from './job-list.ts';
import { checkRole, lifecycleOf } from './requests.ts';
import type { CopyJob } from './state.ts';

const stateOf = (world: World, { end, begins }: CopyJob): CopyJobState =>
  end?.state ?? (world.now < begins ? 'CREATED' : 'RUNNING');

function describe(world: World, job: CopyJob): Described {
  const State = stateOf(world, job);
  const CreatedBy = creator(world, job.by);
  const destination = vaultByArn(world, job.destinationVault)?.vault;
  return {
    AccountId: world.account,
    CopyJobId: job.id,
    SourceBackupVaultArn: arnOf(world, `backup-vault:${job.sourceVault}`),
    SourceRecoveryPointArn: job.source,
    DestinationBackupVaultArn: job.destinationVault,
    DestinationVaultType: 'BACKUP_VAULT',
    ...(destination?.lock !== undefined && { DestinationVaultLockState: 'LOCKED' }),
    ...(destination !== undefined && { DestinationEncryptionKeyArn: destination.vault.EncryptionKeyArn }),
    ...(State === 'COMPLETED' && { DestinationRecoveryPointArn: job.point }),
    DestinationRecoveryPointLifecycle: job.lifecycle,
    ResourceArn: job.resource,
    ResourceType: job.type,
    ResourceName: job.name,
    CreationDate: job.created,
    State,
    ...(job.end !== undefined && { CompletionDate: job.end.at }),
    ...(job.end?.message !== undefined && { StatusMessage: job.end.message }),
    BackupSizeInBytes: job.bytes,
    IamRoleArn: job.role,
    IsParent: false,
    ...(CreatedBy !== undefined && { CreatedBy }),
    ...(job.backupJob !== undefined && { CreatedByBackupJobId: job.backupJob }),
  };
}

const started = (job: CopyJob) => ({ CopyJobId: job.id, CreationDate: job.created, IsParent: false });

export const copyJobOperations = {
  StartCopyJob(world, input) {
    const {
      RecoveryPointArn,
      SourceBackupVaultName,
      DestinationBackupVaultArn = '',
      IdempotencyToken,
    } = input;
    const again = startedBefore(world.backup.copyJobs, IdempotencyToken, () => ({
      source: RecoveryPointArn ?? '',
      sourceVault: SourceBackupVaultName ?? '',
      destinationVault: DestinationBackupVaultArn,
      role: input.IamRoleArn ?? '',
      lifecycle: lifecycleOf(input.Lifecycle),
    }));
    if (again !== undefined) return started(again);
    const point = knownRecoveryPoint(world, SourceBackupVaultName, RecoveryPointArn);
    const role = checkRole(input.IamRoleArn);
    if (vaultByArn(world, DestinationBackupVaultArn) === undefined) throw noSuchVault();
    if (point.status !== 'COMPLETED')
      throw invalidRequest(`Recovery point ${point.arn} cannot be copied in the status ${point.status}.`);
    const lifecycle = lifecycleOf(input.Lifecycle);
    return started(
      startCopy(world, point, {
        destinationVault: DestinationBackupVaultArn,
        role,
        lifecycle,
        token: IdempotencyToken,
      }),
    );
  },

  DescribeCopyJob(world, { CopyJobId }) {
    const found = world.backup.copyJobs.find(({ id }) => id === CopyJobId);
    if (found === undefined) throw notFound('Copy job does not exist.');
    return { CopyJob: describe(world, found) };
  },

  ListCopyJobs(world, input) {
    const { ByState, ByDestinationVaultArn, BySourceRecoveryPointArn, MaxResults, NextToken } = input;
    const found = matching(world, world.backup.copyJobs, input).filter(
      (job) =>
        (ByState ?? stateOf(world, job)) === stateOf(world, job) &&
        (ByDestinationVaultArn ?? job.destinationVault) === job.destinationVault &&
        (BySourceRecoveryPointArn ?? job.source) === job.source,
    );
    const page = pageOf(found, MaxResults ?? 1000, NextToken, badToken);
    return { CopyJobs: page.items.map((job) => describe(world, job)), NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
