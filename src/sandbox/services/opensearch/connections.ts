import { keepsPassword } from '../../faults/fault.ts';
import { ownMember, setMember } from '../../own-member.ts';
import { isSame, seal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import { isUnderWay } from './changes.ts';
import { hasQuorum } from './health.ts';
import { endpointOf } from './known-domain.ts';
import type { Domain } from './state.ts';

/** `error` is what the client is told. */
export type SearchConnection = { readonly ok: true } | { readonly error: string };

interface Login {
  readonly user: string;
  readonly password: string;
}

const domainBehind = (world: World, host: string): Domain | undefined =>
  world.openSearch.domains.find(
    (domain) =>
      endpointOf(domain) === host && !(domain.change?.does === 'delete' && isUnderWay(world, domain)),
  );

/** Asks a domain's endpoint, as a client would. */
export function connectToSearch(world: World, host: string, { user, password }: Login): SearchConnection {
  const domain = domainBehind(world, host);
  if (domain === undefined) return { error: `getaddrinfo ENOTFOUND ${host}` };
  if (!hasQuorum(world, domain))
    return { error: '503 Service Unavailable: cluster_manager_not_discovered_exception' };
  const known = ownMember(domain.logins, user);
  return known !== undefined && isSame(known, seal(world, password))
    ? { ok: true }
    : { error: '401 Unauthorized' };
}

/** Sets a user's password in the domain itself, as its security plugin's API does. Where no domain of that name serves, nothing is set. */
export function setSearchPassword(world: World, host: string, { user, password }: Login): void {
  const domain = domainBehind(world, host);
  if (domain !== undefined && hasQuorum(world, domain) && !keepsPassword(world, 'search'))
    setMember(domain.logins, user, seal(world, password));
}

/**
 * When the last automated snapshot was taken: hourly, for domains of OpenSearch; the service has no operation that tells.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
 */
export function lastSnapshot({ now }: World): Date {
  const at = new Date(now);
  at.setUTCMinutes(0, 0, 0);
  return at;
}
