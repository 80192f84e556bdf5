import type {
  BackupJob,
  BackupPlan,
  BackupSelection,
  CopyJob,
  DescribeBackupVaultOutput,
  DescribeRecoveryPointOutput,
  DescribeRestoreJobOutput,
  RecoveryPointByBackupVault,
  RestoreJobsListMember,
} from '@aws-sdk/client-backup';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { present } from './unreadable-answer.ts';

export type {
  BackupJob,
  BackupPlan,
  BackupSelection,
  CopyJob,
  DescribeBackupVaultOutput,
  DescribeRecoveryPointOutput,
  DescribeRestoreJobOutput,
  RecoveryPointByBackupVault,
};

const service = 'backup';
const sdk = () => import('./sdk/backup.ts');

/**
 * The plan of this name as it is in force, with what it selects; `undefined` where there is none. Names are not unique: it is the first.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupPlans.html
 */
export const describeBackupPlan = awsFunction(
  [
    'backup:ListBackupPlans',
    'backup:GetBackupPlan',
    'backup:ListBackupSelections',
    'backup:GetBackupSelection',
  ],
  async (
    aws: ReadClients,
    name: string,
  ): Promise<{ id: string; plan: BackupPlan; selections: BackupSelection[] } | undefined> => {
    const {
      ListBackupPlansCommand,
      GetBackupPlanCommand,
      ListBackupSelectionsCommand,
      GetBackupSelectionCommand,
    } = await sdk();
    const plans = await collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListBackupPlansCommand({ NextToken }));
      return { items: page.BackupPlansList, next: page.NextToken };
    });
    const id = plans.find(({ BackupPlanName }) => BackupPlanName === name)?.BackupPlanId;
    if (id === undefined) return undefined;
    const { BackupPlan } = await aws.send(service, new GetBackupPlanCommand({ BackupPlanId: id }));
    const listed = await collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListBackupSelectionsCommand({ BackupPlanId: id, NextToken }));
      return { items: page.BackupSelectionsList, next: page.NextToken };
    });
    const selections: BackupSelection[] = [];
    for (const { SelectionId } of listed) {
      const answer = await aws.send(
        service,
        new GetBackupSelectionCommand({ BackupPlanId: id, SelectionId }),
      );
      if (answer.BackupSelection !== undefined) selections.push(answer.BackupSelection);
    }
    const plan = present(BackupPlan, 'plan', { aws, action: 'backup:GetBackupPlan', write: false });
    return { id, plan, selections };
  },
);

/**
 * `undefined` where there is no vault of this name, or where the caller may not see it: AWS answers both with AccessDeniedException.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html
 */
export const describeVault = awsFunction(
  ['backup:DescribeBackupVault'],
  async (aws: ReadClients, name: string): Promise<DescribeBackupVaultOutput | undefined> => {
    const { DescribeBackupVaultCommand } = await sdk();
    return absentWhen(['ResourceNotFoundException', 'AccessDeniedException'], () =>
      aws.send(service, new DescribeBackupVaultCommand({ BackupVaultName: name })),
    );
  },
);

/**
 * The recovery points in a vault, of one resource where it is named, in no particular order.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html
 */
export const listRecoveryPoints = awsFunction(
  ['backup:ListRecoveryPointsByBackupVault'],
  async (
    aws: ReadClients,
    { vault, resource }: { readonly vault: string; readonly resource?: string },
  ): Promise<RecoveryPointByBackupVault[]> => {
    const { ListRecoveryPointsByBackupVaultCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new ListRecoveryPointsByBackupVaultCommand({
          BackupVaultName: vault,
          ByResourceArn: resource,
          NextToken,
        }),
      );
      return { items: page.RecoveryPoints, next: page.NextToken };
    });
  },
);

interface JobsOf {
  readonly resource: string;
  /** AWS keeps jobs for 30 days. */
  readonly since: Date;
}

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html */
export const listBackupJobs = awsFunction(
  ['backup:ListBackupJobs'],
  async (aws: ReadClients, { resource, since }: JobsOf): Promise<BackupJob[]> => {
    const { ListBackupJobsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new ListBackupJobsCommand({ ByResourceArn: resource, ByCreatedAfter: since, NextToken }),
      );
      return { items: page.BackupJobs, next: page.NextToken };
    });
  },
);

/** Those that begin in the Region that is asked. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListCopyJobs.html */
export const listCopyJobs = awsFunction(
  ['backup:ListCopyJobs'],
  async (aws: ReadClients, { resource, since }: JobsOf): Promise<CopyJob[]> => {
    const { ListCopyJobsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new ListCopyJobsCommand({ ByResourceArn: resource, ByCreatedAfter: since, NextToken }),
      );
      return { items: page.CopyJobs, next: page.NextToken };
    });
  },
);

interface PointInVault {
  readonly vault: string;
  readonly point: string;
}

/** `undefined` where it is gone. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html */
export const describeRecoveryPoint = awsFunction(
  ['backup:DescribeRecoveryPoint'],
  async (
    aws: ReadClients,
    { vault, point }: PointInVault,
  ): Promise<DescribeRecoveryPointOutput | undefined> => {
    const { DescribeRecoveryPointCommand } = await sdk();
    return absentWhen(['ResourceNotFoundException'], () =>
      aws.send(
        service,
        new DescribeRecoveryPointCommand({ BackupVaultName: vault, RecoveryPointArn: point }),
      ),
    );
  },
);

/**
 * The configuration that the resource had at the time of the backup.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRecoveryPointRestoreMetadata.html
 */
export const recordedRestoreMetadata = awsFunction(
  ['backup:GetRecoveryPointRestoreMetadata'],
  async (aws: ReadClients, { vault, point }: PointInVault): Promise<Record<string, string>> => {
    const { GetRecoveryPointRestoreMetadataCommand } = await sdk();
    const { RestoreMetadata } = await aws.send(
      service,
      new GetRecoveryPointRestoreMetadataCommand({ BackupVaultName: vault, RecoveryPointArn: point }),
    );
    return RestoreMetadata ?? {};
  },
);

/**
 * What a restore test of AWS's own would use. Keys mean the same in any case.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
 */
export const inferredRestoreMetadata = awsFunction(
  ['backup:GetRestoreTestingInferredMetadata'],
  async (aws: ReadClients, { vault, point }: PointInVault): Promise<Record<string, string>> => {
    const { GetRestoreTestingInferredMetadataCommand } = await sdk();
    const { InferredMetadata } = await aws.send(
      service,
      new GetRestoreTestingInferredMetadataCommand({ BackupVaultName: vault, RecoveryPointArn: point }),
    );
    return InferredMetadata ?? {};
  },
);

export interface RestoreRequest {
  readonly point: string;
  readonly role: string;
  readonly metadata: Record<string, string>;
  readonly idempotencyToken: string;
}

/**
 * Begins a restore, or answers with the job that this token has begun already. AWS Backup hands the role on, hence PassRole.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html
 */
export const startRestoreJob = awsFunction(
  ['backup:StartRestoreJob', 'iam:PassRole'],
  async (
    aws: ChangeClients,
    { point, role, metadata, idempotencyToken }: RestoreRequest,
  ): Promise<string> => {
    const { StartRestoreJobCommand } = await sdk();
    const { RestoreJobId } = await aws.send(
      service,
      new StartRestoreJobCommand({
        RecoveryPointArn: point,
        IamRoleArn: role,
        Metadata: metadata,
        IdempotencyToken: idempotencyToken,
        // Tags of production can make automation take the copy for production.
        CopySourceTagsToRestoredResource: false,
      }),
    );
    return present(RestoreJobId, 'job id', { aws, action: 'backup:StartRestoreJob', write: true });
  },
);

/** `Status`, `PercentDone`, and at the end what was made or why not. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html */
export const describeRestoreJob = awsFunction(
  ['backup:DescribeRestoreJob'],
  async (aws: ReadClients, job: string): Promise<DescribeRestoreJobOutput> => {
    const { DescribeRestoreJobCommand } = await sdk();
    return aws.send(service, new DescribeRestoreJobCommand({ RestoreJobId: job }));
  },
);

/**
 * The id of the restore job that was started since then with this value somewhere in its metadata, such as the name that it gives. No
 * list shows by which token a job was started.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetRestoreJobMetadata.html
 */
export const findRestoreJob = awsFunction(
  ['backup:ListRestoreJobs', 'backup:GetRestoreJobMetadata'],
  async (
    aws: ReadClients,
    { value, since }: { readonly value: string; readonly since: Date },
  ): Promise<string | undefined> => {
    const { ListRestoreJobsCommand, GetRestoreJobMetadataCommand } = await sdk();
    const jobs = await collectPages<RestoreJobsListMember>(async (NextToken) => {
      const page = await aws.send(service, new ListRestoreJobsCommand({ ByCreatedAfter: since, NextToken }));
      return { items: page.RestoreJobs, next: page.NextToken };
    });
    for (const { RestoreJobId } of jobs) {
      const { Metadata } = await aws.send(service, new GetRestoreJobMetadataCommand({ RestoreJobId }));
      if (Object.values(Metadata ?? {}).includes(value)) return RestoreJobId;
    }
    return undefined;
  },
);

/** Can be said once of a job that is complete. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html */
export const putRestoreValidation = awsFunction(
  ['backup:PutRestoreValidationResult'],
  async (
    aws: ChangeClients,
    { job, isValid, message }: { readonly job: string; readonly isValid: boolean; readonly message: string },
  ): Promise<void> => {
    const { PutRestoreValidationResultCommand } = await sdk();
    await aws.send(
      service,
      new PutRestoreValidationResultCommand({
        RestoreJobId: job,
        ValidationStatus: isValid ? 'SUCCESSFUL' : 'FAILED',
        ValidationStatusMessage: message,
      }),
    );
  },
);
