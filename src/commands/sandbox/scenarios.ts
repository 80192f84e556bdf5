import { builtInScenarios } from '../../command-line/chosen-scenario.ts';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { emptyLine, paragraph, quiet, strong, table, textOf } from '../../reports/layout.ts';
import type { Scenario } from '../../scenarios/read-scenario.ts';

export default class SandboxScenarios extends RunbookCommand {
  static override description = 'List the ways for things to go in the sandbox';

  async run(): Promise<unknown> {
    await this.parse(SandboxScenarios);
    const scenarios = builtInScenarios(this.config);
    const listed = (of: readonly Scenario[]) =>
      table(
        of.map(({ id, title }) => [strong(id), title]),
        2,
        this.text.width,
      );
    this.log(
      textOf(
        [
          paragraph(0, 'Exercises with a scorecard: runbook train ID'),
          ...listed(scenarios.filter(({ exercise }) => exercise !== undefined)),
          emptyLine,
          paragraph(0, 'Free practice: runbook sandbox serve --scenario ID'),
          ...listed(scenarios.filter(({ exercise }) => exercise === undefined)),
          emptyLine,
          paragraph(
            0,
            quiet('Any runbook can be run in any of them: runbook run rolling-update --sandbox ID'),
          ),
        ],
        this.text,
      ),
    );
    return scenarios.map(({ id, title, story, brief, exercise }) => ({ id, title, story, brief, exercise }));
  }
}
