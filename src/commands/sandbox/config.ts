import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';
import { configText } from '../../config/config-text.ts';

export default class SandboxConfig extends RunbookCommand {
  static override description = 'Print a runbook.yaml for the environments of a served sandbox';

  static override examples = ['<%= config.bin %> sandbox config > runbook.yaml'];

  static override flags = sandboxUrlFlag;

  async run(): Promise<unknown> {
    const { flags } = await this.parse(SandboxConfig);
    const server = sandboxAt(flags);
    const { environments } = await server.get<{ readonly environments: object }>('environments');
    this.log(configText(environments, `The environments of the sandbox at ${server.url}`).trimEnd());
    return { environments };
  }
}
