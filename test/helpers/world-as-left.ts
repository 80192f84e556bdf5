import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { accountOf } from '../../src/sandbox/world.ts';

/** What tells of the past, or of chance, and not of how the stack stands. */
const history = new Set([
  'now',
  'random',
  'serial',
  'transitions',
  'faults',
  'calls',
  'activities',
  'refreshes',
  'history',
  'cloudTrail',
  'series',
  'outages',
  'stoppages',
  'requests',
  'tokens',
  'launchTokens',
  'nextVersion',
  'zoneRetries',
  'StateReason',
  'hosts',
  'failed',
  'restoreJobs',
  'lastRestored',
  'commands',
  'events',
  'rows',
  'bytes',
  'refusals',
  // What is written into stores goes on: production's data, and marks in them.
  'beacons',
  'accessedOn',
]);

/**
 * The whole world once it has come to rest, comparable with that of another run: nodes are known by what they are and where
 * they stand, since a replaced one never has its predecessor's id.
 */
export async function worldAsLeft(stored: string): Promise<unknown> {
  const sandbox = await openSandbox({ stored });
  // Long enough for hooks, draining and alarms to be over.
  sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 30 * 60_000));
  knownSeals ??= sealsIn(accountOf((await openSandbox({ environment: 'prod' })).world));
  return scrub(accountOf(sandbox.world));
}

/** Of the values of secrets as they are when a run begins. */
let knownSeals: ReadonlySet<string> | undefined;

const sealsIn = (value: unknown): ReadonlySet<string> =>
  new Set([...JSON.stringify(value).matchAll(/"sealed":"([^"]+)"/g)].map(([, seal = '']) => seal));

function scrub(value: unknown): unknown {
  if (value instanceof Date) return 'a time';
  if (typeof value === 'string') return withoutIdentity(value);
  if (Array.isArray(value)) return sorted(value.filter(isThere).map(scrub));
  if (typeof value !== 'object' || value === null) return value;
  // Whoever draws a password anew gets another one.
  if ('sealed' in value)
    return knownSeals?.has(String(value.sealed)) ? value : 'a value that was drawn since';
  // Where the endpoint of a database was to lead to next, it leads to by now.
  if ('next' in value && isMoving(value.next)) return { leadsTo: value.next.leadsTo };
  const entries = Object.entries(value).filter(([key, inner]) => !history.has(key) && isThere(inner));
  if (entries.some(([key]) => instanceId.test(key))) return sorted(entries.map(([, inner]) => scrub(inner)));
  return Object.fromEntries(entries.map(([key, inner]) => [key, scrub(inner)]));
}

const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;

const isMoving = (next: unknown): next is { readonly leadsTo: string } =>
  typeof next === 'object' && next !== null && 'leadsTo' in next;

const instanceId = /\bi-[0-9a-f]{17}\b/g;

const withoutIdentity = (text: string): string =>
  text
    .replace(instanceId, 'i-*')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
    .replace(/\beni-[0-9a-f]+\b/g, 'eni-*')
    .replace(/\b10\.20\.\d+\.\d+\b/g, '10.20.*')
    .replace(/ip-10-20-\d+-\d+/g, 'ip-*');

const sorted = (values: readonly unknown[]): readonly unknown[] =>
  [...values].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

/** EC2 shows a terminated instance for about an hour; others that are gone are known by when they went. */
function isThere(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && 'goneFrom' in value) return false;
  // A version of a secret that has no stage is deprecated: nobody can delete it, and Secrets Manager does when it likes.
  if (typeof value === 'object' && value !== null && 'stages' in value && isEmpty(value.stages)) return false;
  if (typeof value !== 'object' || value === null || !('instance' in value)) return true;
  const { instance } = value as { instance?: { State?: { Name?: string } } };
  return instance?.State?.Name !== 'terminated';
}
