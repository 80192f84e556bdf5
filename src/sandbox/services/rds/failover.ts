import { seconds } from '../../../duration.ts';
import { connectionsCut } from '../../application/hooks.ts';
import { inForce } from '../../faults/fault.ts';
import { later, schedule, unschedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { pauseWrites, resumeWrites } from './data.ts';
import { say } from './event-log.ts';
import { findCluster, memberOf } from './find.ts';
import { classOf } from './instance-classes.ts';
import { bringUp, isOutOfReach, isServing, isWriter, takeDown } from './serving.ts';
import type { ClusterState, Failover, InstanceState } from './state.ts';
import { drawPromotion, drawSpan, failoverGivenUp } from './timings.ts';

/**
 * Readers that can be promoted, the best first: lowest tier, then the largest.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
 */
export const candidates = (world: World, state: ClusterState): InstanceState[] =>
  state.instances
    .filter(
      (member) =>
        !isWriter(state, member) &&
        member.instance.DBInstanceStatus === 'available' &&
        isServing(world, member),
    )
    .toSorted(
      (one, other) =>
        one.instance.PromotionTier - other.instance.PromotionTier || memory(other) - memory(one),
    );

const memory = ({ instance }: InstanceState): number => classOf(instance.DBInstanceClass)?.memory ?? 0;

export function startFailover(world: World, state: ClusterState, to: string): void {
  const { cluster, writer } = state;
  const zoneOf = (name: string | undefined) => memberOf(state, name)?.instance.AvailabilityZone;
  const reach = zoneOf(writer) === zoneOf(to) ? 'same' : 'cross';
  cluster.Status = 'failing-over';
  state.failover = { from: writer, to, startedAt: world.now };
  sayOfCluster(world, state, `Started ${reach} AZ failover to DB instance: ${to}`);
  schedule(world, later(world.now, drawSpan(world, 'failoverBegins')), {
    kind: 'database-failover-begins',
    cluster: cluster.DBClusterIdentifier,
  });
}

const sayOfCluster = (world: World, { cluster }: ClusterState, message: string): void =>
  say(world, 'db-cluster', cluster.DBClusterIdentifier, 'failover', message);

interface Running {
  readonly state: ClusterState;
  readonly failover: Failover;
}

function runningFailover(world: World, name: string): Running | undefined {
  const state = findCluster(world, name);
  return state?.failover && { state, failover: state.failover };
}

const concerns = (fault: { readonly cluster?: string }, name: string): boolean =>
  (fault.cluster ?? name) === name;

/** Both instances lose their connections. */
export function failoverBegins(world: World, { cluster: name }: { readonly cluster: string }): void {
  const running = runningFailover(world, name);
  if (running === undefined) return;
  const { state, failover } = running;
  if (inForce(world, 'failover-stuck').some((fault) => concerns(fault, name))) {
    if (world.now.getTime() - failover.startedAt.getTime() >= failoverGivenUp(world))
      giveUp(world, state, failover);
    else schedule(world, later(world.now, seconds(5)), { kind: 'database-failover-begins', cluster: name });
    return;
  }
  const elsewhere = inForce(world, 'failover-elsewhere').find((fault) => concerns(fault, name));
  if (memberOf(state, elsewhere?.instance) !== undefined && elsewhere?.instance !== failover.from)
    failover.to = elsewhere?.instance ?? failover.to;
  for (const member of [memberOf(state, failover.from), memberOf(state, failover.to)])
    if (member !== undefined && member.instance.DBInstanceStatus !== 'deleting')
      takeDown(world, state, member, 'rebooting');
  schedule(world, later(world.now, drawPromotion(world)), {
    kind: 'database-writer-promoted',
    cluster: name,
  });
}

/** The target accepts writes; the cluster endpoint follows, and the old writer comes back as a reader. */
export function writerPromoted(world: World, { cluster: name }: { readonly cluster: string }): void {
  const running = runningFailover(world, name);
  if (running === undefined) return;
  const { state, failover } = running;
  const target = memberOf(state, failover.to);
  const isThere = target !== undefined && target.instance.DBInstanceStatus !== 'deleting';
  if (!isThere || isOutOfReach(world, target)) {
    giveUp(world, state, failover);
    return;
  }
  state.writer = failover.to;
  bringUp(world, state, target);
  say(world, 'db-instance', failover.to, 'availability', 'DB instance restarted');
  pointEndpointAt(world, state, failover.to);
  restartAsReader(world, memberOf(state, failover.from));
  schedule(world, later(world.now, drawSpan(world, 'failoverEnds')), {
    kind: 'database-failover-ends',
    cluster: name,
  });
}

/** An instance of a cluster that has no writer. */
export function becomeWriter(world: World, state: ClusterState, { instance }: InstanceState): void {
  state.writer = instance.DBInstanceIdentifier;
  pointEndpointAt(world, state, instance.DBInstanceIdentifier);
}

function pointEndpointAt(world: World, { endpoint }: ClusterState, leadsTo: string): void {
  if (endpoint.next !== undefined && endpoint.next.from <= world.now)
    endpoint.leadsTo = endpoint.next.leadsTo;
  endpoint.next = { leadsTo, from: later(world.now, drawSpan(world, 'dnsFollows')) };
}

function restartAsReader(world: World, old: InstanceState | undefined): void {
  if (old === undefined || old.instance.DBInstanceStatus === 'deleting') return;
  const name = old.instance.DBInstanceIdentifier;
  const noticedAt = later(world.now, drawSpan(world, 'demotionNoticed'));
  // Text and the lack of a category: observed, and in the AWS CLI's example of describe-events for DocumentDB.
  const text = 'A new writer was promoted. Restarting database as a reader.';
  say(world, 'db-instance', name, undefined, text, noticedAt);
  schedule(world, later(noticedAt, drawSpan(world, 'demotedRestart')), {
    kind: 'database-instance-restarted',
    dbInstance: name,
    demoted: true,
  });
}

export function failoverEnds(world: World, { cluster: name }: { readonly cluster: string }): void {
  const running = runningFailover(world, name);
  if (running === undefined) return;
  const { state, failover } = running;
  sayOfCluster(world, state, `Completed failover to DB instance: ${failover.to}`);
  state.failover = undefined;
  state.cluster.Status = 'available';
}

/** Nothing is promoted: the old writer goes on where it still is. */
function giveUp(world: World, state: ClusterState, { from, to }: Failover): void {
  for (const member of [memberOf(state, from), memberOf(state, to)]) {
    if (member?.instance.DBInstanceStatus !== 'rebooting') continue;
    bringUp(world, state, member);
    if (isWriter(state, member)) sayOfCluster(world, state, `Promoting previous primary again: ${from}`);
  }
  sayOfCluster(
    world,
    state,
    'Cluster failover failed, check the health of your cluster instances and try again',
  );
  state.failover = undefined;
  state.cluster.Status = 'available';
}

/** A demoted writer that the fault keeps down is asked again from time to time. */
export const staysDown = (world: World, cluster: string): boolean =>
  inForce(world, 'reader-stays-down').some((fault) => concerns(fault, cluster));

/** What the loss of a zone does at once: connections break, and clusters that write there fail over by themselves. */
export function onZoneOutage(world: World, zone: string): void {
  for (const state of world.rds.clusters) {
    const lost = state.instances.filter(({ instance }) => instance.AvailabilityZone === zone);
    for (const { instance } of lost) connectionsCut(world, instance.DBInstanceIdentifier);
    if (state.cluster.Status !== 'available' || !lost.some((member) => isWriter(state, member))) continue;
    pauseWrites(world, state);
    const best = candidates(world, state).find(({ instance }) => instance.AvailabilityZone !== zone);
    if (best !== undefined) startFailover(world, state, best.instance.DBInstanceIdentifier);
  }
}

/** A writer that nothing could replace takes writes again. */
export function onZoneBack(world: World, zone: string): void {
  for (const state of world.rds.clusters) {
    const writer = memberOf(state, state.writer);
    if (writer?.instance.AvailabilityZone === zone && !writer.isDown) resumeWrites(world, state);
  }
}

/** An instance that is being deleted must not be met by what was to happen to it. */
export const forgetPlans = (world: World, name: string): void =>
  unschedule(world, (event) => 'dbInstance' in event && event.dbInstance === name);
