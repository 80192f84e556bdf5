import type { NameLookup } from '../name-lookup.ts';
import type { SandboxClock } from './clock.ts';
import { drawBetween } from './random.ts';
import { instanceBehind } from './services/rds/connections.ts';
import { findInstance } from './services/rds/find.ts';
import { accountOf, elsewhere, type World } from './world.ts';

/** Answers for the endpoints of databases: those of a cluster are aliases of its instances' own. */
export const sandboxNameLookup = (world: World, clock: SandboxClock): NameLookup => ({
  aliasOf: (name, timeout) =>
    clock.during(async () => {
      await clock.spend(Math.min(drawBetween(world, 4, 25, 'calls'), timeout));
      const host = name.toLowerCase();
      const alias = Object.keys(accountOf(world).regions)
        .map((region) => hostBehind(elsewhere(world, region), host))
        .find((found) => found !== undefined);
      if (alias === undefined) return { failed: 'ENOTFOUND' };
      return alias === host ? { failed: 'ENODATA' } : { leadsTo: alias };
    }),
});

function hostBehind(world: World, host: string): string | undefined {
  const instance = instanceBehind(world, host);
  return instance === undefined
    ? undefined
    : findInstance(world, instance)?.member.instance.Endpoint?.Address?.toLowerCase();
}
