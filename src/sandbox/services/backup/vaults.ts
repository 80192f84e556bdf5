import type { BackupVaultListMember } from '@aws-sdk/client-backup';
import { hours } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { alreadyExists, badToken, invalidRequest, invalidValue, missingValue, notFound } from './faults.ts';
import { arnOf, findVault, knownVault, recoveryPoints } from './find.ts';
import type { VaultState } from './state.ts';

const describe = (world: World, { vault, lock }: VaultState): BackupVaultListMember => ({
  ...vault,
  VaultType: 'BACKUP_VAULT',
  VaultState: 'AVAILABLE',
  EncryptionKeyType: vault.EncryptionKeyArn.includes(':alias/aws/')
    ? 'AWS_OWNED_KMS_KEY'
    : 'CUSTOMER_MANAGED_KMS_KEY',
  NumberOfRecoveryPoints: recoveryPoints(world).filter((point) => point.vault === vault.BackupVaultName)
    .length,
  Locked: lock !== undefined,
  ...lock,
});

const isFixed = (world: World, { lock }: VaultState): boolean =>
  lock?.LockDate !== undefined && world.now >= lock.LockDate;

const isWithin = (days: number, least: number, most: number): boolean =>
  Number.isInteger(days) && days >= least && days <= most;

function mustBeChangeable(world: World, state: VaultState): void {
  if (isFixed(world, state))
    throw invalidRequest(
      `The lock of Backup vault ${state.vault.BackupVaultName} is past its grace time and cannot be changed or removed.`,
    );
}

export const vaultOperations = {
  ListBackupVaults(world, { ByVaultType, MaxResults, NextToken }) {
    const found = ByVaultType === undefined || ByVaultType === 'BACKUP_VAULT' ? world.backup.vaults : [];
    const page = pageOf(found, MaxResults ?? 1000, NextToken, badToken);
    return { BackupVaultList: page.items.map((vault) => describe(world, vault)), NextToken: page.next };
  },

  DescribeBackupVault: (world, { BackupVaultName }) => describe(world, knownVault(world, BackupVaultName)),

  CreateBackupVault(world, { BackupVaultName = '', EncryptionKeyArn, BackupVaultTags, CreatorRequestId }) {
    if (!/^[\w-]{2,50}$/.test(BackupVaultName))
      throw invalidValue(`Invalid Backup vault name: ${BackupVaultName}`);
    const same = findVault(world, BackupVaultName)?.vault;
    if (same !== undefined && (CreatorRequestId === undefined || same.CreatorRequestId !== CreatorRequestId))
      throw alreadyExists('Backup vault with the same name already exists', { Arn: same.BackupVaultArn });
    const unusable = EncryptionKeyArn === undefined ? undefined : keyUnusable(world, EncryptionKeyArn);
    if (unusable !== undefined) throw invalidValue(unusable);
    const vault = same ?? {
      BackupVaultName,
      BackupVaultArn: arnOf(world, `backup-vault:${BackupVaultName}`),
      CreationDate: world.now,
      EncryptionKeyArn: EncryptionKeyArn ?? `arn:aws:kms:${world.region}:${world.account}:alias/aws/backup`,
      ...(CreatorRequestId !== undefined && { CreatorRequestId }),
    };
    if (same === undefined) world.backup.vaults.push({ vault, tags: BackupVaultTags ?? {} });
    const { BackupVaultArn, CreationDate } = vault;
    return { BackupVaultName, BackupVaultArn, CreationDate };
  },

  DeleteBackupVault(world, { BackupVaultName }) {
    const state = knownVault(world, BackupVaultName);
    if (recoveryPoints(world).some(({ vault }) => vault === BackupVaultName))
      throw invalidRequest('Backup vault cannot be deleted because it contains recovery points.', {
        Code: 'ERROR_9101',
      });
    world.backup.vaults = world.backup.vaults.filter((other) => other !== state);
    return {};
  },

  PutBackupVaultLockConfiguration(world, input) {
    const { BackupVaultName, MinRetentionDays, MaxRetentionDays, ChangeableForDays } = input;
    const state = knownVault(world, BackupVaultName);
    mustBeChangeable(world, state);
    if (![MinRetentionDays, MaxRetentionDays].every((days = 1) => isWithin(days, 1, 36_500)))
      throw invalidValue('A retention period is between 1 and 36500 days.');
    if (
      MinRetentionDays !== undefined &&
      MaxRetentionDays !== undefined &&
      MinRetentionDays > MaxRetentionDays
    )
      throw invalidValue('MinRetentionDays cannot be greater than MaxRetentionDays.');
    if (ChangeableForDays !== undefined && !isWithin(ChangeableForDays, 3, 36_500))
      throw invalidValue('ChangeableForDays cannot be less than 3 days or more than 36500 days.');
    state.lock = {
      ...(MinRetentionDays !== undefined && { MinRetentionDays }),
      ...(MaxRetentionDays !== undefined && { MaxRetentionDays }),
      ...(ChangeableForDays !== undefined && { LockDate: later(world.now, ChangeableForDays * hours(24)) }),
    };
    return {};
  },

  DeleteBackupVaultLockConfiguration(world, { BackupVaultName }) {
    const state = knownVault(world, BackupVaultName);
    mustBeChangeable(world, state);
    delete state.lock;
    return {};
  },

  GetBackupVaultAccessPolicy(world, { BackupVaultName = '' }) {
    const { vault, accessPolicy } = knownVault(world, BackupVaultName);
    if (accessPolicy === undefined)
      throw notFound(`Backup Vault ${BackupVaultName} has no associated policy`);
    return { BackupVaultName, BackupVaultArn: vault.BackupVaultArn, Policy: accessPolicy };
  },

  PutBackupVaultAccessPolicy(world, { BackupVaultName, Policy }) {
    const state = knownVault(world, BackupVaultName);
    if (Policy === undefined) throw missingValue('Policy is required.');
    state.accessPolicy = Policy;
    return {};
  },

  GetBackupVaultNotifications(world, { BackupVaultName = '' }) {
    const { vault, notifications } = knownVault(world, BackupVaultName);
    if (notifications === undefined)
      throw notFound(`Backup Vault ${BackupVaultName} has no associated notifications`);
    return { BackupVaultName, BackupVaultArn: vault.BackupVaultArn, ...notifications };
  },

  PutBackupVaultNotifications(world, { BackupVaultName, SNSTopicArn, BackupVaultEvents }) {
    const state = knownVault(world, BackupVaultName);
    if (SNSTopicArn === undefined || BackupVaultEvents === undefined)
      throw missingValue('SNSTopicArn and BackupVaultEvents are required.');
    state.notifications = { SNSTopicArn, BackupVaultEvents };
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
