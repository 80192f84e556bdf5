import { usageExitCode } from '../engine/outcome.ts';
import { UsageError } from '../errors.ts';
import { errorText } from './error-text.ts';
import { textOptions } from './runbook-command.ts';

/** oclif names a command that it does not know by its own id, and says nothing more. */
export function tellUnknownCommand(id: string): void {
  const typed = id.replaceAll(':', ' ');
  const error = new UsageError({
    code: 'COMMAND_UNKNOWN',
    message: `There is no command ${typed}`,
    hint: typed.startsWith('run ') ? 'runbook list names the runbooks' : 'runbook --help',
  });
  process.exitCode = usageExitCode;
  process.stderr.write(errorText(error, undefined, textOptions(process.stderr)));
}
