import { string } from '@oclif/core/args';
import { findRunbook } from '../command-line/find-runbook.ts';
import { RunbookCommand } from '../command-line/runbook-command.ts';
import { permissionsOf } from '../reports/runbook-page.ts';
import { runbookText } from '../reports/runbook-text.ts';

export default class Show extends RunbookCommand {
  static override description =
    'Show a runbook: when to use it, its steps, how each change is undone, its IAM actions';

  static override args = {
    runbook: string({
      description: 'Id of the runbook, from: runbook list',
      required: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<unknown> {
    const { args } = await this.parse(Show);
    const runbook = findRunbook(args.runbook);
    this.log(runbookText(runbook, this.text));
    const { id, title, whenToUse } = runbook;
    return { id, title, whenToUse, permissions: permissionsOf(runbook) };
  }
}
