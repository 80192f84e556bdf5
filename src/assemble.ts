import { randomInt } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import { openAwsSession } from './aws/session.ts';
import { type Clock, systemClock, systemRandom } from './clock.ts';
import type { Ports } from './engine/context.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { Refusal, UsageError } from './errors.ts';
import { systemHttpProbe } from './http-probe.ts';
import { openRunStore, type RunStore } from './journal/run-directory.ts';
import { holderText, takeLock } from './journal/run-lock.ts';
import { systemNameLookup } from './name-lookup.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { SandboxServer } from './sandbox-link/sandbox-server.ts';
import type { Scenario } from './scenarios/read-scenario.ts';

/** Where a run happens: AWS itself, or a sandbox that takes its place. Nothing else in the code knows which. */
export interface Place {
  readonly environment: Environment;
  readonly mode: 'live' | 'sandbox';
  readonly target: Pick<Ports, 'aws' | 'clock' | 'http' | 'names' | 'onlyHere'>;
  /** Once the run begins: in a sandbox the world is kept from then on, elsewhere there is nothing to keep. */
  begin(): void;
}

/**
 * AWS itself; where `AWS_ENDPOINT_URL` leads to a sandbox that another process serves, that sandbox, in its time.
 * @throws UsageError where only some of the calls would go to the sandbox
 */
export async function deployedPlace(environment: Environment, rehearsal: boolean): Promise<Place> {
  const url = process.env['AWS_ENDPOINT_URL'];
  if (url === undefined || url === '') return livePlace(environment, rehearsal);
  const { isLoopback, sandboxListeningAt } = await import('./sandbox-link/sandbox-server.ts');
  const server = isLoopback(url) ? await sandboxListeningAt(url) : undefined;
  if (server === undefined) return livePlace(environment, rehearsal);
  refuseMixedEndpoints(server);
  const [{ linkedClock }, { linkedProbe }, { linkedNameLookup }] = await Promise.all([
    import('./sandbox-link/linked-clock.ts'),
    import('./sandbox-link/linked-probe.ts'),
    import('./sandbox-link/linked-name-lookup.ts'),
  ]);
  const clock = await linkedClock(server);
  const { region, profile } = environment;
  return {
    environment,
    mode: 'sandbox',
    begin() {},
    target: {
      clock,
      http: linkedProbe(server),
      names: linkedNameLookup(server),
      aws: openAwsSession({ region, profile, clock, random: systemRandom, rehearsal }),
    },
  };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function refuseMixedEndpoints({ url }: SandboxServer): void {
  const leadsElsewhere = (name: string): boolean =>
    name.startsWith('AWS_ENDPOINT_URL_') || name === 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS';
  const name = Object.keys(process.env).find((each) => leadsElsewhere(each) && process.env[each] !== '');
  if (name === undefined) return;
  throw new UsageError({
    code: 'ENDPOINTS_MIXED',
    message: `AWS_ENDPOINT_URL leads to the sandbox at ${url}, and ${name} would send calls elsewhere`,
    hint: `unset ${name}`,
  });
}

const livePlace = (environment: Environment, rehearsal: boolean): Place => ({
  environment,
  mode: 'live',
  begin() {},
  target: {
    clock: systemClock,
    http: systemHttpProbe(systemClock),
    names: systemNameLookup,
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
  readonly scenario?: Scenario | undefined;
  /** Virtual seconds per real second; as fast as it can without it. */
  readonly pace?: number | undefined;
  readonly rehearsal: boolean;
  /** Keeps the world beside the run's journal, so that it survives this process. */
  keepWorld(world: string): void;
  /** For a run that goes on: its world as it was kept, and when its journal ends. */
  readonly goOn?: { readonly world: string; readonly from: Date };
}

/** A place of which everything is known. */
export interface SandboxPlace extends Place {
  /** What really happened in it, whatever the run saw. */
  truth(): ReturnType<Sandbox['truth']>;
}

export async function sandboxPlace(choice: SandboxChoice): Promise<SandboxPlace> {
  const { scenario, pace, rehearsal, goOn } = choice;
  const { openSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = await openSandbox({
    scenario,
    environment: choice.environment ?? scenario?.exercise?.environment ?? 'prod',
    pace,
    stored: goOn?.world,
    store: (world) => choice.keepWorld(world),
  });
  if (goOn !== undefined) sandbox.advanceTo(goOn.from);
  const environment = sandboxEnvironment(sandbox.environments, choice.environment);
  const { clock, http, names, requestHandler, credentials } = sandbox;
  const { region } = environment;
  return {
    environment,
    mode: 'sandbox',
    begin: () => sandbox.keep(),
    truth: () => sandbox.truth(),
    target: {
      onlyHere: true,
      clock,
      http,
      names,
      aws: openAwsSession({ region, clock, random: () => 0.5, rehearsal, requestHandler, credentials }),
    },
  };
}

export interface ServingChoice {
  readonly port: number;
  /** Virtual seconds per real second; with 0 time stands still until somebody lets it jump. */
  readonly speed: number;
  readonly scenario?: Scenario | undefined;
  readonly seed?: number | undefined;
  /** A world that `store` was given earlier. */
  readonly stored?: string | undefined;
  store?(world: string): void;
  /** A fault of the sandbox itself. */
  report(fault: unknown): void;
}

export interface ServedPlace {
  readonly url: string;
  readonly now: Date;
  readonly scenario: Sandbox['scenario'];
  readonly environments: readonly string[];
  /** What an AWS client needs in its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ends what is under way, and keeps the world as it is then. */
  close(): Promise<void>;
}

/** A sandbox for other processes, which begins now: clients compare its times with their own. */
export async function serveSandbox({ port, speed, report, ...choice }: ServingChoice): Promise<ServedPlace> {
  const [{ openSandbox }, { serveOverHttp }, { readFault }] = await Promise.all([
    import('./sandbox/sandbox.ts'),
    import('./sandbox/http-server.ts'),
    import('./scenarios/read-fault.ts'),
  ]);
  const sandbox = await openSandbox({
    ...choice,
    // Where time stands still, calls must not wait for it.
    pace: speed === 0 ? undefined : speed,
    begins: systemClock.now(),
  });
  // Before it listens: whoever cannot keep the world must know before somebody works in it.
  sandbox.keep();
  const inject = (fault: Readonly<Record<string, unknown>>): void => sandbox.inject(readFault(fault));
  const server = await serveOverHttp({ sandbox: { ...sandbox, inject }, port, speed, report });
  const { accessKeyId, secretAccessKey } = sandbox.credentials;
  return {
    url: server.url,
    now: sandbox.clock.now(),
    scenario: sandbox.scenario,
    environments: Object.keys(sandbox.environments),
    variables: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: sandbox.world.region,
    },
    async close() {
      await server.close();
      sandbox.keep();
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

/**
 * Takes the file that a served world is kept in. A lock whose process is gone is taken over.
 * @returns gives the file back
 * @throws Refusal where another server has it
 */
export const lockWorld = (file: string): (() => void) =>
  takeLock(
    `${file}.lock`,
    (holder, lock) =>
      new Refusal({
        code: 'STATE_IN_USE',
        message: `${file} is being served by ${holderText(holder)}: what is done in one of two servers would be lost in the other`,
        hint: `Use that server, or name another file: --state FILE. If that process is surely gone: rm ${lock}`,
      }),
  );

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
