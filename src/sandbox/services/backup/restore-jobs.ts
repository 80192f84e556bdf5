import type { RestoreJobStatus, RestoreJobsListMember } from '@aws-sdk/client-backup';
import { minutes } from '../../../duration.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { badToken, invalidRequest, invalidValue, missingValue, notFound } from './faults.ts';
import { findRecoveryPoint, knownRecoveryPoint, progress } from './find.ts';
import { startedBefore } from './idempotency.ts';
import { type JobFilter, matching } from './job-list.ts';
import { checkRole } from './requests.ts';
import { inferredMetadata, recordedMetadata } from './restore-metadata.ts';
import { startRestore } from './restore-run.ts';
import type { RestoreJob } from './state.ts';

const statusOf = (world: World, { end, begins }: RestoreJob): RestoreJobStatus =>
  end?.state ?? (world.now < begins ? 'PENDING' : 'RUNNING');

function describe(world: World, job: RestoreJob): RestoreJobsListMember {
  const Status = statusOf(world, job);
  const share =
    Status === 'COMPLETED' ? 1 : Status === 'RUNNING' && job.made !== undefined ? progress(world, job) : 0;
  return {
    AccountId: world.account,
    RestoreJobId: job.id,
    RecoveryPointArn: job.point,
    RecoveryPointCreationDate: job.pointCreated,
    SourceResourceArn: job.resource,
    BackupVaultArn: job.vaultArn,
    CreationDate: job.created,
    Status,
    ...(job.end !== undefined && { CompletionDate: job.end.at }),
    ...(job.end?.message !== undefined && { StatusMessage: job.end.message }),
    PercentDone: `${(share * 100).toFixed(2)}%`,
    BackupSizeInBytes: job.bytes,
    IamRoleArn: job.role,
    ...(job.end === undefined && {
      ExpectedCompletionTimeMinutes: Math.ceil((job.ends.getTime() - job.begins.getTime()) / minutes(1)),
    }),
    ...(Status === 'COMPLETED' && job.made !== undefined && { CreatedResourceArn: job.made }),
    ResourceType: job.type,
    IsParent: false,
    ...(job.validation !== undefined && { ValidationStatus: job.validation.status }),
    ...(job.validation?.message !== undefined && { ValidationStatusMessage: job.validation.message }),
  };
}

function known(world: World, id = ''): RestoreJob {
  const found = world.backup.restoreJobs.find((job) => job.id === id);
  if (found === undefined) throw notFound('Restore job does not exist.');
  return found;
}

function listed(
  world: World,
  jobs: readonly RestoreJob[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const page = pageOf(jobs, MaxResults ?? 1000, NextToken, badToken);
  return { RestoreJobs: page.items.map((job) => describe(world, job)), NextToken: page.next };
}

const filtered = (world: World, filter: JobFilter, status: string | undefined): RestoreJob[] =>
  matching(world, world.backup.restoreJobs, filter).filter(
    (job) => (status ?? statusOf(world, job)) === statusOf(world, job),
  );

export const restoreJobOperations = {
  StartRestoreJob(world, input) {
    const { RecoveryPointArn = '', Metadata, IdempotencyToken, ResourceType } = input;
    const again = startedBefore(world.backup.restoreJobs, IdempotencyToken, () => ({
      point: RecoveryPointArn,
      metadata: Metadata ?? {},
      role: input.IamRoleArn ?? '',
      copyTags: input.CopySourceTagsToRestoredResource ?? false,
    }));
    if (again !== undefined) return { RestoreJobId: again.id };
    if (!RecoveryPointArn.startsWith('arn:'))
      throw invalidValue(`Invalid recovery point ARN: ${RecoveryPointArn}`);
    const point = findRecoveryPoint(world, RecoveryPointArn);
    if (point === undefined) throw notFound('Cannot find recovery point.');
    const role = checkRole(input.IamRoleArn);
    if (Metadata === undefined) throw missingValue('Metadata is required.');
    if ((ResourceType ?? point.held.type) !== point.held.type)
      throw invalidValue(`Resource type ${ResourceType} does not match that of the recovery point.`);
    if (point.status !== 'COMPLETED' && point.status !== 'PARTIAL')
      throw invalidRequest(`Recovery point ${point.arn} cannot be restored in the status ${point.status}.`);
    const job = startRestore(world, point, {
      metadata: Metadata,
      role,
      copyTags: input.CopySourceTagsToRestoredResource ?? false,
      token: IdempotencyToken,
    });
    return { RestoreJobId: job.id };
  },

  DescribeRestoreJob: (world, { RestoreJobId }) => describe(world, known(world, RestoreJobId)),

  ListRestoreJobs: (world, input) => listed(world, filtered(world, input, input.ByStatus), input),

  ListRestoreJobsByProtectedResource(world, input) {
    const { ByRecoveryPointCreationDateAfter: from, ByRecoveryPointCreationDateBefore: to } = input;
    const found = filtered(world, { ByResourceArn: input.ResourceArn }, input.ByStatus).filter(
      ({ pointCreated }) =>
        (from === undefined || pointCreated > from) && (to === undefined || pointCreated < to),
    );
    return listed(world, found, input);
  },

  GetRestoreJobMetadata(world, { RestoreJobId }) {
    const { id, metadata } = known(world, RestoreJobId);
    return { RestoreJobId: id, Metadata: metadata };
  },

  PutRestoreValidationResult(world, { RestoreJobId, ValidationStatus, ValidationStatusMessage }) {
    const job = known(world, RestoreJobId);
    if (
      ValidationStatus === undefined ||
      !['SUCCESSFUL', 'FAILED', 'TIMED_OUT', 'VALIDATING'].includes(ValidationStatus)
    )
      throw invalidValue(`Invalid validation status: ${ValidationStatus}`);
    if (job.end?.state !== 'COMPLETED')
      throw invalidRequest(`Restore job ${job.id} is not complete, so that it cannot be validated.`);
    if (job.validation !== undefined && job.validation.status !== 'VALIDATING')
      throw invalidRequest(`Restore job ${job.id} has a validation result already.`);
    job.validation = {
      status: ValidationStatus,
      ...(ValidationStatusMessage !== undefined && { message: ValidationStatusMessage }),
    };
    return {};
  },

  GetRecoveryPointRestoreMetadata(world, { BackupVaultName, RecoveryPointArn }) {
    const { arn, held, vault } = knownRecoveryPoint(world, BackupVaultName, RecoveryPointArn);
    return {
      BackupVaultArn: `arn:aws:backup:${world.region}:${world.account}:backup-vault:${vault}`,
      RecoveryPointArn: arn,
      RestoreMetadata: recordedMetadata(held),
      ResourceType: held.type,
    };
  },

  GetRestoreTestingInferredMetadata(world, { BackupVaultName, RecoveryPointArn }, { requestId }) {
    const { held } = knownRecoveryPoint(world, BackupVaultName, RecoveryPointArn);
    return { InferredMetadata: inferredMetadata(held, requestId.slice(0, 8)) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
