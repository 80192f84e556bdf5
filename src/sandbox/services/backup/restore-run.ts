import type { RestoreJobStatus } from '@aws-sdk/client-backup';
import { inForce } from '../../faults/fault.ts';
import { drawUuid } from '../../random.ts';
import { later, schedule, secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { after, arnOf, findRecoveryPoint } from './find.ts';
import { remember } from './job-list.ts';
import { isAvailable, isGone, type Metadata, make } from './restore-metadata.ts';
import type { End, RecoveryPointState, RestoreJob } from './state.ts';

export interface RestoreRequest {
  readonly metadata: Metadata;
  readonly role: string;
  readonly copyTags: boolean;
  readonly token?: string | undefined;
}

export function startRestore(world: World, point: RecoveryPointState, request: RestoreRequest): RestoreJob {
  const { type, copy } = point.held;
  const begins = after(world, world.backup.timings.start);
  const takes = after(world, world.backup.timings.restore[type]).getTime() - world.now.getTime();
  const job: RestoreJob = {
    id: drawUuid(world).toUpperCase(),
    resource: copy.of,
    type,
    role: request.role,
    created: world.now,
    begins,
    ends: later(begins, takes),
    point: point.arn,
    pointCreated: point.created,
    vaultArn: arnOf(world, `backup-vault:${point.vault}`),
    bytes: copy.bytes,
    metadata: { ...request.metadata },
    copyTags: request.copyTags,
    ...(request.token !== undefined && { token: request.token }),
  };
  remember(world.backup.restoreJobs, job);
  goOnAt(world, job, begins);
  return job;
}

const goOnAt = (world: World, { id }: RestoreJob, at: Date): void =>
  schedule(world, at, { kind: 'backup-restore-goes-on', job: id });

const failure = 'The restore failed because of an internal failure in the service of the resource.';

type Step = { readonly again: Date } | Omit<End<RestoreJobStatus>, 'at'>;

const failed = (message: string): Step => ({ state: 'FAILED', message });

/** One look at a restore, and at most one thing done: when to look again, or how it ends. */
function step(world: World, job: RestoreJob): Step {
  const concerns = ({ resourceType }: { resourceType?: string }) => (resourceType ?? job.type) === job.type;
  const soon = { again: secondsFrom(world.now, world.backup.timings.look) };
  if (inForce(world, 'restore-stuck').some(concerns)) return soon;
  const fault = inForce(world, 'restore-fails').find(concerns);
  const isOver = world.now >= job.ends;
  if (fault !== undefined)
    return isOver
      ? { state: fault.status ?? 'FAILED', message: fault.message ?? failure }
      : { again: job.ends };

  const point = findRecoveryPoint(world, job.point);
  if (point === undefined) return failed('The recovery point no longer exists.');
  const unusable = keyUnusable(world, point.key);
  if (unusable !== undefined) return failed(unusable);
  try {
    job.made ??= make(world, point.held, job.metadata, job.copyTags);
  } catch (error) {
    if (error instanceof AwsFault) return failed(error.message);
    throw error;
  }
  if (!isOver) return { again: job.ends };
  if (isGone(world, point.held, job.made)) return failed(`Resource ${job.made} does not exist any more.`);
  if (!isAvailable(world, point.held, job.made)) return soon;
  point.lastRestored = world.now;
  return { state: 'COMPLETED' };
}

export function goOn(world: World, { job: id }: { job: string }): void {
  const job = world.backup.restoreJobs.find((candidate) => candidate.id === id);
  if (job === undefined || job.end !== undefined) return;
  const next = step(world, job);
  if ('again' in next) goOnAt(world, job, next.again);
  else job.end = { ...next, at: world.now };
}
