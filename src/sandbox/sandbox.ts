import type { HttpHandler } from '@smithy/core/protocols';
import type { Clock } from '../clock.ts';
import { OperatorError, UsageError } from '../errors.ts';
import type { HttpProbe } from '../http-probe.ts';
import type { NameLookup } from '../name-lookup.ts';
import { advance } from './advance.ts';
import { type SandboxClock, sandboxClock } from './clock.ts';
import { denied, refusal, strike } from './faults/call-faults.ts';
import { endFault, noteSuccess } from './faults/effects.ts';
import type { Mishap } from './faults/fault.ts';
import { type ListedFault, listedFaults } from './faults/listing.ts';
import { sandboxProbe } from './health-probe.ts';
import { sandboxNameLookup } from './name-lookup.ts';
import { deployedEnvironments, type EnvironmentInput, newWorld } from './new-world.ts';
import { type EnvironmentOverview, overviewOf } from './overview.ts';
import { asItWas, rememberBefore } from './past.ts';
import { type Answer, ConnectionLost, createEndpoint, type Endpoint } from './protocols/endpoint.ts';
import { drawBetween } from './random.ts';
import { requestIdsOf } from './request-ids.ts';
import { begin, calm, type GivenFault, inject, type Scenario } from './scenario.ts';
import { AwsFault } from './service.ts';
import { recordCall } from './services/cloudtrail/record.ts';
import { refuseDryRun } from './services/dry-run.ts';
import { actionName } from './services/iam/action-name.ts';
import { denialOf } from './services/iam/authorize.ts';
import { callerAccessKey, callerArn } from './services/iam/caller.ts';
import { services } from './services/index.ts';
import { handlerOf } from './transport.ts';
import { type Truth, truthOf } from './truth.ts';
import { type Account, accountOf, restore, seenFrom, snapshot, type World } from './world.ts';

export interface SandboxOptions {
  /** Without it nothing goes wrong. A stored world brings its own. */
  readonly scenario?: Scenario | undefined;
  /** Name of the one environment that is needed; those of the scenario without it. */
  readonly environment?: string | undefined;
  /** The same seed and the same calls make the same world. Without it the scenario's. */
  readonly seed?: number | undefined;
  /** When virtual time begins: a quiet night in the past without it. */
  readonly begins?: Date | undefined;
  /** Virtual seconds per real second; as fast as it can without it. */
  readonly pace?: number | undefined;
  /** A world that `store` was given earlier. */
  readonly stored?: string | undefined;
  /** Gets the world after every call that changed it, before the answer leaves. */
  store?(world: string): void;
}

export interface Sandbox {
  readonly clock: Clock;
  /** For clients in this process. */
  readonly requestHandler: HttpHandler;
  /** For any other way in. */
  readonly endpoint: Endpoint;
  readonly http: HttpProbe;
  readonly names: NameLookup;
  /** As `runbook.yaml` would have them. */
  readonly environments: Readonly<Record<string, EnvironmentInput>>;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The account as seen from the Region of its first environment. */
  readonly world: World;
  readonly scenario: Account['scenario'];
  /** What really happened since this sandbox was opened. */
  truth(): Truth;
  /** Makes something go wrong; its times count from now. */
  inject(fault: GivenFault): void;
  /** Those that are in force or to come. */
  faults(): readonly ListedFault[];
  /** Ends a fault now, by its number. */
  heal(fault: number): void;
  /** What matters of each environment. */
  overview(): readonly EnvironmentOverview[];
  /** Has the world stored as it is now: a run that is killed before its first write must find it again. */
  keep(): void;
  /** Lets the world catch up with a journal that ends later than the stored world. */
  advanceTo(date: Date): void;
}

/** @throws OperatorError for an unknown environment, a scenario that cannot begin, or a stored world that cannot be read */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = options.stored === undefined ? await begun(options) : reopen(options.stored);
  const account = accountOf(world);
  const since = account.now;
  const clock = sandboxClock(world, options.pace);
  const keep = (): void => options.store?.(snapshot(account));
  const endpoint = createEndpoint(services, answering(account, clock, keep), {
    newRequestId: requestIdsOf(account),
  });
  return {
    clock,
    endpoint,
    requestHandler: handlerOf(endpoint),
    http: sandboxProbe(world, clock),
    names: sandboxNameLookup(world, clock),
    environments: Object.fromEntries(account.environments.map((name) => [name, descriptionOf(name)])),
    credentials: { accessKeyId: callerAccessKey, secretAccessKey: 'sandbox' },
    world,
    scenario: account.scenario,
    truth: () => truthOf(world, since),
    inject(fault) {
      inject(world, fault);
      keep();
    },
    faults: () => listedFaults(world),
    heal(fault) {
      endFault(world, fault - 1);
      keep();
    },
    overview: () => overviewOf(world),
    keep,
    advanceTo: (date) => advance(world, date),
  };
}

async function begun({ scenario = calm, seed, begins, environment }: SandboxOptions): Promise<World> {
  if (environment !== undefined) descriptionOf(environment);
  const environments = environment === undefined ? scenario.environments : [environment];
  const world = newWorld({
    scenario,
    seed: seed ?? scenario.seed ?? 1,
    ...(begins && { begins }),
    ...(environments && { environments }),
  });
  await begin(world, scenario);
  return world;
}

/** @throws UsageError for a name that there is not */
function descriptionOf(name: string): EnvironmentInput {
  const found = Object.hasOwn(deployedEnvironments, name) ? deployedEnvironments[name] : undefined;
  if (found !== undefined) return found.description;
  throw new UsageError({
    code: 'ENVIRONMENT_UNKNOWN',
    message: `The sandbox has no environment ${name}; it has ${Object.keys(deployedEnvironments).join(', ')}`,
    hint: `--env ${Object.keys(deployedEnvironments)[0]}`,
  });
}

function reopen(stored: string): World {
  try {
    const account = restore(stored);
    const fresh = accountOf(newWorld({ seed: 1, environments: [] }));
    const missing = Object.keys(fresh).filter((member) => !Object.hasOwn(account, member));
    if (missing.length > 0) throw new TypeError(`It has no ${missing.join(', ')}`);
    const [first] = Object.keys(account.regions);
    if (first === undefined) throw new TypeError('It has no Region');
    return seenFrom(account, descriptionOf(account.environments[0] ?? '').region);
  } catch (cause) {
    throw new OperatorError({
      code: 'SANDBOX_WORLD_UNREADABLE',
      message: "The sandbox's stored world is damaged, so this run cannot go on in it.",
      hint: 'Start a new run in the sandbox.',
      cause,
    });
  }
}

const reads = /^(Describe|Get|List|Lookup|Head|Simulate)/;

/** Virtual milliseconds that a call takes, half of it on the way in. */
const latency = [40, 120] as const;

/** How long a caller waits for an answer that never comes, in virtual milliseconds. */
const silence = 10_000;

function answering(account: Account, clock: SandboxClock, keep: () => void): Answer {
  return (service, operation, input, call) =>
    clock.during(async () => {
      const world = seenFrom(account, call.region);
      const readOnly = reads.test(operation);
      const changes = !readOnly || (service.writes?.includes(operation) ?? false);
      const travel = drawBetween(world, ...latency, 'calls') / 2;
      await clock.spend(travel);
      const { mishap, slower, stale } = strike(world, service.name, operation);
      await clock.spend(slower);
      if (mishap === 'timeout') {
        await clock.spend(silence);
        throw new ConnectionLost('timeout');
      }
      if (mishap === 'reset') throw new ConnectionLost('reset');
      const note = (error?: AwsFault): void =>
        recordCall(world, { service: service.name, operation, input, readOnly, error, ...call });
      let output: unknown;
      try {
        refuse(world, service.name, operation, mishap);
        refuseDryRun(service.name, input);
        if (changes) rememberBefore(world);
        const seen = !changes && stale > 0 ? asItWas(world, stale) : world;
        // A copy: what the caller holds must not change when the world goes on.
        output = structuredClone(service.operations[operation]?.(seen, input, call));
      } catch (error) {
        if (error instanceof AwsFault) note(error);
        throw error;
      }
      note();
      noteSuccess(world, operation);
      if (changes) keep();
      if (mishap === 'answer-lost') throw new ConnectionLost('reset');
      await clock.spend(travel);
      return output;
    });
}

/** @throws AwsFault where AWS does not even begin with the call */
function refuse(world: World, service: string, operation: string, mishap: Mishap | undefined): void {
  const why = denialOf(world, actionName(service, operation));
  if (why !== undefined) throw denied(service, why);
  if (mishap === undefined || mishap === 'answer-lost' || mishap === 'timeout' || mishap === 'reset') return;
  throw refusal(mishap, { service, operation, caller: callerArn(world) });
}
