import { string } from '@oclif/core/args';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { sandboxAt, sandboxUrlFlag } from '../../command-line/sandbox-flags.ts';
import { formatDuration, formatExactDuration, parseDuration } from '../../duration.ts';
import { UsageError } from '../../errors.ts';

export default class SandboxAdvance extends RunbookCommand {
  static override description = 'Let time jump in a served sandbox: everything due until then happens';

  static override examples = ['<%= config.bin %> sandbox advance 10m'];

  static override args = {
    by: string({ description: 'How far: 90s, 10m, 1h30m, 7d', required: true, ignoreStdin: true }),
  };

  static override flags = sandboxUrlFlag;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SandboxAdvance);
    const span = parseDuration(args.by);
    if (span === undefined) {
      throw new UsageError({
        code: 'DURATION_INVALID',
        message: `${args.by} is no duration: write 90s, 10m, 1h30m or 7d`,
        hint: 'runbook sandbox advance 10m',
      });
    }
    const server = sandboxAt(flags);
    let answer: { readonly now: string; readonly left: number };
    let by = args.by;
    do {
      answer = await server.post('advance', { by });
      by = formatExactDuration(answer.left);
      // A long way is gone in parts, of which the server answers each in time.
      if (answer.left > 0) this.log(`${answer.now}, ${formatDuration(answer.left)} to go`);
    } while (answer.left > 0);
    this.log(`It is ${answer.now} now, ${formatDuration(span)} later`);
    return { now: answer.now };
  }
}
