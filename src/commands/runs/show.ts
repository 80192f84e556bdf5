import { runStore } from '../../assemble.ts';
import { readExercise } from '../../command-line/exercise-record.ts';
import { runArgument } from '../../command-line/run-argument.ts';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import type { RunEvent } from '../../engine/run-event.ts';
import { before, type PastDrill, pastDrills, pastDrillsText } from '../../reports/past-drills.ts';
import { reportOf, whileDriven } from '../../reports/run-report.ts';
import { scorecardText } from '../../reports/scorecard-text.ts';
import { textReport } from '../../reports/text-report.ts';

export default class RunsShow extends RunbookCommand {
  static override description =
    'Show a run: how it ended, every step, what was written, what is still in place';

  static override args = runArgument;

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunsShow);
    const store = runStore(this.config.dataDir);
    const directory = store.find(args.run);
    // Before the journal: a run that ends between the two has its end in it.
    const driver = directory.drivenBy();
    const { events } = directory.read();
    const told = reportOf(events);
    const report = driver === undefined || told.outcome !== undefined ? told : whileDriven(told, driver);
    const scorecard = readExercise(directory.loadExercise())?.scorecard;
    this.log(textReport(report, this.text));
    const earlier = earlierDrills(store, events);
    if (earlier.length > 0) this.log(`\n${pastDrillsText('Earlier drills', earlier, this.text)}`);
    const whole = earlier.length > 0 ? { ...report, earlierDrills: earlier } : report;
    if (scorecard === undefined) return whole;
    this.log(`\n${scorecardText(scorecard, this.text)}`);
    return { ...whole, scorecard };
  }
}

/** For who compares: nothing for other runbooks, whose runs are not held against each other. */
function earlierDrills(
  store: ReturnType<typeof runStore>,
  [started]: readonly RunEvent[],
): readonly PastDrill[] {
  if (started?.type !== 'run-started' || started.runbook !== 'dr-drill') return [];
  const journals = store.list().flatMap(({ events }) => (events === undefined ? [] : [events]));
  return before(pastDrills(journals), started.runId, started);
}
