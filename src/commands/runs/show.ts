import { runStore } from '../../assemble.ts';
import { readExercise } from '../../command-line/exercise-record.ts';
import { runArgument } from '../../command-line/run-argument.ts';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { reportOf, whileDriven } from '../../reports/run-report.ts';
import { scorecardText } from '../../reports/scorecard-text.ts';
import { textReport } from '../../reports/text-report.ts';

export default class RunsShow extends RunbookCommand {
  static override description =
    'Show a run: how it ended, every step, what was written, what is still in place';

  static override args = runArgument;

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunsShow);
    const directory = runStore(this.config.dataDir).find(args.run);
    // Before the journal: a run that ends between the two has its end in it.
    const driver = directory.drivenBy();
    const told = reportOf(directory.read().events);
    const report = driver === undefined || told.outcome !== undefined ? told : whileDriven(told, driver);
    const scorecard = readExercise(directory.loadExercise())?.scorecard;
    this.log(textReport(report, this.text));
    if (scorecard === undefined) return report;
    this.log(`\n${scorecardText(scorecard, this.text)}`);
    return { ...report, scorecard };
  }
}
