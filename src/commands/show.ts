import { string as stringArgument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { findRunbook } from '../command-line/find-runbook.ts';
import { RunbookCommand } from '../command-line/runbook-command.ts';
import { environmentNamed, loadConfig } from '../config/config-file.ts';
import { policyOf } from '../reports/policy.ts';
import { permissionsOf } from '../reports/runbook-page.ts';
import { runbookText } from '../reports/runbook-text.ts';

export default class Show extends RunbookCommand {
  static override description =
    'Show a runbook: when to use it, its steps, how each change is undone, its IAM actions. With --env: the IAM policy that it needs there';

  static override examples = [
    '<%= config.bin %> show rolling-update',
    '<%= config.bin %> show rotate-secrets --env prod > policy.json',
  ];

  static override args = {
    runbook: stringArgument({
      description: 'Id of the runbook, from: runbook list',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = {
    env: string({
      description: 'Environment, as named in runbook.yaml: prints the policy for it, and nothing else',
      helpValue: 'NAME',
    }),
    config: string({
      description: 'Path of the configuration; without it runbook.yaml is looked for upwards from here',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Show);
    const runbook = findRunbook(args.runbook);
    if (flags.env !== undefined) {
      const environment = environmentNamed(
        loadConfig({ path: flags.config, from: process.cwd() }),
        flags.env,
      );
      const policy = policyOf(runbook, environment);
      this.log(JSON.stringify(policy, undefined, 2));
      return policy;
    }
    this.log(runbookText(runbook, this.text));
    const { id, title, whenToUse } = runbook;
    return { id, title, whenToUse, permissions: permissionsOf(runbook) };
  }
}
