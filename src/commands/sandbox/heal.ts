import { string } from '@oclif/core/args';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';
import { faultText, type ListedFault } from '../../command-line/sandbox-state-text.ts';
import { UsageError } from '../../errors.ts';

export default class SandboxHeal extends RunbookCommand {
  static override description = 'End a fault in a served sandbox now, or all of them';

  static override examples = ['<%= config.bin %> sandbox heal 2', '<%= config.bin %> sandbox heal'];

  static override args = {
    number: string({
      description: 'Number of the fault, as: runbook sandbox state; all of them without it',
      ignoreStdin: true,
    }),
  };

  static override flags = sandboxUrlFlag;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SandboxHeal);
    const answer = await sandboxAt(flags).post<{
      readonly now: string;
      readonly ended: readonly ListedFault[];
    }>('heal', args.number === undefined ? {} : { fault: faultNumber(args.number) });
    for (const each of answer.ended) this.log(`Ended at ${answer.now}: ${each.number} ${faultText(each)}`);
    if (answer.ended.length === 0) this.log('No fault is in force or to come');
    return answer;
  }
}

function faultNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError({
    code: 'FAULT_NUMBER_INVALID',
    message: `${text} is no number of a fault`,
    hint: 'runbook sandbox state numbers them',
  });
}
