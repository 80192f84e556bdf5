import { runCommand } from '../../command-line/run-command.ts';
import { backupVerify } from '../../runbooks/backup-verify.ts';

export default runCommand(backupVerify);
