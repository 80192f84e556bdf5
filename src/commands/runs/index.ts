import { runStore } from '../../assemble.ts';
import { errorText } from '../../command-line/error-text.ts';
import { readExercise } from '../../command-line/exercise-record.ts';
import { RunbookCommand, textOptions } from '../../command-line/runbook-command.ts';
import { pastDrills, pastDrillsText } from '../../reports/past-drills.ts';
import { provenRestores, provenRestoresText } from '../../reports/proven-restores.ts';
import { runListText, runRowOf } from '../../reports/run-list.ts';
import { reportOf } from '../../reports/run-report.ts';

export default class Runs extends RunbookCommand {
  static override description =
    'List the runs of this user, oldest first: how each ended, what it left in place, when each component was last proven restorable, and what drills measured';

  async run(): Promise<unknown> {
    await this.parse(Runs);
    const runs = runStore(this.config.dataDir).list();
    const rows = runs.flatMap(({ events, exercise }) =>
      events === undefined ? [] : [runRowOf(reportOf(events), readExercise(exercise)?.scenario)],
    );
    const journals = runs.flatMap(({ events }) => (events === undefined ? [] : [events]));
    const restores = provenRestores(journals);
    const drills = pastDrills(journals);
    this.log(runListText(rows, this.text));
    if (restores.length > 0) this.log(`\n${provenRestoresText(restores, this.text)}`);
    if (drills.length > 0) this.log(`\n${pastDrillsText('What drills measured', drills, this.text)}`);
    const problems = runs.flatMap(({ runId, problem }) =>
      problem === undefined ? [] : [{ runId, problem }],
    );
    for (const { problem } of problems) {
      if (!this.jsonEnabled()) process.stderr.write(errorText(problem, this.id, textOptions(process.stderr)));
    }
    return {
      runs: rows,
      restores,
      drills,
      unreadable: problems.map(({ runId, problem }) => ({ runId, message: problem.message })),
    };
  }
}
