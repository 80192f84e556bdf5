import { runCommand } from '../../command-line/run-command.ts';
import { auroraFailover } from '../../runbooks/aurora-failover.ts';

export default runCommand(auroraFailover);
