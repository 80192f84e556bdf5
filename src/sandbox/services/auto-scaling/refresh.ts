import { secondsFrom } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { at } from './activities.ts';
import { isAvailable, isLeaving, isPresent, isSuspended, isWarm, placeIn, present } from './fleets.ts';
import { terminate } from './lifecycle.ts';
import { activeRefresh, matches } from './refresh-goal.ts';
import type { FleetState, Member, RefreshState } from './state.ts';

/** A refresh that gets no further for this long fails. https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html */
const patienceSeconds = 3600;

const defaults = { minHealthy: 90, checkpointDelay: 3600 };

/**
 * The least number of available members to keep, and the most members to have.
 * Without a maximum percentage one instance at least is terminated while its replacement launches; with one that leaves
 * no room, the replacement is launched first.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
export function boundsOf(
  { group }: FleetState,
  { shown: { Preferences } }: RefreshState,
): { floor: number; ceiling: number } {
  const desired = group.DesiredCapacity;
  const floor = Math.ceil((desired * (Preferences.MinHealthyPercentage ?? defaults.minHealthy)) / 100);
  const most = Preferences.MaxHealthyPercentage;
  if (most === undefined) return { floor: Math.min(floor, desired - 1), ceiling: desired };
  return { floor, ceiling: Math.max(Math.floor((desired * most) / 100), floor + 1) };
}

/** How many more members may be replaced before the next checkpoint. */
function allowance(refresh: RefreshState): number {
  if (refresh.checkpointUntil !== undefined) return 0;
  return Math.max(0, checkpointTarget(refresh) - (refresh.total - refresh.remaining.length));
}

function checkpointTarget({ shown, total, checkpoint }: RefreshState): number {
  if (shown.Status !== 'InProgress') return total;
  const percentage = shown.Preferences.CheckpointPercentages?.[checkpoint];
  return percentage === undefined ? total : Math.ceil((total * percentage) / 100);
}

/** The capacity that Auto Scaling holds the group at: a refresh may launch before it terminates. */
export function wantedCapacity(fleet: FleetState): number {
  const desired = fleet.group.DesiredCapacity;
  const refresh = activeRefresh(fleet);
  if (refresh === undefined || isBlocked(fleet)) return desired;
  const { ceiling } = boundsOf(fleet, refresh);
  return Math.max(desired, Math.min(ceiling, desired + replacedNext(fleet).length));
}

const replaces = ({ shown }: RefreshState): boolean =>
  shown.Status === 'InProgress' || shown.Status === 'RollbackInProgress';

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-how-suspending-processes-affects-other-processes.html */
const isBlocked = (fleet: FleetState): boolean =>
  ['InstanceRefresh', 'Launch', 'Terminate'].some((process) => isSuspended(fleet, process));

const warmupOf = ({ group }: FleetState, { shown }: RefreshState): number =>
  shown.Preferences.InstanceWarmup ?? group.DefaultInstanceWarmup ?? group.HealthCheckGracePeriod;

function isReady(world: World, fleet: FleetState, refresh: RefreshState, member: Member): boolean {
  const since = fleet.facts[member.InstanceId]?.inServiceAt;
  const launchedByIt = since === undefined || since >= refresh.startedAt;
  return (
    isAvailable(world, fleet, member) &&
    (!launchedByIt || isWarm(world, fleet, member, warmupOf(fleet, refresh)))
  );
}

/** One look of Auto Scaling at a group's refresh. */
export function proceedRefresh(world: World, fleet: FleetState): void {
  const refresh = activeRefresh(fleet);
  if (refresh === undefined) return;
  forgetGone(fleet, refresh);
  switch (refresh.shown.Status) {
    case 'Pending':
      refresh.shown.Status = 'InProgress';
      return;
    case 'Cancelling':
      if (present(fleet).every(({ LifecycleState }) => LifecycleState === 'InService'))
        end(world, refresh, 'Cancelled');
      return;
    case 'Baking':
      if (failsByAlarm(world, fleet, refresh)) return;
      if (refresh.bakeUntil === undefined || refresh.bakeUntil <= world.now) succeed(world, fleet, refresh);
      return;
    case 'InProgress':
      if (!failsByAlarm(world, fleet, refresh)) replaceNext(world, fleet, refresh);
      return;
    default:
      replaceNext(world, fleet, refresh);
  }
}

function forgetGone(fleet: FleetState, refresh: RefreshState): void {
  const stays = (id: string) =>
    fleet.group.Instances.some((member) => member.InstanceId === id && !isLeaving(member));
  refresh.remaining = refresh.remaining.filter(stays);
  refresh.leaving = refresh.leaving.filter((id) => placeIn(fleet, id) !== undefined);
}

function failsByAlarm(world: World, fleet: FleetState, refresh: RefreshState): boolean {
  const names = refresh.shown.Preferences.AlarmSpecification?.Alarms ?? [];
  const fired = world.cloudWatch.alarms.find(
    ({ AlarmName, StateValue }) => names.includes(AlarmName) && StateValue === 'ALARM',
  );
  if (fired !== undefined)
    fail(world, fleet, refresh, `The CloudWatch alarm ${fired.AlarmName} is in ALARM state.`);
  return fired !== undefined;
}

function replaceNext(world: World, fleet: FleetState, refresh: RefreshState): void {
  const ready = present(fleet).filter((member) => isReady(world, fleet, refresh, member));
  takeStock(world, fleet, refresh, ready);
  if (reachCheckpoint(world, fleet, refresh, ready)) return;
  if (isDone(fleet, refresh, ready)) complete(world, fleet, refresh);
  else if (secondsFrom(refresh.progressAt, patienceSeconds) <= world.now)
    fail(world, fleet, refresh, `No progress for an hour. ${refresh.shown.StatusReason ?? ''}`.trim());
  else if (!isBlocked(fleet)) terminateNext(world, fleet, refresh, ready);
}

function terminateNext(
  world: World,
  fleet: FleetState,
  refresh: RefreshState,
  ready: readonly Member[],
): void {
  const { floor, ceiling } = boundsOf(fleet, refresh);
  let slots = Math.min(ceiling - floor - refresh.leaving.length, allowance(refresh));
  let spare = ready.length - floor;
  // Those that serve nobody come first, for their loss costs nothing; then the zone that has most.
  const inZone = ({ AvailabilityZone }: Member) =>
    present(fleet).filter((other) => other.AvailabilityZone === AvailabilityZone).length;
  const inTurn = replaceable(fleet, refresh).sort(
    (one, other) =>
      Number(ready.includes(one)) - Number(ready.includes(other)) || inZone(other) - inZone(one),
  );
  for (const member of inTurn) {
    const costs = ready.includes(member);
    if (slots <= 0 || (costs && spare <= 0)) continue;
    slots -= 1;
    if (costs) spare -= 1;
    const place = placeIn(fleet, member.InstanceId);
    if (place === undefined) continue;
    terminate(world, place, [
      at(world, 'an instance was taken out of service in response to an instance refresh.'),
    ]);
    refresh.leaving.push(member.InstanceId);
  }
  forgetGone(fleet, refresh);
}

/** Members whose turn may come: neither protected nor in standby, unless the refresh takes those too. */
function replaceable(fleet: FleetState, refresh: RefreshState): Member[] {
  const { ScaleInProtectedInstances, StandbyInstances } = refresh.shown.Preferences;
  return refresh.remaining
    .flatMap((id) => placeIn(fleet, id)?.member ?? [])
    .filter((member) => !member.ProtectedFromScaleIn || ScaleInProtectedInstances === 'Refresh')
    .filter((member) => isPresent(member) || StandbyInstances === 'Terminate');
}

/** Members that a refresh replaces before it next pauses: their replacements belong in their zones. */
export function replacedNext(fleet: FleetState): Member[] {
  const refresh = activeRefresh(fleet);
  return refresh === undefined || !replaces(refresh)
    ? []
    : replaceable(fleet, refresh).slice(0, allowance(refresh));
}

/** Brings what DescribeInstanceRefreshes shows up to date, and notes whether there was progress. */
function takeStock(world: World, fleet: FleetState, refresh: RefreshState, ready: readonly Member[]): void {
  const { shown } = refresh;
  const fresh = ready
    .filter(({ InstanceId }) => !refresh.remaining.includes(InstanceId))
    .filter((member) => {
      const since = fleet.facts[member.InstanceId]?.inServiceAt;
      return since !== undefined && since >= refresh.startedAt;
    });
  const updated = Math.min(refresh.total - refresh.remaining.length, fresh.length);
  const share = refresh.total === 0 ? 1 : updated / refresh.total;
  const before = [shown.PercentageComplete, shown.InstancesToUpdate, refresh.leaving.length].join();
  if (shown.Status === 'RollbackInProgress')
    shown.PercentageComplete = Math.floor(
      (shown.RollbackDetails?.PercentageCompleteOnRollback ?? 0) * (1 - share),
    );
  else {
    shown.PercentageComplete = Math.floor(share * 100);
    shown.InstancesToUpdate = refresh.total - updated;
  }
  const after = [shown.PercentageComplete, shown.InstancesToUpdate, refresh.leaving.length].join();
  if (after !== before || refresh.checkpointUntil !== undefined) refresh.progressAt = world.now;
  shown.StatusReason = reasonOf(fleet, refresh, ready);
}

function reasonOf(fleet: FleetState, refresh: RefreshState, ready: readonly Member[]): string | undefined {
  const waits = (example: string) =>
    `Waiting for remaining instances to be available. For example: ${example}`;
  const settling = present(fleet).find(
    (member) => !ready.includes(member) && !refresh.remaining.includes(member.InstanceId),
  );
  if (settling !== undefined)
    return waits(
      `${settling.InstanceId} has insufficient data to evaluate its health with Elastic Load Balancing.`,
    );
  if (present(fleet).length < wantedCapacity(fleet)) return 'Waiting for instances to launch.';
  const leaving = refresh.leaving[0];
  if (leaving !== undefined)
    return `Waiting for instances to terminate. For example: ${leaving} is ${placeIn(fleet, leaving)?.member.LifecycleState}.`;
  const held = refresh.remaining.flatMap((id) => placeIn(fleet, id)?.member ?? []);
  const guarded = held.find(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn);
  if (guarded !== undefined && held.every(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn))
    return waits(`${guarded.InstanceId} is protected. Remove instance scale-in protection to continue.`);
  const standby = held.find(({ LifecycleState }) => LifecycleState === 'Standby');
  if (standby !== undefined && held.length === 1)
    return waits(`${standby.InstanceId} is in standby. Return it to service to continue.`);
  return refresh.shown.Status === 'RollbackInProgress'
    ? refresh.shown.RollbackDetails?.RollbackReason
    : undefined;
}

/** @returns whether the refresh pauses. It does not after the last checkpoint: bake time is for that. */
function reachCheckpoint(
  world: World,
  fleet: FleetState,
  refresh: RefreshState,
  ready: readonly Member[],
): boolean {
  const percentages = refresh.shown.Preferences.CheckpointPercentages;
  if (percentages === undefined || refresh.shown.Status !== 'InProgress') return false;
  if (refresh.checkpointUntil === undefined) {
    if (refresh.checkpoint >= percentages.length - 1 || !isSettled(fleet, refresh, ready)) return false;
    if (refresh.total - refresh.remaining.length < checkpointTarget(refresh)) return false;
    const delay = refresh.shown.Preferences.CheckpointDelay ?? defaults.checkpointDelay;
    refresh.checkpointUntil = secondsFrom(world.now, delay);
  }
  if (refresh.checkpointUntil > world.now) {
    refresh.shown.StatusReason = `Waiting at the checkpoint of ${percentages[refresh.checkpoint]} percent.`;
    return true;
  }
  delete refresh.checkpointUntil;
  refresh.checkpoint += 1;
  refresh.progressAt = world.now;
  return false;
}

const isSettled = (fleet: FleetState, refresh: RefreshState, ready: readonly Member[]): boolean =>
  refresh.leaving.length === 0 &&
  ready.length >= fleet.group.DesiredCapacity &&
  present(fleet).length === fleet.group.DesiredCapacity;

const isDone = (fleet: FleetState, refresh: RefreshState, ready: readonly Member[]): boolean =>
  allowance(refresh) === 0 && isSettled(fleet, refresh, ready);

function complete(world: World, fleet: FleetState, refresh: RefreshState): void {
  const bake = refresh.shown.Preferences.BakeTime ?? 0;
  if (refresh.shown.Status === 'RollbackInProgress') {
    refresh.shown.PercentageComplete = 0;
    end(world, refresh, 'RollbackSuccessful');
  } else if (bake === 0) succeed(world, fleet, refresh);
  else {
    refresh.shown.Status = 'Baking';
    refresh.bakeUntil = secondsFrom(world.now, bake);
  }
}

function succeed(world: World, fleet: FleetState, refresh: RefreshState): void {
  // The group is on the desired configuration only from here on: a cancelled or failed refresh leaves it on the old one.
  fleet.group.LaunchTemplate =
    refresh.shown.DesiredConfiguration?.LaunchTemplate ?? fleet.group.LaunchTemplate;
  end(world, refresh, 'Successful');
}

function end(
  world: World,
  { shown }: RefreshState,
  status: 'Successful' | 'Failed' | 'Cancelled' | 'RollbackSuccessful' | 'RollbackFailed',
  reason?: string,
): void {
  shown.Status = status;
  shown.EndTime = world.now;
  shown.StatusReason = reason;
}

function fail(world: World, fleet: FleetState, refresh: RefreshState, reason: string): void {
  if (refresh.shown.Status === 'RollbackInProgress') end(world, refresh, 'RollbackFailed', reason);
  else if (refresh.shown.Preferences.AutoRollback === true) rollBack(world, fleet, refresh, reason);
  else end(world, refresh, 'Failed', reason);
}

export function rollBack(world: World, fleet: FleetState, refresh: RefreshState, reason: string): void {
  const { shown } = refresh;
  shown.Status = 'RollbackInProgress';
  shown.StatusReason = reason;
  shown.RollbackDetails = {
    RollbackReason: reason,
    RollbackStartTime: world.now,
    PercentageCompleteOnRollback: shown.PercentageComplete ?? 0,
    InstancesToUpdateOnRollback: shown.InstancesToUpdate ?? 0,
  };
  refresh.startedAt = world.now;
  refresh.progressAt = world.now;
  delete refresh.checkpointUntil;
  refresh.remaining = present(fleet)
    .filter((member) => !matches(world, member, refresh.before))
    .map(({ InstanceId }) => InstanceId);
  refresh.total = refresh.remaining.length;
  // What the refresh was about to lose is lost either way; the rollback does not wait for it.
  refresh.leaving = [];
}
