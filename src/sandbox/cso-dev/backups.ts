import { relivePlans } from '../blueprints/past-backups.ts';
import { emptyBackup } from '../services/backup/state.ts';
import type { World } from '../world.ts';
import { account, backupTag, backupNames as names, region } from './names.ts';
import { keyArn } from './storage.ts';

const built = new Date('2025-05-06T09:44:30Z');
const tags = { Project: 'cso', Environment: 'dev' };

/** A backup every night of what has the tag, kept a week, in this Region alone: it is a development stack. */
export function backups(world: World): void {
  world.backup = {
    ...emptyBackup(),
    vaults: [
      {
        vault: {
          BackupVaultName: names.vault,
          BackupVaultArn: `arn:aws:backup:${region}:${account}:backup-vault:${names.vault}`,
          CreationDate: built,
          EncryptionKeyArn: keyArn('backup'),
          CreatorRequestId: 'terraform-20250506094428',
        },
        tags,
      },
    ],
    plans: [
      {
        id: 'd1c0ffee-2345-4678-9abc-ef0123456789',
        creatorRequestId: 'terraform-20250506094435',
        created: built,
        versions: [
          {
            VersionId: 'NjFhZTBkM2ItOGM0Mi00ZjE5LWIwN2QtNWUyYTkxYzM2ZjA4',
            created: built,
            plan: {
              BackupPlanName: names.plan,
              Rules: [
                {
                  RuleName: 'nightly',
                  RuleId: '7b1e4d90-3c52-4a86-9f0d-2e61c8a5f734',
                  TargetBackupVaultName: names.vault,
                  ScheduleExpression: 'cron(0 22 * * ? *)',
                  ScheduleExpressionTimezone: 'Etc/UTC',
                  StartWindowMinutes: 60,
                  CompletionWindowMinutes: 180,
                  Lifecycle: { DeleteAfterDays: 7 },
                  CopyActions: [],
                  EnableContinuousBackup: false,
                },
              ],
            },
          },
        ],
        selections: [
          {
            id: '5e8a2c71-9d34-4b06-8f1a-c07d63e2b948',
            created: built,
            selection: {
              SelectionName: 'tagged',
              IamRoleArn: `arn:aws:iam::${account}:role/cso-dev-backup`,
              ListOfTags: [
                {
                  ConditionType: 'STRINGEQUALS',
                  ConditionKey: backupTag.Key,
                  ConditionValue: backupTag.Value,
                },
              ],
            },
          },
        ],
        tags,
      },
    ],
  };
  relivePlans(world);
}
