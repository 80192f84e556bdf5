import { beginOf, endOf, type Fault } from '../faults/fault.ts';
import type { NodeState } from '../services/ec2/state.ts';
import type { World } from '../world.ts';

/** A time in which a node's health URL did not answer 200; without `to` it still does not. */
export interface Downtime {
  readonly from: Date;
  readonly to?: Date | undefined;
}

const ever = new Date(0);

/** When the health URL of a node is silent or says 503, oldest first, from all that has happened to the node. */
export function downtimesOf(world: World, node: NodeState): Downtime[] {
  if (node.servesFrom === undefined) return [{ from: ever }];
  const times: Downtime[] = [{ from: ever, to: node.servesFrom }];
  for (const { answersUntil, to } of node.application?.stoppages ?? [])
    if (to === undefined || to > answersUntil) times.push({ from: answersUntil, to });
  for (const fault of world.faults) {
    const time = downtimeBy(world, fault, node);
    if (time !== undefined) times.push(time);
  }
  return times.length === 1 ? times : merged(times);
}

/** Times that overlap or touch are one. */
function merged(times: readonly Downtime[]): Downtime[] {
  const result: Downtime[] = [];
  for (const time of times.toSorted((one, other) => Number(one.from) - Number(other.from))) {
    const last = result.at(-1);
    if (last === undefined || (last.to !== undefined && last.to < time.from)) result.push(time);
    else if (last.to !== undefined && (time.to === undefined || time.to > last.to))
      result[result.length - 1] = { from: last.from, to: time.to };
  }
  return result;
}

function downtimeBy(world: World, fault: Fault, node: NodeState): Downtime | undefined {
  const { InstanceId, LaunchTime, Placement } = node.instance;
  if (fault.what !== 'zone-outage' && fault.what !== 'node-unhealthy') return undefined;
  if (fault.zone !== undefined && fault.zone !== Placement.AvailabilityZone) return undefined;
  const from = fault.from === undefined && fault.after === undefined ? ever : beginOf(world, fault);
  if (from === undefined) return undefined;
  const to = endOf(world, fault);
  if (fault.what === 'zone-outage') return { from, to };
  if (fault.instance !== undefined && fault.instance !== InstanceId) return undefined;
  // A node that came later, or was started again since, is as it should be.
  if (from !== ever && LaunchTime > from) return undefined;
  const startedAt = node.application?.startedAt;
  const restarted = startedAt !== undefined && from !== ever && startedAt > from ? startedAt : undefined;
  return { from, to: restarted !== undefined && (to === undefined || restarted < to) ? restarted : to };
}

export const isWithin = (at: Date, { from, to }: Downtime): boolean =>
  from <= at && (to === undefined || at < to);

/** Whether requests that reach the node fail, though its health URL may not say so yet. */
export const isFailing = (world: World, node: NodeState, at: Date = world.now): boolean =>
  (node.application?.stoppages.some((stoppage) => isWithin(at, stoppage)) ?? false) ||
  downtimesOf(world, node).some((time) => isWithin(at, time));

/** Whether its writes fail: its pool holds connections to an instance that is read-only. */
export const cannotWrite = ({ application }: NodeState, at: Date): boolean =>
  application?.pool?.readOnly === true && application.pool.opened <= at;
