import { inForce, keepsPassword } from '../../faults/fault.ts';
import { ownMember, setMember } from '../../own-member.ts';
import { isSame, seal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import { hostOf } from './brokers.ts';
import type { Broker } from './state.ts';

/** `error` is what the client is told. */
export type BrokerConnection = { readonly ok: true } | { readonly error: string };

interface Login {
  readonly user: string;
  readonly password: string;
}

const brokerBehind = (world: World, host: string): Broker | undefined =>
  world.mq.brokers.find(
    (broker) => hostOf(world, broker) === host && broker.described.BrokerState !== 'CREATION_IN_PROGRESS',
  );

/** A cluster serves while most of its nodes are up; the others pause: https://www.rabbitmq.com/docs/partitions */
export function isServing(world: World, { described, nodes }: Broker): boolean {
  if (described.BrokerState === 'DELETION_IN_PROGRESS') return false;
  const lost = inForce(world, 'zone-outage').map(({ zone }) => zone);
  const up = nodes.filter(
    ({ zone, downUntil }) => !lost.includes(zone) && (downUntil === undefined || downUntil <= world.now),
  );
  return up.length > nodes.length / 2;
}

/** Opens an AMQP connection to a broker's host, as a client would. */
export function connectToBroker(world: World, host: string, { user, password }: Login): BrokerConnection {
  const broker = brokerBehind(world, host);
  if (broker === undefined) return { error: `getaddrinfo ENOTFOUND ${host}` };
  if (!isServing(world, broker)) return { error: `connect ETIMEDOUT ${host}:5671` };
  const known = ownMember(broker.logins, user);
  if (known === undefined || !isSame(known, seal(world, password)))
    return {
      error:
        'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile."',
    };
  return { ok: true };
}

/**
 * Sets a user's password in RabbitMQ itself, as its management API does (`PUT /api/users/...`), which also makes users. Connections that
 * are open stay. Where no broker of that name serves, nothing is set.
 */
export function setBrokerPassword(world: World, host: string, { user, password }: Login): void {
  const broker = brokerBehind(world, host);
  if (broker !== undefined && isServing(world, broker) && !keepsPassword(world, 'queue'))
    setMember(broker.logins, user, seal(world, password));
}
