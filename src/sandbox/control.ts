import { hours, type Milliseconds, parseDuration, seconds } from '../duration.ts';
import type { environmentSchema } from '../environment.ts';
import { UsageError } from '../errors.ts';
import type { HttpProbe } from '../http-probe.ts';
import type { NameLookup } from '../name-lookup.ts';
import type { ListedFault } from './faults/listing.ts';
import type { Pacing, TimedWorld } from './http-server/pacing.ts';
import {
  type Holdings,
  type StateByPlace,
  stateByPlace,
  summaryOf,
  withoutSecrets,
} from './http-server/state-summary.ts';
import type { EnvironmentOverview } from './overview.ts';
import type { Endpoint } from './protocols/endpoint.ts';
import type { WireRequest } from './protocols/protocol.ts';
import type { Account } from './world.ts';

/** What the server needs of a sandbox. */
export interface ServedSandbox extends TimedWorld {
  readonly endpoint: Endpoint;
  /** Asks the application's health URL as its users do. */
  readonly http: HttpProbe;
  /** Where a name leads. */
  readonly names: NameLookup;
  /** As `runbook.yaml` would have them. */
  readonly environments: Readonly<Record<string, (typeof environmentSchema)['_zod']['input']>>;
  /**
   * Makes something go wrong from now on.
   * @throws UsageError for a fault that there is not
   */
  inject(fault: FaultInput): void;
  /** Those that are in force or to come. */
  faults(): readonly ListedFault[];
  /** Ends a fault now, by its number. */
  heal(fault: number): void;
  overview(): readonly EnvironmentOverview[];
  readonly scenario: Account['scenario'];
  readonly world: Holdings;
}

/** A fault as people write it: `{ what: 'throttle', service: 'rds', lasts: '5m' }`. */
export interface FaultInput {
  readonly what: string;
  readonly [setting: string]: unknown;
}

export const controlPath = '/_sandbox/';

/** Browsers send no header of this name for a page of another origin without asking first, and nobody answers yes. */
const guardHeader = 'x-runbook-sandbox';

interface Controlled {
  readonly sandbox: ServedSandbox;
  readonly pacing: Pacing;
}

interface ControlReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Route = (asked: Asked, controlled: Controlled) => unknown;

interface Asked {
  readonly query: ReadonlyMap<string, string>;
  readonly body: Readonly<Record<string, unknown>>;
}

const routes: Readonly<Record<string, Route>> = {
  'GET clock': (_asked, { sandbox, pacing }) => ({ now: sandbox.clock.now(), speed: pacing.speed }),
  'POST advance': async ({ body }, { sandbox, pacing }) => {
    const span = spanIn(body['by'], longestJump, 'by');
    const left = await pacing.jump(span);
    return { now: sandbox.clock.now(), left };
  },
  'POST inject': ({ body }, { sandbox }) => {
    const { fault } = body;
    if (!isRecord(fault) || typeof fault['what'] !== 'string')
      throw wrong(
        'Say what goes wrong, as in {"fault": {"what": "throttle", "service": "rds", "lasts": "5m"}}',
      );
    sandbox.inject({ ...fault, what: fault['what'] });
    return { now: sandbox.clock.now(), fault };
  },
  'POST heal': ({ body }, { sandbox }) => {
    const ended = faultsMeant(sandbox.faults(), body['fault']);
    for (const { number } of ended) sandbox.heal(number);
    return { now: sandbox.clock.now(), ended };
  },
  'GET state': ({ query }, { sandbox, pacing }) => {
    const state = ofService(stateByPlace(sandbox.world), query.get('service'));
    const { id, title } = sandbox.scenario;
    return {
      now: sandbox.clock.now(),
      speed: pacing.speed,
      scenario: { id, title },
      faults: sandbox.faults(),
      environments: sandbox.overview(),
      ...(query.has('full') ? { resources: state } : { summary: summaryOf(state) }),
    };
  },
  'GET environments': (_asked, { sandbox }) => ({ environments: sandbox.environments }),
  'GET http-probe': ({ query }, { sandbox }) => {
    const url = query.get('url') ?? '';
    if (!URL.canParse(url)) throw wrong('Name the address to ask for: ?url=https%3A%2F%2F...');
    const timeout = query.has('timeout') ? spanIn(query.get('timeout'), hours(1), 'timeout') : seconds(10);
    return sandbox.http.get(url, timeout, new AbortController().signal);
  },
  'GET name-lookup': ({ query }, { sandbox }) => {
    const name = query.get('name') ?? '';
    if (name === '') throw wrong('Say which name leads where: ?name=...');
    const timeout = query.has('timeout') ? spanIn(query.get('timeout'), hours(1), 'timeout') : seconds(5);
    return sandbox.names.aliasOf(name, timeout, new AbortController().signal);
  },
};

/** Routes for whoever looks after the sandbox; AWS has none of them. */
export async function answerControl(
  { method, path, query, headers, body }: Omit<WireRequest, 'host'>,
  controlled: Controlled,
): Promise<ControlReply> {
  const name = path.slice(controlPath.length);
  const route = Object.hasOwn(routes, `${method} ${name}`) ? routes[`${method} ${name}`] : undefined;
  if (route === undefined) {
    const known = Object.keys(routes).join(', ');
    return json(
      404,
      failure('ROUTE_UNKNOWN', `There is no ${method} ${name} under ${controlPath}, only ${known}`),
    );
  }
  if (method === 'POST' && headers[guardHeader] !== '1')
    return json(403, failure('HEADER_MISSING', `A POST needs the header ${guardHeader}: 1`));
  try {
    return json(200, await route({ query: new Map(query), body: jsonIn(body) }, controlled));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return json(400, failure(error.code, error.message, error.hint));
  }
}

/** @throws UsageError for a number that no fault in force or to come has */
function faultsMeant(faults: readonly ListedFault[], number: unknown): readonly ListedFault[] {
  if (number === undefined) return faults;
  const meant = faults.filter((fault) => fault.number === number);
  if (meant.length > 0) return meant;
  const known = faults.map((fault) => fault.number).join(', ');
  throw new UsageError({
    code: 'FAULT_NUMBER_UNKNOWN',
    message: `No fault ${String(number)} is in force or to come${known === '' ? '' : `; there are ${known}`}`,
    hint: 'runbook sandbox state numbers them',
  });
}

const json = (statusCode: number, content: unknown): ControlReply => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content, withoutSecrets),
});

const failure = (code: string, message: string, hint?: string) => ({
  error: { code, message, ...(hint !== undefined && { hint }) },
});

const wrong = (message: string) => new UsageError({ code: 'REQUEST_INVALID', message });

function jsonIn(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const content: unknown = JSON.parse(new TextDecoder().decode(body));
    if (isRecord(content)) return content;
  } catch {
    // Told below, as any other body that is no object.
  }
  throw wrong('The body is no JSON object');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nobody means to wait for more, and a time that far ahead is still a date. */
const longestJump = hours(366 * 24);

function spanIn(text: unknown, longest: Milliseconds, name: string): Milliseconds {
  const span = typeof text === 'string' ? parseDuration(text) : undefined;
  if (span === undefined || span > longest)
    throw wrong(`${name} must be a duration such as 90s, 10m or 1h30m, and at most ${longest / hours(1)}h`);
  return span;
}

function ofService(state: StateByPlace, service: string | undefined): StateByPlace {
  if (service === undefined) return state;
  const chosen = Object.entries(state).flatMap(([place, services]) =>
    Object.hasOwn(services, service) ? [[place, { [service]: services[service] }] as const] : [],
  );
  if (chosen.length > 0) return Object.fromEntries(chosen);
  const known = [...new Set(Object.values(state).flatMap((services) => Object.keys(services)))];
  throw new UsageError({
    code: 'SERVICE_UNKNOWN',
    message: `The sandbox has no service ${service}; it has ${known.toSorted().join(', ')}`,
  });
}
