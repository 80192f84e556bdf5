import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';
import { type StateAnswer, serviceLines, stateLines } from '../../command-line/sandbox-state-text.ts';
import { textOf } from '../../reports/layout.ts';

export default class SandboxState extends RunbookCommand {
  static override description =
    'Say how a served sandbox is: its time, what goes wrong in it, each environment, and what there is';

  static override args = {
    service: string({
      description: 'The resources of this service by name, as: runbook sandbox state calls it',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    full: boolean({ description: 'With --json: every resource with all its members', default: false }),
    ...sandboxUrlFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SandboxState);
    const answer = await sandboxAt(flags).get<StateAnswer>('state', {
      ...(args.service !== undefined && { service: args.service }),
      ...(flags.full && this.jsonEnabled() && { full: '' }),
    });
    if (!this.jsonEnabled()) {
      const lines = args.service === undefined ? stateLines(answer, this.text) : serviceLines(answer);
      this.log(textOf(lines, this.text));
    }
    return answer;
  }
}
