import { newRunId, type Place, runStore, sandboxPlace } from '../assemble.ts';
import { systemClock } from '../clock.ts';
import type { Ports } from '../engine/context.ts';
import { exitCodeOf, type Outcome } from '../engine/outcome.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { type RunEnd, resumeRun, rollBackRun, startRun } from '../engine/run-runbook.ts';
import type { Runbook } from '../engine/runbook.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { briefingText } from '../reports/briefing.ts';
import type { RunReport } from '../reports/run-report.ts';
import { type Scorecard, scorecardOf } from '../reports/scorecard.ts';
import { scorecardText } from '../reports/scorecard-text.ts';
import type { Scenario } from '../scenarios/read-scenario.ts';
import { checkOperatorFlags, type Driven, driveRun, isPersonAt, type OperatorFlags } from './drive-run.ts';
import { exerciseOf } from './exercise-of.ts';
import { exerciseText } from './exercise-record.ts';
import { textOptions } from './runbook-command.ts';
import { afterInterruption, personInTraining } from './train-person.ts';
import { underLock } from './under-lock.ts';

export interface Training {
  readonly scenario: Scenario;
  readonly flags: OperatorFlags;
  /** Without the question before each change. */
  readonly free: boolean;
  readonly pace: number | undefined;
  readonly json: boolean;
  readonly dataDirectory: string;
  readonly toolVersion: string;
}

/** How fast the world goes while a person watches, unless they say otherwise. */
const watchable = 60;

/** From the briefing to the scorecard. Its exit code says whether the run ended as it should in this scenario. */
export async function trainExercise(training: Training): Promise<RunReport & { scorecard: Scorecard }> {
  const { scenario, flags, json, dataDirectory } = training;
  const { runbook, parameters, environment: named } = exerciseOf(scenario);
  const stream = json ? process.stderr : process.stdout;
  const isAsked = isPersonAt(stream);
  const pace = training.pace ?? (isAsked ? watchable : undefined);
  const runId = newRunId(runbook.id);
  const store = runStore(dataDirectory);
  const place = await sandboxPlace({
    environment: named,
    scenario,
    pace,
    rehearsal: false,
    keepWorld: (world) => store.create(runId).storeWorld(world),
  });
  const { environment, target } = place;
  const chosen = runbook.parameters.parse(parameters);
  runbook.validate?.(chosen, environment);
  checkOperatorFlags(flags, environment);
  place.begin();
  const directory = store.create(runId);
  directory.storeExercise(exerciseText({ scenario: scenario.id }));
  const { brief } = scenario;
  const briefing = { brief, environment, runbook, now: target.clock.now(), isAsked, pace };
  stream.write(`${briefingText(briefing, textOptions(stream))}\n\n`);

  return underLock(directory, async () => {
    const report = await driveToTheEnd(training, {
      directory,
      target,
      isAsked,
      runbook,
      start: (ports) =>
        startRun(
          { runbook, parameters, environment, runId, mode: 'sandbox', toolVersion: training.toolVersion },
          ports,
        ),
    });
    const scorecard = scorecardOf(directory.read().events, place.truth(), scenario);
    directory.storeExercise(exerciseText({ scenario: scenario.id, scorecard }));
    if (!json) process.stdout.write(`\n${scorecardText(scorecard, textOptions(process.stdout))}\n`);
    process.exitCode = exitCodeFor(scorecard);
    return { ...report, scorecard };
  });
}

interface Drive {
  readonly runbook: Runbook;
  readonly directory: RunDirectory;
  readonly target: Place['target'];
  readonly isAsked: boolean;
  start(ports: Ports): Promise<RunEnd>;
}

/** Whoever stopped the run may resume it, roll it back or leave it. */
async function driveToTheEnd(training: Training, drive: Drive): Promise<RunReport> {
  const { runbook, directory, target, isAsked } = drive;
  const { flags, json, free, toolVersion } = training;
  const steps = runbook.steps(runbook.parameters.parse(exerciseOf(training.scenario).parameters));
  const clocks = { real: systemClock, world: target.clock };
  const person = await personInTraining(clocks, free);
  const driven = (aim: Outcome, history: readonly RunEvent[], go: Driven['go']): Promise<RunReport> =>
    driveRun({ runbook, target, directory, flags, steps, earlier: [], history, json, aim, person, go });

  let report = await driven('succeeded', [], drive.start);
  while (report.outcome === 'interrupted' && isAsked) {
    const terminal = { input: process.stdin, output: json ? process.stderr : process.stdout };
    const choice = await afterInterruption(report, terminal, clocks);
    if (choice === 'leave') break;
    const { events } = directory.read();
    report =
      choice === 'resume'
        ? await driven('succeeded', events, (ports) => resumeRun(runbook, events, toolVersion, ports))
        : await driven('rolled-back', events, (ports) => rollBackRun(runbook, events, ports));
  }
  return report;
}

/** A run that ended well where it should not have is a failed exercise. */
function exitCodeFor({ solved, outcome }: Scorecard): number {
  if (solved) return 0;
  return exitCodeOf[outcome === undefined || outcome === 'succeeded' ? 'failed' : outcome];
}
