import { runCommand } from '../../command-line/run-command.ts';
import { rotateSecrets } from '../../runbooks/rotate-secrets.ts';

export default runCommand(rotateSecrets);
