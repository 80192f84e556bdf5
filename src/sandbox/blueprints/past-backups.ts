import { hours } from '../../duration.ts';
import { later } from '../schedule.ts';
import { backupEvents } from '../services/backup/index.ts';
import { scheduleRule } from '../services/backup/plan-run.ts';
import type { BackupEvent } from '../services/backup/state.ts';
import { accountOf, seenFrom, type Transition, type World } from '../world.ts';

/**
 * Lives every rule of the plans of this Region through once more, for the days that its recovery points are kept. All that is backed up, its
 * keys and the vaults of the copies must be there already.
 */
export function relivePlans(home: World): void {
  const { now } = home;
  for (const state of home.backup.plans)
    for (const rule of state.versions.at(-1)?.plan.Rules ?? []) {
      home.now = later(now, -(rule.Lifecycle?.DeleteAfterDays ?? 0) * hours(24));
      scheduleRule(home, state, rule);
    }
  for (let next = firstDue(home, now); next !== undefined; next = firstDue(home, now)) {
    home.transitions.splice(home.transitions.indexOf(next), 1);
    home.now = next.at;
    const { event } = next;
    if (isOfBackup(event)) happen(seenFrom(accountOf(home), next.region), event);
  }
  home.now = now;
}

const isOfBackup = (event: Transition['event']): event is BackupEvent => event.kind in backupEvents;

function firstDue({ transitions }: World, until: Date): Transition | undefined {
  return transitions
    .filter(({ at, event }) => at <= until && isOfBackup(event))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime() || one.serial - other.serial)[0];
}

function happen(world: World, event: BackupEvent): void {
  // The map's type pairs each kind with its handler; TypeScript cannot follow that through an index.
  const handler = backupEvents[event.kind] as (world: World, event: BackupEvent) => void;
  handler(world, event);
}
