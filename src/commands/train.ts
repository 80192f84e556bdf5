import { string as word } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { chosenScenario } from '../command-line/chosen-scenario.ts';
import { operatorFlags, paceOf } from '../command-line/operator-flags.ts';
import { RunbookCommand } from '../command-line/runbook-command.ts';
import { trainExercise } from '../command-line/train-exercise.ts';

export default class Train extends RunbookCommand {
  static override description =
    'Carry out a procedure in a scenario, as an exercise\nA briefing, the procedure step by step with your choices, and at the end what really happened and a scorecard.';

  static override examples = [
    '<%= config.bin %> train bad-ami',
    '<%= config.bin %> train ./my-scenario.yaml --pace 120',
    '<%= config.bin %> train stop-alarm --yes --reason "a test of the scenario" --json',
  ];

  static override args = {
    scenario: word({
      description: 'Name of a scenario (runbook sandbox scenarios lists them), or path of a file',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = {
    ...operatorFlags,
    pace: string({
      description:
        'Virtual seconds per real second: 60 on a terminal, as fast as it can elsewhere, unless given',
      helpValue: 'N',
    }),
    free: boolean({ description: 'Without the question before each change', default: false }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Train);
    return trainExercise({
      scenario: chosenScenario(args.scenario, this.config),
      flags,
      free: flags.free,
      pace: paceOf(flags),
      json: this.jsonEnabled(),
      dataDirectory: this.config.dataDir,
      toolVersion: this.config.version,
    });
  }
}
