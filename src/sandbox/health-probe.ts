import type { HttpProbe } from '../http-probe.ts';
import type { SandboxClock } from './clock.ts';
import { draw, drawBetween } from './random.ts';
import { healthyInstances, targetGroupOf } from './services/elastic-load-balancing-v2/target-health.ts';
import { errorShare } from './traffic.ts';
import type { World } from './world.ts';

/** Answers the application's health URL as its load balancer would. */
export const sandboxProbe = (world: World, clock: SandboxClock): HttpProbe => ({
  get: (url, timeout) =>
    clock.during(async () => {
      const milliseconds = Math.min(drawBetween(world, 25, 90, 'calls'), timeout);
      await clock.spend(milliseconds);
      const host = new URL(url).hostname;
      if (host !== new URL(world.traffic.healthUrl).hostname)
        return { failed: `ENOTFOUND: getaddrinfo ENOTFOUND ${host}`, milliseconds };
      const targetGroup = targetGroupOf(world, world.traffic.targetGroup);
      if (targetGroup === undefined || healthyInstances(world, targetGroup).length === 0)
        return { status: 503, milliseconds };
      return { status: draw(world, 'calls') < errorShare(world, targetGroup) ? 500 : 200, milliseconds };
    }),
});
