import { targetGroupOf } from '../services/elastic-load-balancing-v2/target-health.ts';
import { resolve } from '../services/route-53/resolve.ts';
import { accountOf, elsewhere, type World } from '../world.ts';
import type { Application } from './state.ts';

/** Names of the load balancers before an application, in lower case as DNS answers them. */
function balancersOf(world: World, { targetGroup }: Application): string[] {
  const arns = targetGroupOf(world, targetGroup)?.targetGroup.LoadBalancerArns ?? [];
  return world.loadBalancing.loadBalancers
    .filter(({ LoadBalancerArn }) => arns.includes(LoadBalancerArn))
    .map(({ DNSName }) => DNSName.toLowerCase());
}

const isBehind = (world: World, application: Application, address: string): boolean =>
  balancersOf(world, application).includes(address.toLowerCase().replace(/^dualstack\.|\.$/g, ''));

/** Whether users come to this one: the name of its URL leads to its load balancer, or to none that is known here. */
export function isAddressed(world: World, application: Application): boolean {
  const address = resolve(world, application.host);
  return address === undefined ? application.isStandby !== true : isBehind(world, application, address);
}

export interface Found {
  readonly world: World;
  readonly application: Application;
}

/** The application that answers for a host, in whatever Region; the host of a load balancer is one too. */
export function applicationBehind(world: World, host: string): Found | undefined {
  const everywhere = Object.keys(accountOf(world).regions).flatMap((region) => {
    const there = elsewhere(world, region);
    return there.applications.map((application) => ({ world: there, application }));
  });
  const address = resolve(world, host) ?? host;
  return (
    everywhere.find((found) => isBehind(found.world, found.application, address)) ??
    everywhere.find(({ application }) => application.host === host && application.isStandby !== true)
  );
}
