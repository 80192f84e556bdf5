import * as z from 'zod';
import {
  type DBClusterSnapshot,
  describeClusterSnapshots,
  type PendingMaintenanceAction,
  pendingMaintenance,
} from '../../aws/rds.ts';
import { formatDuration, hours, type Milliseconds, minutes } from '../../duration.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { ClusterFacts } from './aurora-cluster.ts';

/** Something that RDS does, or is to do, and that a failover must not meet. */
export interface Hindrance {
  readonly code: 'BACKUP_UNDER_WAY' | 'BACKUP_DUE' | 'MAINTENANCE_DUE' | 'CHANGE_PENDING';
  readonly because: string;
}

const waiting = z.object({ optional: z.array(z.string()) });

/** @param span how long the run may take */
export function nothingIsDue(
  span: Milliseconds,
  cluster: StepReference<ClusterFacts>,
): Check<z.output<typeof waiting>> {
  return check({
    id: 'nothing-due',
    title: 'No backup, maintenance or change is under way, and none is due while the run lasts',
    uses: [describeClusterSnapshots, pendingMaintenance],
    returns: waiting,
    async run({ aws, clock, outputOf }) {
      const facts = outputOf(cluster);
      const [snapshots, actions] = await Promise.all([
        describeClusterSnapshots(aws, facts.cluster),
        pendingMaintenance(
          aws,
          facts.cluster,
          facts.members.map(({ id }) => id),
        ),
      ]);
      const found = hindrances({ facts, snapshots, actions, now: clock.now(), span });
      const [first] = found;
      if (first === undefined) return { optional: actions.map(({ Action }) => Action ?? 'unknown') };
      throw new OperatorError({
        code: first.code,
        message: found.map(({ because }) => because).join('; '),
        hint: 'Wait until it is over, then: runbook resume last',
      });
    },
    summary: ({ optional }) =>
      optional.length === 0 ? 'nothing waits' : `waits until somebody asks for it: ${optional.join(', ')}`,
  });
}

interface Plans {
  readonly facts: ClusterFacts;
  readonly snapshots: readonly DBClusterSnapshot[];
  readonly actions: readonly PendingMaintenanceAction[];
  readonly now: Date;
  readonly span: Milliseconds;
}

export function hindrances({ facts, snapshots, actions, now, span }: Plans): readonly Hindrance[] {
  const until = new Date(now.getTime() + span);
  const found: Hindrance[] = [];
  for (const { DBClusterSnapshotIdentifier, Status } of snapshots)
    if (Status === 'creating')
      found.push({
        code: 'BACKUP_UNDER_WAY',
        because: `Snapshot ${DBClusterSnapshotIdentifier} is being made`,
      });
  for (const { id, pending } of [{ id: facts.cluster, pending: facts.pending }, ...facts.members])
    if (pending.length > 0)
      found.push({ code: 'CHANGE_PENDING', because: `${id} waits to change its ${pending.join(', ')}` });
  if (meets(facts.backupWindow, now, until))
    found.push({
      code: 'BACKUP_DUE',
      because: `The backup window ${facts.backupWindow} UTC opens, or is open, within ${formatDuration(span)}`,
    });
  const windows = [
    { id: facts.cluster, window: facts.maintenanceWindow },
    ...facts.members.map(({ id, maintenanceWindow }) => ({ id, window: maintenanceWindow })),
  ];
  for (const { id, window } of windows)
    if (meets(window, now, until))
      found.push({
        code: 'MAINTENANCE_DUE',
        because: `The maintenance window ${window} UTC of ${id} opens, or is open, within ${formatDuration(span)}`,
      });
  for (const { Action, AutoAppliedAfterDate, ForcedApplyDate, CurrentApplyDate, OptInStatus } of actions) {
    const at = [CurrentApplyDate, ForcedApplyDate, AutoAppliedAfterDate].find((date) => date !== undefined);
    if (OptInStatus === 'immediate' || (at !== undefined && at < until))
      found.push({
        code: 'MAINTENANCE_DUE',
        because: `Maintenance ${Action} is due ${at?.toISOString() ?? 'at once'}`,
      });
  }
  return found;
}

const week = hours(7 * 24);
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `03:00-04:00` every day, or `sun:04:30-sun:05:30` every week, in UTC. */
const windowText = /^(?:([a-z]{3}):)?(\d\d):(\d\d)-(?:([a-z]{3}):)?(\d\d):(\d\d)$/i;

/** Whether a window has a moment in common with the time from `now` to `until`. */
export function meets(window: string | undefined, now: Date, until: Date): boolean {
  const match = windowText.exec(window ?? '');
  if (match === null) return false;
  const [, day, hour, minute, endDay, endHour, endMinute] = match;
  const every = day === undefined ? hours(24) : week;
  const opens = momentOf(day, hour, minute);
  const lasts = (momentOf(endDay, endHour, endMinute) - opens + every) % every;
  // Times count from a Sunday; the epoch began on a Thursday.
  const since = now.getTime() + hours(4 * 24) - opens;
  const sinceOpened = since - Math.floor(since / every) * every;
  return sinceOpened < lasts || every - sinceOpened < until.getTime() - now.getTime();
}

const momentOf = (
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
): Milliseconds =>
  (day === undefined ? 0 : days.indexOf(day.toLowerCase()) * hours(24)) +
  hours(Number(hour)) +
  minutes(Number(minute));
