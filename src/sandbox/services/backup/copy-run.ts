import type { Lifecycle } from '@aws-sdk/client-backup';
import { inForce } from '../../faults/fault.ts';
import { drawUuid } from '../../random.ts';
import { later, schedule } from '../../schedule.ts';
import { elsewhere, type World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { after, arnOf, findRecoveryPoint, recoveryPoints, regionIn, vaultByArn } from './find.ts';
import { keptOutBy, remember } from './job-list.ts';
import { copied, pointArn } from './resources.ts';
import type { CopyJob, Origin, RecoveryPointState } from './state.ts';

export interface CopyRequest {
  readonly destinationVault: string;
  readonly role: string;
  readonly lifecycle: Lifecycle;
  readonly backupJob?: string;
  readonly by?: Origin;
  readonly token?: string | undefined;
}

export function startCopy(world: World, point: RecoveryPointState, request: CopyRequest): CopyJob {
  const { type, copy } = point.held;
  const { destinationVault, role, lifecycle, backupJob, by, token } = request;
  const id = drawUuid(world).toUpperCase();
  const begins = after(world, world.backup.timings.start);
  const takes = after(world, world.backup.timings.copy[type]).getTime() - world.now.getTime();
  const job: CopyJob = {
    id,
    resource: copy.of,
    type,
    name: point.name,
    role,
    created: world.now,
    begins,
    ends: later(begins, takes),
    source: point.arn,
    sourceVault: point.vault,
    destinationVault,
    point: pointArn(world, regionIn(destinationVault), type, { word: 'copyjob', id }, drawUuid(world)),
    bytes: copy.bytes,
    lifecycle,
    ...(backupJob !== undefined && { backupJob }),
    ...(by !== undefined && { by }),
    ...(token !== undefined && { token }),
  };
  remember(world.backup.copyJobs, job);
  schedule(world, job.ends, { kind: 'backup-copy-ends', job: id });
  return job;
}

/** https://repost.aws/knowledge-center/backup-troubleshoot-cross-account-copy */
const denied = 'Access Denied trying to call AWS Backup service';

interface Arrival {
  readonly there: World;
  readonly point: RecoveryPointState;
}

const concerning =
  ({ type }: CopyJob) =>
  ({ resourceType }: { resourceType?: string }): boolean =>
    (resourceType ?? type) === type;

/** What a copy brings to its destination, or why it fails. */
function arrival(world: World, job: CopyJob): Arrival | string {
  if (inForce(world, 'copy-missing').some(concerning(job))) return denied;
  const source = findRecoveryPoint(world, job.source);
  const destination = vaultByArn(world, job.destinationVault);
  if (source === undefined) return 'The source recovery point no longer exists';
  if (destination === undefined) return `Backup vault ${job.destinationVault} does not exist`;
  const { there, vault } = destination;
  const key = vault.vault.EncryptionKeyArn;
  const problem =
    keptOutBy(vault, job.lifecycle.DeleteAfterDays) ??
    keyUnusable(world, source.key) ??
    keyUnusable(there, key);
  if (problem !== undefined) return problem;
  const share = inForce(world, 'copy-short').find(concerning(job))?.share ?? 1;
  const point: RecoveryPointState = {
    arn: job.point,
    vault: vault.vault.BackupVaultName,
    sourceVaultArn: arnOf(world, `backup-vault:${job.sourceVault}`),
    name: source.name,
    held: copied(source.held, key, share),
    role: job.role,
    key,
    // A copy is as old as what it is a copy of: so a restore from it says what it loses.
    created: source.created,
    completed: world.now,
    status: 'COMPLETED',
    lifecycle: job.lifecycle,
    tags: source.tags,
    ...(job.by !== undefined && { by: job.by }),
  };
  return { there, point };
}

export function finish(world: World, { job: id }: { job: string }): void {
  const job = world.backup.copyJobs.find((candidate) => candidate.id === id);
  if (job === undefined || job.end !== undefined) return;
  const late = inForce(world, 'copy-late').find(concerning(job));
  if (late !== undefined && !job.isLate) {
    job.isLate = true;
    job.ends = later(job.ends, late.by);
    schedule(world, job.ends, { kind: 'backup-copy-ends', job: id });
    return;
  }
  const arrived = arrival(world, job);
  if (typeof arrived === 'string') job.end = { state: 'FAILED', at: world.now, message: arrived };
  else {
    const { there, point } = arrived;
    there.backup.recoveryPoints = [...recoveryPoints(there), point];
    job.end = { state: 'COMPLETED', at: world.now };
  }
}

/** As if copies of this resource type had never held more. For scenarios that begin so. */
export function shortenCopies(world: World, share: number, resourceType?: string): void {
  const home = arnOf(world, 'backup-vault:');
  for (const region of Object.keys(world.regions))
    for (const point of elsewhere(world, region).backup.recoveryPoints)
      if (point.sourceVaultArn?.startsWith(home) && (resourceType ?? point.held.type) === point.held.type)
        point.held = copied(point.held, point.key, share);
}

/** As if copies of this resource type had failed for as long as jobs are known. For scenarios that begin so. */
export function forgetCopies(world: World, resourceType?: string): void {
  const concerns = (type: string) => (resourceType ?? type) === type;
  const home = arnOf(world, 'backup-vault:');
  for (const region of Object.keys(world.regions)) {
    const { backup } = elsewhere(world, region);
    backup.recoveryPoints = backup.recoveryPoints.filter(
      ({ held, sourceVaultArn = '' }) => !sourceVaultArn.startsWith(home) || !concerns(held.type),
    );
  }
  for (const job of world.backup.copyJobs)
    if (concerns(job.type) && job.end?.state === 'COMPLETED')
      job.end = { state: 'FAILED', at: job.end.at, message: denied };
}
