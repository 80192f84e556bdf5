import { boolean, string } from '@oclif/core/flags';
import { deployedPlace, newRunId, runStore, sandboxPlace } from '../assemble.ts';
import { environmentNamed, loadConfig } from '../config/config-file.ts';
import { startRun } from '../engine/run-runbook.ts';
import type { Runbook } from '../engine/runbook.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { chosenScenario, withUsualScenario } from './chosen-scenario.ts';
import { checkOperatorFlags, driveRun } from './drive-run.ts';
import { operatorFlags, paceOf } from './operator-flags.ts';
import { parameterFlags, typedParameters } from './parameter-flags.ts';
import { RunbookCommand } from './runbook-command.ts';
import { earlierRuns } from './time-left.ts';
import { underLock } from './under-lock.ts';

/** The command `runbook run <id>`: the runbook's parameters are its flags. */
export function runCommand(runbook: Runbook) {
  return class RunCommand extends RunbookCommand {
    static override description = `${runbook.title}\n${runbook.whenToUse}.`;

    static override usage = `run ${runbook.id} (--env NAME | --sandbox [SCENARIO]) [FLAGS]`;

    static override examples = [
      `<%= config.bin %> run ${runbook.id} --sandbox`,
      `<%= config.bin %> run ${runbook.id} --sandbox throttling`,
      `<%= config.bin %> run ${runbook.id} --env prod --dry-run`,
      `<%= config.bin %> run ${runbook.id} --env prod`,
    ];

    static override flags = {
      ...parameterFlags(runbook),
      ...ownFlags,
    };

    async run(): Promise<unknown> {
      const { flags } = await this.parse(
        { flags: RunCommand.flags, enableJsonFlag: true },
        withUsualScenario(this.argv),
      );
      const parameters = typedParameters(runbook, flags);
      const chosen = runbook.parameters.parse(parameters);
      const rehearsal = flags['dry-run'];
      const runId = newRunId(runbook.id);
      const store = runStore(this.config.dataDir);
      const { environment, mode, target, begin } =
        flags.sandbox !== undefined
          ? await sandboxPlace({
              environment: flags.env,
              scenario: chosenScenario(flags.sandbox, this.config),
              pace: paceOf(flags),
              rehearsal,
              keepWorld: (world) => store.create(runId).storeWorld(world),
            })
          : await deployedPlace(deployedEnvironment(flags), rehearsal);
      runbook.validate?.(chosen, environment);
      checkOperatorFlags(flags, environment);
      begin();
      const kind = {
        runbook: runbook.id,
        environment: environment.name,
        mode: rehearsal ? ('rehearsal' as const) : mode,
      };
      const directory = store.create(runId);
      return underLock(directory, () =>
        driveRun({
          runbook,
          target,
          directory,
          flags,
          steps: runbook.steps(chosen),
          earlier: earlierRuns(store, kind, runId),
          history: [],
          json: this.jsonEnabled(),
          aim: 'succeeded',
          go: (ports) =>
            startRun(
              {
                runbook,
                parameters,
                environment,
                runId,
                mode: kind.mode,
                toolVersion: this.config.version,
              },
              ports,
            ),
        }),
      );
    }
  };
}

const ownFlags = {
  env: string({ description: 'Environment, as named in runbook.yaml', helpValue: 'NAME' }),
  config: string({
    description: 'Path of the configuration; without it runbook.yaml is looked for upwards from here',
    helpValue: 'FILE',
  }),
  'dry-run': boolean({
    description: 'Rehearse: every read for real, no write leaves this process',
    default: false,
  }),
  sandbox: string({
    description:
      'Run in a simulated AWS account: needs no account and no configuration. With a scenario, by name or file, things go wrong there; runbook sandbox scenarios lists them',
    helpValue: '[SCENARIO]',
  }),
  ...operatorFlags,
};

function deployedEnvironment(flags: {
  readonly env?: string | undefined;
  readonly config?: string | undefined;
}): Environment {
  if (flags.env !== undefined) {
    return environmentNamed(loadConfig({ path: flags.config, from: process.cwd() }), flags.env);
  }
  throw new UsageError({
    code: 'ENVIRONMENT_MISSING',
    message: 'Say which environment: there is no default for what a runbook changes',
    hint: '--env NAME (runbook config check lists them), or --sandbox to try it without AWS',
  });
}
