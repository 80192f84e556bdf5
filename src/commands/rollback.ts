import { operatorFlags } from '../command-line/operator-flags.ts';
import { driveReopenedRun } from '../command-line/reopen-run.ts';
import { runArgument } from '../command-line/run-argument.ts';
import { RunbookCommand } from '../command-line/runbook-command.ts';
import type { Ports } from '../engine/context.ts';
import { rollBackRun } from '../engine/run-runbook.ts';
import { debtsOf, type RunState } from '../engine/run-state.ts';
import { Declined } from '../errors.ts';

export default class Rollback extends RunbookCommand {
  static override description =
    'Undo what a run changed, the latest first. Asks before it does. Interrupted, it goes on where it stopped';

  static override args = runArgument;

  static override flags = operatorFlags;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Rollback);
    return driveReopenedRun(args.run, {
      dataDirectory: this.config.dataDir,
      flags,
      json: this.jsonEnabled(),
      aim: 'rolled-back',
      async go({ runbook, events, state }, ports) {
        await askToUndo(state, ports);
        return rollBackRun(runbook, events, ports);
      },
    });
  }
}

/** @throws Declined before anything is journalled or asked of AWS */
async function askToUndo(state: RunState, { operator, signal }: Ports): Promise<void> {
  const { runId, environment, mode } = state.started;
  const debts = debtsOf(state);
  if (debts.length === 0) return;
  const answer = await operator.approve(
    {
      question: `Undo ${debts.length === 1 ? 'the change' : `the ${debts.length} changes`} that run ${runId} left in ${environment.name}${mode === 'sandbox' ? ' (sandbox)' : ''}?`,
      evidence: debts.map(({ title, summary }, index) => ({
        label: `${index + 1}.`,
        value: summary === undefined ? title : `${title}: ${summary}`,
      })),
      ...(environment.settings.protected && { typeToConfirm: environment.name }),
    },
    signal,
  );
  if (answer.approved) return;
  throw new Declined({
    code: 'DECLINED',
    message: `Nothing was undone: ${answer.because}`,
    hint: `runbook runs show ${runId}`,
  });
}
