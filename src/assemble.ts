import { randomInt } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import { openAwsSession } from './aws/session.ts';
import { type Clock, systemClock, systemRandom } from './clock.ts';
import type { Ports } from './engine/context.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { UsageError } from './errors.ts';
import { systemHttpProbe } from './http-probe.ts';
import { openRunStore, type RunStore } from './journal/run-directory.ts';

/** Where a run happens: AWS itself, or a sandbox that takes its place. Nothing else in the code knows which. */
export interface Place {
  readonly environment: Environment;
  readonly target: Pick<Ports, 'aws' | 'clock' | 'http'>;
  /** Once the run begins: in a sandbox the world is kept from then on, elsewhere there is nothing to keep. */
  begin(): void;
}

export const livePlace = (environment: Environment, rehearsal: boolean): Place => ({
  environment,
  begin() {},
  target: {
    clock: systemClock,
    http: systemHttpProbe(systemClock),
    aws: openAwsSession({
      region: environment.region,
      profile: environment.profile,
      clock: systemClock,
      random: systemRandom,
      rehearsal,
    }),
  },
});

export interface SandboxChoice {
  readonly environment?: string | undefined;
  readonly scenario?: string | undefined;
  /** Virtual seconds per real second; as fast as it can without it. */
  readonly pace?: number | undefined;
  readonly rehearsal: boolean;
  /** Keeps the world beside the run's journal, so that it survives this process. */
  keepWorld(world: string): void;
  /** For a run that goes on: its world as it was kept, and when its journal ends. */
  readonly goOn?: { readonly world: string; readonly from: Date };
}

export async function sandboxPlace(choice: SandboxChoice): Promise<Place> {
  const { scenario, pace, rehearsal, goOn } = choice;
  const { openSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = await openSandbox({
    scenario,
    pace,
    stored: goOn?.world,
    store: (world) => choice.keepWorld(world),
  });
  if (goOn !== undefined) sandbox.advanceTo(goOn.from);
  const environment = sandboxEnvironment(sandbox.environments, choice.environment);
  const { clock, http, requestHandler, credentials } = sandbox;
  const { region } = environment;
  return {
    environment,
    begin: () => sandbox.keep(),
    target: {
      clock,
      http,
      aws: openAwsSession({ region, clock, random: () => 0.5, rehearsal, requestHandler, credentials }),
    },
  };
}

function sandboxEnvironment(
  environments: Readonly<Record<string, z.input<typeof environmentSchema>>>,
  wanted: string | undefined,
): Environment {
  const [first] = Object.keys(environments);
  const name = wanted ?? first ?? '';
  const settings = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (settings !== undefined) return { name, ...environmentSchema.parse(settings) };
  throw new UsageError({
    code: 'ENVIRONMENT_UNKNOWN',
    message: `The sandbox has no environment ${name}; it has ${Object.keys(environments).join(', ')}`,
    hint: `--env ${first}`,
  });
}

/** The runs of this user, under `XDG_STATE_HOME` or, without it, under oclif's data folder. */
export const runStore = (dataDirectory: string): RunStore =>
  openRunStore(join(stateDirectory(dataDirectory), 'runs'));

function stateDirectory(dataDirectory: string): string {
  const { XDG_STATE_HOME } = process.env;
  // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  return XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)
    ? join(XDG_STATE_HOME, 'runbook')
    : dataDirectory;
}

/** Sorts by time, and its last four letters are enough to name it: `rolling-update-20261121-064250-7kq2`. */
export function newRunId(runbook: string, clock: Clock = systemClock): string {
  const [date, time] = clock
    .now()
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .split('T');
  const letters = Array.from({ length: 4 }, () => 'abcdefghjkmnpqrstuvwxyz23456789'[randomInt(31)]).join('');
  return `${runbook}-${date}-${time}-${letters}`;
}

/** Login and machine of whoever runs this. */
export function operatorName(): string {
  return `${loginName()}@${hostname()}`;
}

/** A container may run under a user id that has no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
