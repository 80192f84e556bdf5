import type { InstanceRefresh } from '../../aws/auto-scaling.ts';
import { OperatorError } from '../../errors.ts';

/** Auto Scaling replaces nothing more and takes nothing back. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
const settled = ['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'];

export const isUnderWay = ({ Status }: InstanceRefresh): boolean => !settled.includes(Status ?? '');

/** Status, percentage and Auto Scaling's own reason. */
export const refreshText = ({ Status, PercentageComplete, StatusReason }: InstanceRefresh): string =>
  `${Status}, ${PercentageComplete ?? 0} %${StatusReason === undefined ? '' : `: ${StatusReason}`}`;

/** The share after which a refresh pauses: the least that the canary's replacement reaches. */
export const canaryPercentage = (canary: number, desired: number): number =>
  Math.max(1, Math.floor((canary * 100) / desired));

/** @throws OperatorError for a refresh that no longer goes towards the new version */
export function refuseUnlessGoingOn(refresh: InstanceRefresh): void {
  const { Status, InstanceRefreshId } = refresh;
  if (Status === 'Pending' || Status === 'InProgress' || Status === 'Baking' || Status === 'Successful')
    return;
  throw new OperatorError({
    code: 'REFRESH_STOPPED',
    message: `Instance refresh ${InstanceRefreshId} does not go on: ${refreshText(refresh)}`,
    hint: 'Undoing brings every node back to the version before',
  });
}

export interface UndoGoal {
  readonly refreshId: string;
  /** Where the refresh to undo goes. */
  readonly version: string;
  readonly previousVersion: string;
  /** What the group launched before: a number, `$Latest` or `$Default`. */
  readonly setting: string;
  /** Whether AWS can take this refresh back by itself. */
  readonly canRollBack: boolean;
}

/** The fleet as it is now. */
export interface FleetNow {
  readonly launches: string;
  /** Every node runs the previous version and serves. */
  readonly nodesAreBack: boolean;
}

export type UndoTurn =
  | { readonly do: 'roll-back' | 'cancel' | 'refresh-back' | 'restore-setting' | 'nothing' }
  | { readonly wait: string }
  | { readonly fail: string };

/**
 * What to do next to bring the fleet back, from what AWS shows now alone: while our refresh is under way it is rolled back, or
 * cancelled where AWS cannot do that; after its end a second one goes to the version before. Newest refresh first.
 */
export function nextUndoTurn(refreshes: readonly InstanceRefresh[], goal: UndoGoal, now: FleetNow): UndoTurn {
  const { refreshId, version, previousVersion, setting, canRollBack } = goal;
  const [newest] = refreshes;
  // What was just started may not be listed yet: nothing is known of it then, least of all that it is undone.
  if (newest === undefined || !refreshes.some((refresh) => refresh.InstanceRefreshId === refreshId)) {
    return { wait: `instance refresh ${refreshId} is not listed by Auto Scaling` };
  }
  if (![version, previousVersion, setting].includes(now.launches)) {
    return { fail: supersededBy(now.launches, goal) };
  }
  const isOurs = newest.InstanceRefreshId === refreshId;
  const goesBack = newest.DesiredConfiguration?.LaunchTemplate?.Version === previousVersion;
  if (isUnderWay(newest)) {
    if (!isOurs && !goesBack) {
      return {
        fail: `Instance refresh ${newest.InstanceRefreshId}, which is not this run's, is under way (${refreshText(newest)})`,
      };
    }
    const canStillBeStopped = ['Pending', 'InProgress', 'Baking'].includes(newest.Status ?? '');
    if (!isOurs || !canStillBeStopped) return { wait: `instance refresh is ${refreshText(newest)}` };
    return { do: canRollBack ? 'roll-back' : 'cancel' };
  }
  if (newest.Status === 'RollbackFailed' || (goesBack && !isOurs && newest.Status === 'Failed')) {
    return {
      fail: `Instance refresh ${newest.InstanceRefreshId} did not bring the fleet back: ${refreshText(newest)}`,
    };
  }
  if (!now.nodesAreBack) return { do: 'refresh-back' };
  return { do: now.launches === setting ? 'nothing' : 'restore-setting' };
}

/** Somebody has deployed since: what they did is not this run's to take away. */
export const supersededBy = (
  launches: string,
  { version, previousVersion }: Pick<UndoGoal, 'version' | 'previousVersion'>,
): string =>
  `The group launches version ${launches} now, which this run did not set: it went from ${previousVersion} to ${version}. A later update is not undone with it`;
