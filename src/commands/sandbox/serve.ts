import { string } from '@oclif/core/flags';
import { serveSandbox } from '../../assemble.ts';
import { chosenScenario, usualScenario } from '../../command-line/chosen-scenario.ts';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { speedOf, usualPort, wholeNumber } from '../../command-line/sandbox-flags.ts';
import { servingLines, toldToStop } from '../../command-line/sandbox-serving.ts';
import { type StateFile, stateFile } from '../../command-line/sandbox-state-file.ts';
import { OperatorError, UsageError } from '../../errors.ts';
import { textOf } from '../../reports/layout.ts';

export default class SandboxServe extends RunbookCommand {
  static override description =
    'Serve a simulated AWS account on this machine, for the AWS CLI, SDKs, Terraform, and runbook in another terminal';

  static override examples = [
    '<%= config.bin %> sandbox serve',
    '<%= config.bin %> sandbox serve --scenario bad-ami --speed 300',
    '<%= config.bin %> sandbox serve --state world.json',
  ];

  static override flags = {
    port: string({
      description: 'Port of 127.0.0.1; 0 for any that is free',
      default: String(usualPort),
      helpValue: 'N',
    }),
    scenario: string({
      description: 'What goes wrong in it, from: runbook sandbox scenarios',
      helpValue: 'NAME|FILE',
    }),
    speed: string({
      description: 'Virtual seconds in a real second; with 0 time stands still',
      default: '60',
      helpValue: 'N',
    }),
    seed: string({
      description: "The same seed makes the same world; without it the scenario's own",
      helpValue: 'N',
    }),
    state: string({ description: 'Keep the world in this file, and go on from it', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxServe);
    const speed = speedOf(flags.speed);
    const file = flags.state === undefined ? undefined : stateFile(flags.state);
    const release = file?.lock() ?? (() => {});
    process.once('exit', release);
    try {
      await this.serve(flags, file, speed);
    } finally {
      process.off('exit', release);
      release();
    }
  }

  private async serve(flags: ServeFlags, file: StateFile | undefined, speed: number): Promise<void> {
    const stored = file?.load();
    if (stored !== undefined && flags.scenario !== undefined) {
      throw new UsageError({
        code: 'STATE_HAS_SCENARIO',
        message: `${flags.state} holds a world that is under way, so it cannot begin with ${flags.scenario}`,
        hint: 'Leave --scenario out to go on, or name another file: --state FILE',
      });
    }
    const served = await serveSandbox({
      port: wholeNumber('port', flags.port, { least: 0, most: 65_535 }),
      speed,
      seed:
        flags.seed === undefined
          ? undefined
          : wholeNumber('seed', flags.seed, { least: 0, most: 2 ** 31 - 1 }),
      scenario:
        stored === undefined ? chosenScenario(flags.scenario ?? usualScenario, this.config) : undefined,
      stored,
      store: (world) => file?.store(world),
      report: (fault) => process.stderr.write(`${faultText(fault)}\n`),
    }).catch((error: unknown) => {
      const isDamaged = error instanceof OperatorError && error.code === 'SANDBOX_WORLD_UNREADABLE';
      throw isDamaged && file !== undefined ? file.damaged(error) : error;
    });
    const end = toldToStop();
    const { close: _, ...facts } = served;
    const goesOn = stored !== undefined;
    if (this.jsonEnabled()) this.logJson({ ...facts, speed });
    else this.log(textOf(servingLines(served, { speed, kept: flags.state, goesOn }), this.text));
    await end;
    await served.close();
  }
}

interface ServeFlags {
  readonly port: string;
  readonly scenario: string | undefined;
  readonly seed: string | undefined;
  readonly state: string | undefined;
}

const faultText = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  const cause = fault.cause instanceof Error ? `\n  because of ${fault.cause.stack}` : '';
  return `This is a fault of the sandbox itself: ${fault.stack}${cause}`;
};
