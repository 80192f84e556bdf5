import type { Milliseconds } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { checkedFault } from './faults/check-fault.ts';
import { addFault } from './faults/effects.ts';
import type { CallFault, WorldFault } from './faults/fault.ts';
import { findMisfit } from './protocols/misfit.ts';
import { modelOf } from './protocols/service-model.ts';
import { later, schedule } from './schedule.ts';
import { catalogue } from './schemas/catalogue.ts';
import { AwsFault } from './service.ts';
import { services } from './services/index.ts';
import { carryOut, type NamedCall, serviceNamed } from './somebody.ts';
import { elsewhere, type World } from './world.ts';

export { calm } from './calm.ts';

/** As parsers write what is left out. */
type WithUndefined<Data> = Data extends unknown
  ? { readonly [Key in keyof Data]: object extends Pick<Data, Key> ? Data[Key] | undefined : Data[Key] }
  : never;

/** A fault as scenarios and people give it: times count from when it is given. */
export type GivenFault = WithUndefined<CallFault | WorldFault> & {
  readonly from?: Milliseconds | undefined;
  readonly to?: Milliseconds | undefined;
  readonly lasts?: Milliseconds | undefined;
  readonly after?: string | undefined;
};

/** One way for things to go. */
export interface Scenario {
  /** Name, or name of the file. */
  readonly id: string;
  readonly title: string;
  /** What the trainee is told. */
  readonly brief: string;
  /** The environments that stand in the account; all without it. */
  readonly environments?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** Calls that make the world as it is when the scenario begins. */
  readonly before?: readonly NamedCall[] | undefined;
  /** Calls that somebody else makes meanwhile. */
  readonly during?: readonly (NamedCall & { readonly at: Milliseconds; readonly by: string })[] | undefined;
  readonly faults?: readonly GivenFault[] | undefined;
  readonly good?: { readonly changes?: readonly string[] | undefined } | undefined;
  /** Makes an error of what is wrong at a place of the file that it was read from. */
  readonly source?: {
    wrong(path: readonly (string | number)[], message: string, known?: readonly string[]): Error;
  };
}

/**
 * Makes the world at rest the one of the scenario.
 * @throws UsageError for a call that the sandbox does not know, or that AWS refuses, and for a fault of what there is not
 */
export async function begin(world: World, scenario: Scenario): Promise<void> {
  for (const [index, call] of (scenario.before ?? []).entries()) {
    const place = ['before', index];
    await check(scenario, place, call);
    try {
      carryOut(placeOf(world, call), call);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      throw wrong(scenario, place, `${named(call)}: AWS refuses it: ${error.code}: ${error.message}`);
    }
  }
  for (const [index, { at, by, ...call }] of (scenario.during ?? []).entries()) {
    await check(scenario, ['during', index], call);
    schedule(placeOf(world, call), later(world.now, at), { kind: 'somebody-calls', call, by });
  }
  for (const [index, fault] of (scenario.faults ?? []).entries()) {
    try {
      inject(world, fault);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw wrong(scenario, ['faults', index], error.message);
    }
  }
  const operations = services.flatMap((service) => Object.keys(service.operations));
  for (const [index, operation] of (scenario.good?.changes ?? []).entries()) {
    const place = ['good', 'changes', index];
    if (!operations.includes(operation))
      throw wrong(scenario, place, `no service of the sandbox has the operation ${operation}`, operations);
  }
}

const named = ({ service, operation }: NamedCall): string => `${service} ${operation}`;

const placeOf = (world: World, { region }: NamedCall): World =>
  region === undefined ? world : elsewhere(world, region);

/**
 * Adds a fault whose times count from now.
 * @throws UsageError for one about something that there is not
 */
export function inject(world: World, { from, to, lasts, after, ...fault }: GivenFault): void {
  const given = Object.entries(fault).filter(([, value]) => value !== undefined);
  const when = {
    ...(after === undefined ? { from: later(world.now, from ?? 0) } : { after }),
    ...(to !== undefined && { to: later(world.now, to) }),
    ...(lasts !== undefined && { lasts }),
  };
  // Only what was left out is missing now.
  addFault(
    world,
    checkedFault(world, { ...(Object.fromEntries(given) as unknown as CallFault | WorldFault), ...when }),
  );
}

/** Handlers are typed as if a wrong input could not be: what a file says is held against the SDK's own schema first. */
async function check(scenario: Scenario, place: Place, call: NamedCall): Promise<void> {
  const service = serviceNamed(call.service);
  const settings = catalogue[call.service];
  if (service === undefined || settings === undefined) {
    const known = Object.keys(catalogue);
    throw wrong(scenario, [...place, 'service'], `the sandbox has no service ${call.service}`, known);
  }
  const operation = modelOf(await settings.schemas()).operations.get(call.operation);
  if (operation === undefined || !Object.hasOwn(service.operations, call.operation)) {
    const known = Object.keys(service.operations);
    throw wrong(
      scenario,
      [...place, 'operation'],
      `the sandbox's ${call.service} has no such operation`,
      known,
    );
  }
  const misfit = findMisfit(operation.input, call.input, 'required');
  if (misfit === undefined) return;
  const why = misfit.kind === 'missing' ? 'missing' : 'of the wrong type';
  // A misfit counts the items of a list from 1.
  const path = misfit.path.map((step) => (/^\d+$/.test(step) ? Number(step) - 1 : step));
  throw wrong(
    scenario,
    [...place, 'input', ...path],
    `the parameter ${misfit.path.join('.')} of ${named(call)} is ${why}`,
  );
}

/** Where it stands in the scenario's file. */
type Place = readonly (string | number)[];

const wrong = ({ id, source }: Scenario, place: Place, why: string, known?: readonly string[]): Error =>
  source?.wrong(place, why, known) ??
  new UsageError({ code: 'SCENARIO_INVALID', message: `${place.join('.')} of the scenario ${id}: ${why}` });
