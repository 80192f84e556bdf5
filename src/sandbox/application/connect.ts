import { inForce } from '../faults/fault.ts';
import { schedule, secondsFrom, unschedule } from '../schedule.ts';
import { unseal } from '../sealed.ts';
import type { NodeState } from '../services/ec2/state.ts';
import { isMountable } from '../services/efs/mounts.ts';
import { connectToBroker } from '../services/mq/connections.ts';
import { connectToSearch } from '../services/opensearch/connections.ts';
import { instanceBehind, openConnection } from '../services/rds/connections.ts';
import type { World } from '../world.ts';
import { nodesOf } from './nodes.ts';
import type { Application, ApplicationOnNode, Dependency } from './state.ts';

export interface Place {
  readonly application: Application;
  readonly node: NodeState;
  readonly on: ApplicationOnNode;
}

export const dependenciesOf = ({ needs }: Application): Dependency[] => Object.keys(needs) as Dependency[];

/** Name of the parameter in which this node looks for the address of what it needs. */
export function parameterFor({ application, node }: Place, dependency: Dependency): string {
  const { usual, tag } = application.prefix;
  const prefix = node.instance.Tags.find(({ Key }) => Key === tag)?.Value ?? usual;
  return `${prefix}${application.needs[dependency]?.parameter}`;
}

/** The host in `amqps://host:5671`, `https://host` or `host`. */
export const hostIn = (address: string): string => address.replace(/^[a-z]+:\/\//, '').replace(/[:/].*$/, '');

interface Login {
  readonly user: string;
  readonly password: string;
}

function loginOf(world: World, { application, on }: Place, dependency: Dependency): Login | undefined {
  const loaded = on.loaded[application.needs[dependency]?.secret ?? ''];
  if (loaded === undefined) return undefined;
  try {
    const { username, password } = JSON.parse(unseal(world, loaded.value));
    return { user: String(username), password: String(password) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reaches one of the things that a node needs. @returns what it was told where it could not */
export function connect(
  world: World,
  place: Place,
  dependency: Dependency,
  { afterCut = false } = {},
): string | undefined {
  const { application, node, on } = place;
  const address = on.endpoints[dependency];
  const need = application.needs[dependency];
  if (address === undefined) return `ParameterNotFound: ${parameterFor(place, dependency)}`;
  if (dependency === 'files')
    return isMountable(world, address, node.instance.Placement.AvailabilityZone)
      ? undefined
      : 'mount.nfs4: Connection timed out';
  const login = loginOf(world, place, dependency);
  if (login === undefined) return `No user name and password in ${need?.secret}`;
  if (dependency === 'database') return openPool(world, place, login, afterCut);
  const connecting = dependency === 'queue' ? connectToBroker : connectToSearch;
  const answer = connecting(world, hostIn(address), login);
  return 'error' in answer ? answer.error : undefined;
}

function openPool(world: World, place: Place, login: Login, afterCut: boolean): string | undefined {
  const { application, node, on } = place;
  const instance = lookUp(world, place, afterCut);
  if (instance === undefined)
    return `ERROR 2005 (HY000): Unknown MySQL server host '${on.endpoints.database}' (-2)`;
  const answer = openConnection(world, instance, login, hostIn(on.endpoints.database ?? instance));
  if ('error' in answer) return answer.error;
  on.pool = { instance, opened: world.now, readOnly: answer.readOnly };
  const id = node.instance.InstanceId;
  dropEvents(world, id, ['application-renews-pool']);
  schedule(world, secondsFrom(world.now, application.timings.connectionLives), {
    kind: 'application-renews-pool',
    instance: id,
  });
  return undefined;
}

/** https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html#error_er_option_prevents_statement */
export const readOnlyError =
  'ERROR 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement';

/** A connection of its own, as a command on the node makes it: nothing is cached, and no pool changes. */
export function connectAfresh(
  world: World,
  place: Place,
  host = place.on.endpoints.database ?? '',
): { readonly readOnly: boolean } | { readonly error: string } {
  const instance = instanceBehind(world, hostIn(host));
  const login = loginOf(world, place, 'database');
  if (instance === undefined)
    return { error: `ERROR 2005 (HY000): Unknown MySQL server host '${host}' (-2)` };
  if (login === undefined) return { error: 'No user name and password for the database' };
  return openConnection(world, instance, login, hostIn(host));
}

/** Aurora's cluster endpoints have a TTL of 5 s. https://repost.aws/knowledge-center/aurora-mysql-db-cluser-read-only-error */
const timeToLive = 5;

function lookUp(world: World, { application, node, on }: Place, afterCut: boolean): string | undefined {
  const { resolved } = on;
  const cached = Math.max(timeToLive, ...inForce(world, 'dns-cached').map(({ by }) => by / 1000));
  if (resolved !== undefined) {
    if (afterCut && staysWithOldWriter(world, application, node)) return resolved.instance;
    if (world.now < secondsFrom(resolved.at, cached)) return resolved.instance;
  }
  const instance = instanceBehind(world, hostIn(on.endpoints.database ?? ''));
  if (instance !== undefined) on.resolved = { instance, at: world.now };
  return instance;
}

/** The first so many of the nodes by id, so that a share of them is always the same nodes. */
function staysWithOldWriter(world: World, application: Application, node: NodeState): boolean {
  const [fault] = inForce(world, 'pool-stays');
  if (fault === undefined) return false;
  const ids = nodesOf(world, application)
    .map(({ instance }) => instance.InstanceId)
    .sort();
  return ids.indexOf(node.instance.InstanceId) < Math.ceil((fault.share ?? 1) * ids.length);
}

export const dropEvents = (world: World, instance: string, kinds: readonly string[]): void =>
  unschedule(world, (due) => 'instance' in due && due.instance === instance && kinds.includes(due.kind));
