import { runCommand } from '../../command-line/run-command.ts';
import { drDrill } from '../../runbooks/dr-drill.ts';

export default runCommand(drDrill);
