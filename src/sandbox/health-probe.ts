import type { HttpProbe } from '../http-probe.ts';
import { applicationBehind } from './application/audience.ts';
import type { SandboxClock } from './clock.ts';
import { draw, drawBetween } from './random.ts';
import { healthyInstances, targetGroupOf } from './services/elastic-load-balancing-v2/target-health.ts';
import { errorShare } from './traffic.ts';
import type { World } from './world.ts';

/** Answers the application's health URL as its load balancer would, wherever the name leads now. */
export const sandboxProbe = (world: World, clock: SandboxClock): HttpProbe => ({
  get: (url, timeout) =>
    clock.during(async () => {
      const milliseconds = Math.min(drawBetween(world, 25, 90, 'calls'), timeout);
      await clock.spend(milliseconds);
      const host = new URL(url).hostname;
      const found = applicationBehind(world, host);
      if (found === undefined) return { failed: `ENOTFOUND: getaddrinfo ENOTFOUND ${host}`, milliseconds };
      const targetGroup = targetGroupOf(found.world, found.application.targetGroup);
      if (targetGroup === undefined || healthyInstances(found.world, targetGroup).length === 0)
        return { status: 503, milliseconds };
      const fails = draw(world, 'calls') < errorShare(found.world, found.application);
      return { status: fails ? 500 : 200, milliseconds };
    }),
});
