import { operatorFlags } from '../command-line/operator-flags.ts';
import { driveReopenedRun } from '../command-line/reopen-run.ts';
import { runArgument } from '../command-line/run-argument.ts';
import { RunbookCommand } from '../command-line/runbook-command.ts';
import { resumeRun } from '../engine/run-runbook.ts';

export default class Resume extends RunbookCommand {
  static override description =
    'Go on with a run where its journal ends: after an interruption, a lost laptop, or a failed step whose cause is gone';

  static override args = runArgument;

  static override flags = operatorFlags;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Resume);
    return driveReopenedRun(args.run, {
      dataDirectory: this.config.dataDir,
      flags,
      json: this.jsonEnabled(),
      aim: 'succeeded',
      go: ({ runbook, events }, ports) => resumeRun(runbook, events, this.config.version, ports),
    });
  }
}
