import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import { backupJobOperations } from './backup-jobs.ts';
import * as backupRun from './backup-run.ts';
import { copyJobOperations } from './copy-jobs.ts';
import * as copyRun from './copy-run.ts';
import { runRule } from './plan-run.ts';
import { planOperations } from './plans.ts';
import { recoveryPointOperations } from './recovery-points.ts';
import { restoreJobOperations } from './restore-jobs.ts';
import { goOn } from './restore-run.ts';
import { restoreTestingOperations } from './restore-testing.ts';
import { selectionOperations } from './selections.ts';
import type { BackupEvent } from './state.ts';
import { tagOperations } from './tags.ts';
import { vaultOperations } from './vaults.ts';

export { forgetCopies, shortenCopies } from './copy-run.ts';

export const backupOperations = {
  ...vaultOperations,
  ...planOperations,
  ...selectionOperations,
  ...recoveryPointOperations,
  ...backupJobOperations,
  ...copyJobOperations,
  ...restoreJobOperations,
  ...restoreTestingOperations,
  ...tagOperations,
};

export const backup: Service = { name: 'backup', operations: backupOperations };

export const backupEvents: EventHandlers<BackupEvent> = {
  'backup-rule-due': runRule,
  'backup-job-begins': backupRun.begin,
  'backup-job-ends': backupRun.finish,
  'backup-job-stops': backupRun.stop,
  'backup-copy-ends': copyRun.finish,
  'backup-restore-goes-on': goOn,
};
