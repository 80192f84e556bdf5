import { string } from '@oclif/core/args';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { faultSettings } from '../../command-line/sandbox-fault.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';

export default class SandboxInject extends RunbookCommand {
  static override description = 'Make something go wrong in a served sandbox, from now on';

  static override usage = 'sandbox inject WHAT [KEY=VALUE ...]';

  static override examples = [
    '<%= config.bin %> sandbox inject throttle service=rds operation=Describe* lasts=5m',
    '<%= config.bin %> sandbox inject zone-outage zone=us-east-1a',
  ];

  static override strict = false;

  static override args = {
    what: string({
      description: 'What goes wrong: throttle, zone-outage, ...',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override flags = sandboxUrlFlag;

  async run(): Promise<unknown> {
    const { args, argv, flags } = await this.parse(SandboxInject);
    const fault = { ...faultSettings(argv.slice(1).map(String)), what: args.what };
    const answer = await sandboxAt(flags).post<{ readonly now: string }>('inject', { fault });
    this.log(`From ${answer.now} on: ${argv.join(' ')}`);
    return answer;
  }
}
