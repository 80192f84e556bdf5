import { runCommand } from '../../command-line/run-command.ts';
import { rollingUpdate } from '../../runbooks/rolling-update.ts';

export default runCommand(rollingUpdate);
