import { relivePlans } from '../blueprints/past-backups.ts';
import { type BackupState, emptyBackup, type PlanState, type VaultState } from '../services/backup/state.ts';
import { elsewhere, type World } from '../world.ts';
import { account, database, keys, backups as names, recoveryKeys, recoveryRegion, region } from './names.ts';

const role = `arn:aws:iam::${account}:role/morpheus-backup`;
const built = new Date('2025-06-12T10:02:17Z');
const tags = { Project: 'morpheus', Environment: 'prod' };

const vaultArn = (where: string) => `arn:aws:backup:${where}:${account}:backup-vault:${names.vault}`;

const vault = (where: string, EncryptionKeyArn: string): VaultState => ({
  vault: {
    BackupVaultName: names.vault,
    BackupVaultArn: vaultArn(where),
    CreationDate: built,
    EncryptionKeyArn,
    CreatorRequestId: 'terraform-20250612100214',
  },
  notifications: {
    SNSTopicArn: `arn:aws:sns:${where}:${account}:morpheus-prod-alerts`,
    BackupVaultEvents: ['BACKUP_JOB_FAILED', 'BACKUP_JOB_EXPIRED', 'COPY_JOB_FAILED', 'RESTORE_JOB_FAILED'],
  },
  tags,
});

const rule = (RuleName: string, RuleId: string, ScheduleExpression: string, DeleteAfterDays: number) => ({
  RuleName,
  RuleId,
  TargetBackupVaultName: names.vault,
  ScheduleExpression,
  ScheduleExpressionTimezone: 'Etc/UTC',
  StartWindowMinutes: 60,
  CompletionWindowMinutes: 180,
  Lifecycle: { DeleteAfterDays },
  CopyActions: [{ DestinationBackupVaultArn: vaultArn(recoveryRegion), Lifecycle: { DeleteAfterDays } }],
  EnableContinuousBackup: false,
});

/**
 * The database's objective of 15 minutes is kept by Aurora's own continuous backup, in the home Region only. What lies in
 * the recovery Region is a few hours old: who rebuilds there learns the difference.
 */
const plan = (): PlanState => ({
  id: names.planId,
  creatorRequestId: 'terraform-20250612100231',
  created: built,
  versions: [
    {
      VersionId: 'ZjA0YzJlN2EtNWIxZC00YTNlLThjOTctMmQ2ZjBiMTg0ZTM1',
      created: built,
      plan: {
        BackupPlanName: names.plan,
        Rules: [
          rule('daily', '5d0c3b1e-8f27-4a69-b3d4-7e21c90f6a58', 'cron(0 5 * * ? *)', 7),
          rule('every-four-hours', '9a7e4c62-1d38-4f05-9b6c-e80d25f3b714', 'cron(0 1,9,13,17,21 * * ? *)', 1),
        ],
      },
    },
  ],
  selections: [
    {
      id: '3f6a9d27-c814-4be0-a5d3-60b97e12c84f',
      created: built,
      selection: {
        SelectionName: 'tagged',
        IamRoleArn: role,
        ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'Backup', ConditionValue: names.plan }],
      },
    },
    {
      id: '8c2b5e40-7a19-4d6f-93ce-1f08d4a6b725',
      created: built,
      selection: { SelectionName: 'database', IamRoleArn: role, Resources: [database.clusterArn] },
    },
  ],
  tags,
});

/**
 * Vaults and plan as they stand in the Region of this world. The recovery Region comes last, when the keys of both are there:
 * then every rule is lived through once more for the days that its recovery points are kept.
 */
export function backups(world: World): BackupState {
  if (world.region === region)
    return { ...emptyBackup(), vaults: [vault(region, keys.backup)], plans: [plan()] };
  world.backup = { ...emptyBackup(), vaults: [vault(recoveryRegion, recoveryKeys.backup)] };
  relivePlans(elsewhere(world, region));
  return world.backup;
}
