import { runStore } from '../../assemble.ts';
import { runArgument } from '../../command-line/run-argument.ts';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { reportOf } from '../../reports/run-report.ts';
import { textReport } from '../../reports/text-report.ts';

export default class RunsShow extends RunbookCommand {
  static override description =
    'Show a run: how it ended, every step, what was written, what is still in place';

  static override args = runArgument;

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunsShow);
    const report = reportOf(runStore(this.config.dataDir).find(args.run).read().events);
    this.log(textReport(report, this.text));
    return report;
  }
}
