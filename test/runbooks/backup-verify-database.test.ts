import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('backup-verify with a restore test of the database', {
  runbook: backupVerify,
  parameters: { restore: true, component: 'database' },
});
