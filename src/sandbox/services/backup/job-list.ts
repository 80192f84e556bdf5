import type { World } from '../../world.ts';
import type { VaultState } from './state.ts';

/** AWS keeps jobs for 30 days. The sandbox keeps the last ones, so that the stored world stays small. */
const kept = 24;

interface Ending {
  readonly end?: unknown;
}

/** Adds a job, and drops the oldest of those that have ended. */
export function remember<Job extends Ending>(jobs: Job[], job: Job): void {
  jobs.push(job);
  const oldest = jobs.findIndex(({ end }) => end !== undefined);
  if (jobs.length > kept && oldest >= 0) jobs.splice(oldest, 1);
}

export interface JobFilter {
  readonly ByResourceArn?: string | undefined;
  readonly ByResourceType?: string | undefined;
  readonly ByAccountId?: string | undefined;
  readonly ByCreatedAfter?: Date | undefined;
  readonly ByCreatedBefore?: Date | undefined;
  readonly ByCompleteAfter?: Date | undefined;
  readonly ByCompleteBefore?: Date | undefined;
}

interface Filtered {
  readonly resource: string;
  readonly type: string;
  readonly created: Date;
  readonly end?: { readonly at: Date };
}

/** Newest first, as the lists of AWS Backup are. */
export const matching = <Job extends Filtered>(
  world: World,
  jobs: readonly Job[],
  filter: JobFilter,
): Job[] =>
  jobs
    .filter(
      ({ resource, type, created, end }) =>
        (filter.ByResourceArn ?? resource) === resource &&
        (filter.ByResourceType ?? type) === type &&
        ['*', world.account].includes(filter.ByAccountId ?? world.account) &&
        (filter.ByCreatedAfter === undefined || created > filter.ByCreatedAfter) &&
        (filter.ByCreatedBefore === undefined || created < filter.ByCreatedBefore) &&
        (filter.ByCompleteAfter === undefined || (end !== undefined && end.at > filter.ByCompleteAfter)) &&
        (filter.ByCompleteBefore === undefined || (end !== undefined && end.at < filter.ByCompleteBefore)),
    )
    .toReversed();

/** Why a vault's lock does not let a recovery point with this retention in. https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html */
export function keptOutBy({ lock, vault }: VaultState, days: number | undefined): string | undefined {
  if (lock === undefined) return undefined;
  const isShort = lock.MinRetentionDays !== undefined && days !== undefined && days < lock.MinRetentionDays;
  const isLong = lock.MaxRetentionDays !== undefined && (days === undefined || days > lock.MaxRetentionDays);
  if (!isShort && !isLong) return undefined;
  const bounds = `MinRetentionDays: ${lock.MinRetentionDays ?? 'none'}, MaxRetentionDays: ${lock.MaxRetentionDays ?? 'none'}`;
  return `The retention period of the recovery point does not comply with the lock of Backup vault ${vault.BackupVaultName} (${bounds})`;
}
