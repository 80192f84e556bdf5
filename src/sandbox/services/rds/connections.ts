import { keepsPassword } from '../../faults/fault.ts';
import { ownMember, setMember } from '../../own-member.ts';
import { isSame, seal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import { findInstance, knownCluster } from './find.ts';
import { isOutOfReach, isServing, isWriter } from './serving.ts';
import type { ClusterState } from './state.ts';

export interface DatabaseLogin {
  readonly user: string;
  readonly password: string;
}

/** `error` is the text that a MySQL client prints, such as `ERROR 1045 (28000): Access denied for user ...`. */
export type DatabaseConnection = { readonly readOnly: boolean } | { readonly error: string };

/** The instance that a cluster, reader or instance host name leads to now, by its identifier; `undefined` where the name is unknown. */
export function instanceBehind(world: World, host: string): string | undefined {
  for (const state of world.rds.clusters) {
    if (host === state.cluster.Endpoint) return behindWriterEndpoint(world, state);
    if (host === state.cluster.ReaderEndpoint) return behindReaderEndpoint(world, state);
    const own = state.instances.find(({ instance }) => instance.Endpoint?.Address === host);
    if (own !== undefined) return own.instance.DBInstanceIdentifier;
  }
  return undefined;
}

function behindWriterEndpoint(world: World, { endpoint }: ClusterState): string | undefined {
  const { next } = endpoint;
  return next !== undefined && next.from <= world.now ? next.leadsTo : endpoint.leadsTo;
}

/** Readers take turns. With none to read from it leads to the writer: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html */
function behindReaderEndpoint(world: World, state: ClusterState): string | undefined {
  const readers = state.instances.filter((member) => !isWriter(state, member) && isServing(world, member));
  if (readers.length === 0) return state.writer;
  const turn = Math.floor(world.now.getTime() / 1000) % readers.length;
  return readers[turn]?.instance.DBInstanceIdentifier;
}

const clientAddress = '10.20.1.41';

/** Whether the instance holds connections now: one that restarts does not. */
export function isUp(world: World, instance: string): boolean {
  const found = findInstance(world, instance);
  return found !== undefined && isServing(world, found.member);
}

/**
 * Opens a connection to an instance, as a client would that asked for `dialled`: the name that its errors name.
 * Errors: https://dev.mysql.com/doc/mysql-errors/8.0/en/client-error-reference.html and server-error-reference.html there.
 */
export function openConnection(
  world: World,
  instance: string,
  { user, password }: DatabaseLogin,
  dialled?: string,
): DatabaseConnection {
  const found = findInstance(world, instance);
  if (found === undefined)
    return { error: `ERROR 2005 (HY000): Unknown MySQL server host '${dialled ?? instance}' (-2)` };
  const { cluster, member } = found;
  const host = dialled ?? member.instance.Endpoint?.Address ?? instance;
  const noAnswer = (errno: number) => ({
    error: `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${cluster.cluster.Port}' (${errno})`,
  });
  // Nobody answers from a lost zone; a host whose server restarts refuses.
  if (isOutOfReach(world, member)) return noAnswer(110);
  if (member.isDown) return noAnswer(111);
  const kept = ownMember(cluster.users, user);
  if (kept === undefined || !isSame(kept, seal(world, password)))
    return {
      error: `ERROR 1045 (28000): Access denied for user '${user}'@'${clientAddress}' (using password: ${password === '' ? 'NO' : 'YES'})`,
    };
  return { readOnly: !isWriter(cluster, member) };
}

/** Whether the instance refuses writes now: MySQL error 1290. */
export function isReadOnly(world: World, instance: string): boolean {
  const found = findInstance(world, instance);
  return found === undefined || !isWriter(found.cluster, found.member);
}

/** Sets a user's password in the database itself (not the master password, for which there is ModifyDBCluster). */
export function setDatabasePassword(world: World, cluster: string, { user, password }: DatabaseLogin): void {
  const { users } = knownCluster(world, cluster);
  if (!keepsPassword(world, 'database')) setMember(users, user, seal(world, password));
}
