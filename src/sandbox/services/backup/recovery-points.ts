import type { DescribeRecoveryPointOutput, RecoveryPointByResource } from '@aws-sdk/client-backup';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { badToken, invalidRequest, notFound } from './faults.ts';
import {
  after,
  arnOf,
  calculated,
  creator,
  deletedAt,
  knownRecoveryPoint,
  knownVault,
  recoveryPoints,
} from './find.ts';
import { lifecycleOf } from './requests.ts';
import type { RecoveryPointState } from './state.ts';

/** What is past its retention is being deleted: EXPIRED is only what cannot be. */
function statusOf(world: World, point: RecoveryPointState) {
  const due = deletedAt(point);
  return point.goneFrom !== undefined || (due !== undefined && world.now >= due) ? 'DELETING' : point.status;
}

function describe(world: World, point: RecoveryPointState): DescribeRecoveryPointOutput {
  const CreatedBy = creator(world, point.by);
  return {
    RecoveryPointArn: point.arn,
    BackupVaultName: point.vault,
    BackupVaultArn: arnOf(world, `backup-vault:${point.vault}`),
    ...(point.sourceVaultArn !== undefined && { SourceBackupVaultArn: point.sourceVaultArn }),
    ResourceArn: point.held.copy.of,
    ResourceType: point.held.type,
    ResourceName: point.name,
    ...(CreatedBy !== undefined && { CreatedBy }),
    IamRoleArn: point.role,
    Status: statusOf(world, point),
    ...(point.message !== undefined && { StatusMessage: point.message }),
    CreationDate: point.created,
    InitiationDate: point.created,
    ...(point.completed !== undefined && { CompletionDate: point.completed }),
    BackupSizeInBytes: point.held.copy.bytes,
    CalculatedLifecycle: calculated(point.created, point.lifecycle),
    Lifecycle: point.lifecycle,
    EncryptionKeyArn: point.key,
    EncryptionKeyType: 'CUSTOMER_MANAGED_KMS_KEY',
    IsEncrypted: true,
    StorageClass: 'WARM',
    ...(point.lastRestored !== undefined && { LastRestoreTime: point.lastRestored }),
    IsParent: false,
    VaultType: 'BACKUP_VAULT',
  };
}

function listedByVault(world: World, point: RecoveryPointState) {
  const { StorageClass: _notListed, ...listed } = describe(world, point);
  return listed;
}

const listedByResource = (world: World, point: RecoveryPointState): RecoveryPointByResource => ({
  RecoveryPointArn: point.arn,
  CreationDate: point.created,
  Status: statusOf(world, point),
  ...(point.message !== undefined && { StatusMessage: point.message }),
  EncryptionKeyArn: point.key,
  EncryptionKeyType: 'CUSTOMER_MANAGED_KMS_KEY',
  BackupSizeBytes: point.held.copy.bytes,
  BackupVaultName: point.vault,
  IsParent: false,
  ResourceName: point.name,
  VaultType: 'BACKUP_VAULT',
});

const newestFirst = (points: readonly RecoveryPointState[]): RecoveryPointState[] =>
  points.toSorted((one, other) => other.created.getTime() - one.created.getTime());

/** Newest first: what a resource can be restored from. */
function completed(world: World): RecoveryPointState[] {
  return newestFirst(recoveryPoints(world).filter(({ status }) => status === 'COMPLETED'));
}

function mustNotBeLocked(world: World, vaultName: string): void {
  if (knownVault(world, vaultName).lock !== undefined)
    throw invalidRequest(
      `Backup vault ${vaultName} is locked. Its recovery points cannot be deleted or changed.`,
    );
}

const protectedResource = (world: World, point: RecoveryPointState) => ({
  ResourceArn: point.held.copy.of,
  ResourceType: point.held.type,
  ResourceName: point.name,
  LastBackupTime: point.created,
  LastBackupVaultArn: arnOf(world, `backup-vault:${point.vault}`),
  LastRecoveryPointArn: point.arn,
});

export const recoveryPointOperations = {
  ListRecoveryPointsByBackupVault(world, input) {
    const { BackupVaultName, ByCreatedBefore, ByCreatedAfter, MaxResults, NextToken } = input;
    knownVault(world, BackupVaultName);
    const found = recoveryPoints(world).filter(
      ({ vault, held, by, created }) =>
        vault === BackupVaultName &&
        (input.ByResourceArn ?? held.copy.of) === held.copy.of &&
        (input.ByResourceType ?? held.type) === held.type &&
        (input.ByBackupPlanId ?? by?.plan) === by?.plan &&
        input.ByParentRecoveryPointArn === undefined &&
        (ByCreatedBefore === undefined || created < ByCreatedBefore) &&
        (ByCreatedAfter === undefined || created > ByCreatedAfter),
    );
    const page = pageOf(newestFirst(found), MaxResults ?? 1000, NextToken, badToken);
    return { RecoveryPoints: page.items.map((point) => listedByVault(world, point)), NextToken: page.next };
  },

  ListRecoveryPointsByResource(world, { ResourceArn, MaxResults, NextToken }) {
    const found = recoveryPoints(world).filter(({ held }) => held.copy.of === ResourceArn);
    const page = pageOf(newestFirst(found), MaxResults ?? 1000, NextToken, badToken);
    return {
      RecoveryPoints: page.items.map((point) => listedByResource(world, point)),
      NextToken: page.next,
    };
  },

  DescribeRecoveryPoint: (world, { BackupVaultName, RecoveryPointArn }) =>
    describe(world, knownRecoveryPoint(world, BackupVaultName, RecoveryPointArn)),

  DeleteRecoveryPoint(world, { BackupVaultName = '', RecoveryPointArn }) {
    const point = knownRecoveryPoint(world, BackupVaultName, RecoveryPointArn);
    mustNotBeLocked(world, BackupVaultName);
    if (point.status === 'CREATING')
      throw invalidRequest(`Recovery point ${point.arn} cannot be deleted while it is being created.`);
    point.goneFrom ??= after(world, world.backup.timings.deletion);
    return {};
  },

  UpdateRecoveryPointLifecycle(world, { BackupVaultName = '', RecoveryPointArn, Lifecycle }) {
    const point = knownRecoveryPoint(world, BackupVaultName, RecoveryPointArn);
    const lifecycle = lifecycleOf(Lifecycle);
    const isShorter =
      (lifecycle.DeleteAfterDays ?? Number.POSITIVE_INFINITY) <
      (point.lifecycle.DeleteAfterDays ?? Number.POSITIVE_INFINITY);
    if (isShorter) mustNotBeLocked(world, BackupVaultName);
    point.lifecycle = lifecycle;
    return {
      BackupVaultArn: arnOf(world, `backup-vault:${BackupVaultName}`),
      RecoveryPointArn: point.arn,
      Lifecycle: lifecycle,
      CalculatedLifecycle: calculated(point.created, lifecycle),
    };
  },

  ListProtectedResources(world, { MaxResults, NextToken }) {
    const newest = new Map<string, RecoveryPointState>();
    for (const point of completed(world))
      if (!newest.has(point.held.copy.of)) newest.set(point.held.copy.of, point);
    const page = pageOf([...newest.values()], MaxResults ?? 1000, NextToken, badToken);
    return { Results: page.items.map((point) => protectedResource(world, point)), NextToken: page.next };
  },

  DescribeProtectedResource(world, { ResourceArn }) {
    const point = completed(world).find(({ held }) => held.copy.of === ResourceArn);
    if (point === undefined) throw notFound(`Cannot find protected resource ${ResourceArn}`);
    const restore = world.backup.restoreJobs.findLast(
      ({ resource, end }) => resource === ResourceArn && end?.state === 'COMPLETED',
    );
    return {
      ...protectedResource(world, point),
      ...(restore?.end !== undefined && {
        LatestRestoreExecutionTimeMinutes: Math.ceil(
          (restore.end.at.getTime() - restore.created.getTime()) / 60_000,
        ),
        LatestRestoreJobCreationDate: restore.created,
        LatestRestoreRecoveryPointCreationDate: restore.pointCreated,
      }),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
