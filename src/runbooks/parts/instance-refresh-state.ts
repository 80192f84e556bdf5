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
  readonly previousVersion: string;
  /** Whether AWS can take this refresh back by itself. */
  readonly canRollBack: boolean;
  /** Every node runs the previous version and the group launches it. */
  readonly isBack: boolean;
}

export type UndoTurn =
  | { readonly do: 'roll-back' | 'cancel' | 'refresh-back' | 'nothing' }
  | { readonly wait: string }
  | { readonly fail: string };

/**
 * What to do next to bring the fleet back, from the newest refresh alone: while ours is under way it is rolled back, or
 * cancelled where AWS cannot do that; after its end a second refresh goes to the version before.
 */
export function nextUndoTurn(newest: InstanceRefresh | undefined, goal: UndoGoal): UndoTurn {
  const { refreshId, previousVersion, canRollBack, isBack } = goal;
  if (newest === undefined) return isBack ? { do: 'nothing' } : { do: 'refresh-back' };
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
  return isBack ? { do: 'nothing' } : { do: 'refresh-back' };
}
