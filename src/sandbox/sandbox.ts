import type { HttpHandler } from '@smithy/core/protocols';
import type { Clock } from '../clock.ts';
import type { environmentSchema } from '../environment.ts';
import { OperatorError } from '../errors.ts';
import type { HttpProbe } from '../http-probe.ts';
import { advance } from './advance.ts';
import { type SandboxClock, sandboxClock } from './clock.ts';
import { refusal, strike } from './faults.ts';
import { sandboxProbe } from './health-probe.ts';
import { morpheusProd, morpheusProdEnvironment } from './morpheus-prod.ts';
import { drawBetween } from './random.ts';
import { scenarioNamed } from './scenarios/index.ts';
import { services } from './services/index.ts';
import { callerArn } from './services/sts.ts';
import { type Answer, ConnectionLost, inProcessHandler } from './transport.ts';
import { restore, snapshot, type World } from './world.ts';

export { scenarios } from './scenarios/index.ts';

/** What the schema reads, before defaults: `z.input` without an import of zod, which this folder does not use. */
type EnvironmentInput = (typeof environmentSchema)['_zod']['input'];

export interface SandboxOptions {
  /** Id of a scenario; `calm` without it. A stored world brings its own. */
  readonly scenario?: string | undefined;
  /** The same seed and the same calls make the same world. */
  readonly seed?: number | undefined;
  /** Virtual seconds per real second; as fast as it can without it. */
  readonly pace?: number | undefined;
  /** A world that `store` was given earlier. */
  readonly stored?: string | undefined;
  /** Gets the world after every call that changed it, before the answer leaves. */
  store?(world: string): void;
}

export interface Sandbox {
  readonly clock: Clock;
  readonly requestHandler: HttpHandler;
  readonly http: HttpProbe;
  /** As `runbook.yaml` would have them. */
  readonly environments: Readonly<Record<string, EnvironmentInput>>;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly world: World;
  /** Has the world stored as it is now: a run that is killed before its first write must find it again. */
  keep(): void;
  /** Lets the world catch up with a journal that ends later than the stored world. */
  advanceTo(date: Date): void;
}

/** @throws OperatorError for an unknown scenario, or a stored world that cannot be read */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = options.stored === undefined ? begin(options) : reopen(options.stored);
  const clock = sandboxClock(world, options.pace);
  const keep = (): void => options.store?.(snapshot(world));
  const answer = answering(world, clock, keep);
  return {
    clock,
    requestHandler: inProcessHandler(services, answer),
    http: sandboxProbe(world, clock),
    environments: { prod: morpheusProdEnvironment },
    credentials: { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'sandbox' },
    world,
    keep,
    advanceTo: (date) => advance(world, date),
  };
}

function begin({ scenario = 'calm', seed = 1 }: SandboxOptions): World {
  const world = morpheusProd(seed);
  scenarioNamed(scenario).prepare(world);
  return world;
}

function reopen(stored: string): World {
  try {
    const world = restore(stored);
    const missing = Object.keys(morpheusProd(1)).filter((member) => !Object.hasOwn(world, member));
    if (missing.length > 0) throw new TypeError(`It has no ${missing.join(', ')}`);
    return world;
  } catch (cause) {
    throw new OperatorError({
      code: 'SANDBOX_WORLD_UNREADABLE',
      message: "The sandbox's stored world is damaged, so this run cannot go on in it.",
      hint: 'Start a new run in the sandbox.',
      cause,
    });
  }
}

const reads = /^(Describe|Get|List)/;

/** Virtual milliseconds that a call takes, half of it on the way in. */
const latency = [40, 120] as const;

/** How long a caller waits for an answer that never comes, in virtual milliseconds. */
const silence = 10_000;

function answering(world: World, clock: SandboxClock, keep: () => void): Answer {
  return (service, operation, input, call) =>
    clock.during(async () => {
      const travel = drawBetween(world, ...latency, 'calls') / 2;
      await clock.spend(travel);
      const mishap = strike(world, service.name, operation);
      switch (mishap) {
        case undefined:
        case 'answer-lost':
          break;
        case 'timeout':
          await clock.spend(silence);
          throw new ConnectionLost('timeout');
        case 'reset':
          throw new ConnectionLost('reset');
        default:
          throw refusal(mishap, { service: service.name, operation, caller: callerArn(world) });
      }
      // A copy: what the caller holds must not change when the world goes on.
      const output: unknown = structuredClone(service.operations[operation]?.(world, input, call));
      if (!reads.test(operation)) keep();
      if (mishap === 'answer-lost') throw new ConnectionLost('reset');
      await clock.spend(travel);
      return output;
    });
}
