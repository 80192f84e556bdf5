import {
  currentTargets,
  healthOf,
  targetGroupOf,
} from '../services/elastic-load-balancing-v2/target-health.ts';
import { accountOf, elsewhere, type World } from '../world.ts';
import { isAddressed } from './audience.ts';
import { cannotWrite, isFailing } from './downtime.ts';
import type { Application, FailedTime, Outage, Service } from './state.ts';

const outagesKept = 40;

/** Share of the requests that write. */
const writeShare = 0.3;

const nobody: Service = { failing: 1, what: 'unavailable', isWithoutNodes: true };

/** What users of the application get at a time, from what is known now. */
export function serviceOf(world: World, application: Application, at: Date = world.now): Service {
  const targetGroup = targetGroupOf(world, application.targetGroup);
  if (targetGroup === undefined) return nobody;
  const healthy = currentTargets(world, targetGroup)
    .filter((target) => healthOf(world, targetGroup, target, at).State === 'healthy')
    .flatMap(({ id }) => world.ec2.nodes[id] ?? []);
  if (healthy.length === 0) return nobody;
  const failing = healthy.filter((node) => isFailing(world, node, at));
  const writing = healthy.filter((node) => !failing.includes(node) && cannotWrite(node, at));
  const byNodes = (failing.length + writing.length * writeShare) / healthy.length;
  const bySoftware = failingBySoftware(
    world,
    healthy.map(({ instance }) => instance.ImageId),
  );
  const share = Math.max(byNodes, bySoftware);
  if (failing.length === healthy.length) return { failing: share, what: 'unavailable' };
  if (failing.length > 0 || bySoftware > 0) return { failing: share, what: 'requests-failing' };
  return writing.length > 0 ? { failing: share, what: 'writes-failing' } : { failing: 0 };
}

function failingBySoftware({ ec2 }: World, images: readonly string[]): number {
  let most = 0;
  for (const [image, { failsFrom }] of Object.entries(ec2.software)) {
    if (failsFrom === undefined) continue;
    const share = images.filter((other) => other === image).length / images.length;
    if (share >= failsFrom.shareOfNodes) most = Math.max(most, failsFrom.errorShare);
  }
  return most;
}

/**
 * Writes down where the service has changed since the last look. Whoever changes something calls it; what changes with time
 * alone, such as the health of a target, is noticed at the next count and dated back to the millisecond. A change that leaves no
 * trace of what was before, such as another pool, is watched before it is made as well.
 */
export function watchOutages(world: World, application: Application): void {
  const service = serviceOf(world, application);
  application.failed = failedTime(world, application, service);
  application.service = service;
  const open = application.outages.find(({ to }) => to === undefined);
  const now = service.what;
  // Nobody misses what nobody is sent to.
  const what = now !== undefined && isAddressed(world, application) ? now : undefined;
  if (what !== open?.what) {
    const at = firstTime(
      application.watchedUntil,
      world.now,
      (time) => serviceOf(world, application, time).what === what,
    );
    if (open !== undefined) open.to = at;
    // Several things that happen at one moment make one change.
    application.outages = application.outages.filter(({ from, to }) => to === undefined || to > from);
    if (what !== undefined)
      application.outages = [...application.outages, { from: at, what }].slice(-outagesKept);
  }
  application.watchedUntil = world.now;
}

/** Adds what has failed since the last look: as it was then until something changed, and since then as it is now. */
function failedTime(world: World, application: Application, now: Service): FailedTime {
  const { service: before = now, watchedUntil, failed = { atBalancer: 0, atNodes: 0 } } = application;
  const changed = isSame(before, now)
    ? world.now
    : firstTime(watchedUntil, world.now, (time) => isSame(serviceOf(world, application, time), now));
  const then = failedBetween(watchedUntil, changed, before);
  const since = failedBetween(changed, world.now, now);
  return {
    atBalancer: failed.atBalancer + then.atBalancer + since.atBalancer,
    atNodes: failed.atNodes + then.atNodes + since.atNodes,
  };
}

function failedBetween(from: Date, to: Date, { failing, isWithoutNodes }: Service): FailedTime {
  const failed = failing * (to.getTime() - from.getTime());
  return isWithoutNodes ? { atBalancer: failed, atNodes: 0 } : { atBalancer: 0, atNodes: failed };
}

const isSame = (one: Service, other: Service): boolean =>
  one.failing === other.failing && one.isWithoutNodes === other.isWithoutNodes;

/** The first moment from `from` on at which something is so that is so at `to`. */
function firstTime(from: Date, to: Date, isSo: (time: Date) => boolean): Date {
  if (isSo(from)) return from;
  let [before, after] = [from.getTime(), to.getTime()];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isSo(new Date(middle))) after = middle;
    else before = middle;
  }
  return new Date(after);
}

/** What users of a host went through, in whatever Region it was answered: times of one kind that touch are one. */
export function outagesOf(world: World, host: string): Outage[] {
  const all = Object.keys(accountOf(world).regions)
    .flatMap((region) => elsewhere(world, region).applications)
    .filter((application) => application.host === host)
    .flatMap(({ outages }) => outages)
    .sort((one, other) => Number(one.from) - Number(other.from));
  const joined: Outage[] = [];
  for (const outage of all) {
    const last = joined.at(-1);
    if (last?.what !== outage.what || (last.to !== undefined && last.to < outage.from))
      joined.push({ ...outage });
    else if (outage.to === undefined) delete last.to;
    else if (last.to !== undefined && last.to < outage.to) last.to = outage.to;
  }
  return joined;
}
