import type { BackupJobState, Lifecycle } from '@aws-sdk/client-backup';
import { minutes } from '../../../duration.ts';
import { inForce } from '../../faults/fault.ts';
import { drawUuid } from '../../random.ts';
import { later, schedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { startCopy } from './copy-run.ts';
import { after, findPlan, findVault, recoveryPoints } from './find.ts';
import { keptOutBy, remember } from './job-list.ts';
import { hold, keyOfBackup, pointArn, type Resource } from './resources.ts';
import type { BackupJob, Origin, RecoveryPointState, Span } from './state.ts';

export interface BackupRequest {
  readonly resource: Resource;
  readonly vault: string;
  readonly role: string;
  readonly lifecycle: Lifecycle;
  readonly tags: Record<string, string>;
  readonly startWindow: number | undefined;
  readonly by?: Origin;
  readonly token?: string | undefined;
}

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html */
const usualStartWindow = 480;

export function startBackup(world: World, request: BackupRequest, start: Span): BackupJob {
  const { resource, vault, role, lifecycle, tags, by, token } = request;
  const id = drawUuid(world).toUpperCase();
  const begins = after(world, start);
  const [least, most] = world.backup.timings.backup[resource.type];
  const takes = after(world, [least, most]).getTime() - world.now.getTime();
  const job: BackupJob = {
    id,
    resource: resource.arn,
    type: resource.type,
    name: resource.name,
    vault,
    role,
    created: world.now,
    begins,
    ends: later(begins, takes),
    startBy: later(world.now, minutes(request.startWindow ?? usualStartWindow)),
    point: pointArn(world, world.region, resource.type, { word: 'job', id }, drawUuid(world)),
    lifecycle,
    tags,
    bytes: 0,
    ...(by !== undefined && { by }),
    ...(token !== undefined && { token }),
  };
  remember(world.backup.backupJobs, job);
  schedule(world, begins, { kind: 'backup-job-begins', job: id });
  return job;
}

const running = (world: World, id: string): BackupJob | undefined =>
  world.backup.backupJobs.find((job) => job.id === id && job.end === undefined);

const pointOf = (world: World, job: BackupJob): RecoveryPointState | undefined =>
  world.backup.recoveryPoints.find(({ arn }) => arn === job.point);

function end(world: World, job: BackupJob, state: BackupJobState, message?: string): void {
  job.end = { state, at: world.now, ...(message !== undefined && { message }) };
  if (state !== 'COMPLETED' && state !== 'PARTIAL')
    world.backup.recoveryPoints = world.backup.recoveryPoints.filter(({ arn }) => arn !== job.point);
}

const faultFor = (world: World, { type }: BackupJob) =>
  inForce(world, 'backup-fails').find((fault) => (fault.resourceType ?? type) === type);

/** What a backup makes that begins now, with the content of this moment, or why it cannot begin. */
function beginning(world: World, job: BackupJob): RecoveryPointState | string {
  const held = hold(world, { arn: job.resource, type: job.type });
  if (typeof held === 'string') return held;
  const vault = findVault(world, job.vault);
  if (vault === undefined) return `Backup vault ${job.vault} does not exist`;
  const key = keyOfBackup(held, vault.vault.EncryptionKeyArn);
  const problem = keptOutBy(vault, job.lifecycle.DeleteAfterDays) ?? keyUnusable(world, key);
  if (problem !== undefined) return problem;
  return {
    arn: job.point,
    vault: job.vault,
    name: job.name,
    held,
    role: job.role,
    key,
    created: world.now,
    status: 'CREATING',
    lifecycle: job.lifecycle,
    tags: job.tags,
    ...(job.by !== undefined && { by: job.by }),
  };
}

export function begin(world: World, { job: id }: { job: string }): void {
  const job = running(world, id);
  if (job === undefined || job.stopping) return;
  const keepsWaiting = faultFor(world, job)?.status === 'EXPIRED';
  const begun = keepsWaiting ? 'Backup job expired before completion.' : beginning(world, job);
  if (keepsWaiting && world.now < job.startBy)
    schedule(world, job.startBy, { kind: 'backup-job-begins', job: id });
  else if (typeof begun === 'string') end(world, job, keepsWaiting ? 'EXPIRED' : 'FAILED', begun);
  else {
    job.bytes = begun.held.copy.bytes;
    world.backup.recoveryPoints = [...recoveryPoints(world), begun];
    schedule(world, job.ends, { kind: 'backup-job-ends', job: id });
  }
}

const failure = 'Backup job failed because of an internal failure in the service of the resource.';

export function finish(world: World, { job: id }: { job: string }): void {
  const job = running(world, id);
  const point = job && pointOf(world, job);
  if (job === undefined || point === undefined || job.stopping) return;
  const fault = faultFor(world, job);
  const state = fault === undefined ? 'COMPLETED' : (fault.status ?? 'FAILED');
  end(world, job, state, state === 'COMPLETED' ? undefined : (fault?.message ?? failure));
  if (state !== 'COMPLETED' && state !== 'PARTIAL') return;
  point.completed = world.now;
  point.status = state;
  if (fault?.message !== undefined) point.message = fault.message;
  if (state === 'COMPLETED') copyOn(world, job, point);
}

/** The copies that the rule asks for begin when the backup is complete. */
function copyOn(world: World, job: BackupJob, point: RecoveryPointState): void {
  const { by } = job;
  const rule =
    by &&
    findPlan(world, by.plan)?.versions[by.version]?.plan.Rules?.find(({ RuleId }) => RuleId === by.rule);
  for (const { DestinationBackupVaultArn = '', Lifecycle } of rule?.CopyActions ?? [])
    startCopy(world, point, {
      destinationVault: DestinationBackupVaultArn,
      role: job.role,
      lifecycle: Lifecycle ?? {},
      backupJob: job.id,
      ...(by !== undefined && { by }),
    });
}

export function stop(world: World, { job: id }: { job: string }): void {
  const job = running(world, id);
  if (job !== undefined) end(world, job, 'ABORTED', 'The backup job was stopped by the user.');
}
