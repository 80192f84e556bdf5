import type { World } from '../world.ts';
import { hostIn } from './connect.ts';
import { nodesOf } from './nodes.ts';
import { lose, placeOf } from './on-node.ts';

export { type CommandResult, runOnNode } from './commands.ts';
export { endWatch } from './write-watch.ts';

const broken = {
  database: 'ERROR 2013 (HY000): Lost connection to MySQL server during query',
  queue: 'AMQP connection closed: 320 CONNECTION_FORCED',
  search: 'socket hang up',
} as const;

/** Every connection that nodes hold to this host broke: the identifier of a database instance, or the host of a broker or search domain. */
export function connectionsCut(world: World, host: string): void {
  for (const application of world.applications) {
    for (const { instance } of nodesOf(world, application)) {
      const place = placeOf(world, instance.InstanceId);
      // While it restarts it holds none.
      if (place === undefined || place.on.startedAt > world.now) continue;
      const { endpoints, pool } = place.on;
      if (pool?.instance === host) lose(world, place, 'database', broken.database);
      for (const dependency of ['queue', 'search'] as const)
        if (hostIn(endpoints[dependency] ?? '') === host) lose(world, place, dependency, broken[dependency]);
    }
  }
}
