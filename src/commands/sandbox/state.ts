import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';
import { type StateAnswer, stateLines } from '../../command-line/sandbox-state-text.ts';
import { textOf } from '../../reports/layout.ts';

export default class SandboxState extends RunbookCommand {
  static override description = 'Say what a served sandbox holds: its resources by Region and service';

  static override args = {
    service: string({
      description: 'Only this service, as: runbook sandbox state names it',
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
    if (!this.jsonEnabled()) this.log(textOf(stateLines(answer, this.text), this.text));
    return answer;
  }
}
