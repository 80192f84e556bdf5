import type { Account } from '../world.ts';

/** Where the account's resources are kept: those of each Region, and those that are in none. */
export type Holdings = Pick<Account, 'cloudTrail' | 'iam' | 'route53' | 's3'> & {
  readonly regions: Readonly<Record<string, object>>;
};

export const stateByPlace = ({ regions, cloudTrail, iam, route53, s3 }: Holdings): StateByPlace => ({
  ...(regions as StateByPlace),
  global: { cloudTrail, iam, route53, s3 },
});

/** Resources by Region (`global` for those in none) and service, as the services keep them. */
export type StateByPlace = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface SummaryRow {
  readonly place: string;
  readonly service: string;
  /** As the service's state calls them: `clusters`, `snapshots`. */
  readonly kind: string;
  readonly count: number;
  /** Those that have a name. */
  readonly named: readonly NamedResource[];
}

export interface NamedResource {
  readonly name: string;
  readonly status?: string;
}

/** What the sandbox keeps for itself in a service's state, or what is no resource. */
const internals = ['history', 'launchTokens', 'pendingMaintenance', 'series', 'software', 'timings'];

/** AWS shows it for an hour, and it is in nobody's way. */
const isGone = (_key: string | undefined, resource: Readonly<Record<string, unknown>>): boolean =>
  [resource, ...Object.values(resource).filter(isRecord)].some(
    (each) => firstText(each, statuses) === 'terminated',
  );

/** What there is, in few words, of every service alike: services keep their resources in lists and records, in the SDK's shapes. */
export const summaryOf = (state: StateByPlace): readonly SummaryRow[] =>
  Object.entries(state).flatMap(([place, services]) =>
    Object.entries(services).flatMap(([service, kinds]) =>
      Object.entries(isRecord(kinds) ? kinds : {}).flatMap(([kind, held]) => {
        const resources = resourcesIn(held).filter((keyed) => !isGone(...keyed));
        if (resources.length === 0 || internals.includes(kind)) return [];
        const named = resources.flatMap(([key, resource]) => nameOf(key, resource));
        return [{ place, service, kind, count: resources.length, named }];
      }),
    ),
  );

type Keyed = readonly [key: string | undefined, resource: Readonly<Record<string, unknown>>];

/** Settings, such as how long something takes, are records of lists or numbers, and no resources. */
function resourcesIn(held: unknown): readonly Keyed[] {
  if (Array.isArray(held)) return held.filter(isRecord).map((resource) => [undefined, resource]);
  if (!isRecord(held)) return [];
  return Object.entries(held).flatMap(([key, resource]) =>
    isRecord(resource) ? [[key, resource] as const] : [],
  );
}

function nameOf(
  key: string | undefined,
  resource: Readonly<Record<string, unknown>>,
): readonly NamedResource[] {
  // A resource may stand beside what the sandbox keeps about it, as a fleet's group does.
  const candidates = [resource, ...Object.values(resource).filter(isRecord)];
  for (const candidate of candidates) {
    const name = firstText(candidate, names);
    if (name === undefined) continue;
    const status = firstText(candidate, statuses);
    return [{ name: withoutAccount(name), ...(status !== undefined && { status }) }];
  }
  return key === undefined ? [] : [{ name: key }];
}

/** Of an ARN the part that names the resource. */
const withoutAccount = (name: string): string =>
  name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name;

/** In this order: a database has a name too, inside of what its identifier names, and whatever has an ARN mostly has a name. */
const names = [
  /^DB\w+Identifier$/,
  /^(?:MountTarget|AccessPoint)Id$/,
  /^FileSystemId$/,
  /^(?!AvailabilityZone)(?:[A-Z]\w*)?Name$/,
  /^logGroupName$/,
  /^(?!Owner)(?:[A-Z]\w*)?Id$/,
  /^[A-Z]\w*A[Rr][Nn]$/,
];
const statuses = [/^(?:\w*Status|\w*State|StateValue)$/];

function firstText(
  resource: Readonly<Record<string, unknown>>,
  patterns: readonly RegExp[],
): string | undefined {
  for (const pattern of patterns) {
    for (const [member, value] of Object.entries(resource)) {
      const text = isRecord(value) ? (value['Name'] ?? value['Code']) : value;
      if (pattern.test(member) && typeof text === 'string') return text;
    }
  }
  return undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** For `JSON.stringify`: what is secret or large is named and not shown. Secrets are sealed in the world already. */
export function withoutSecrets(this: unknown, key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return isSecret.test(key) && value !== null ? '(not shown)' : value;
}

const isSecret = /^(?:sealed|SecretString|SecretBinary|Plaintext|(?:Master(?:User)?)?Password|privateKey)$/i;
