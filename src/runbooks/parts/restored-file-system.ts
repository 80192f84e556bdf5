import * as z from 'zod';
import { deleteFileSystem, describeFileSystem, tagFileSystem } from '../../aws/efs.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import { mustBeOurs, tellToGo } from './delete-temporary.ts';
import { idIn, type Restored, type RestoreJob, type Restoring } from './restore-job.ts';
import { adjusted, type ChosenPoint } from './restore-point.ts';
import type { TagsOf } from './restored-cluster.ts';

export const deleteFilesCommand = ({ name, region }: RestoreJob): string =>
  `aws efs delete-file-system --region ${region} --file-system-id $(aws efs describe-file-systems --region ${region} --creation-token ${name} --query "FileSystems[0].FileSystemId" --output text)`;

/** Exactly the keys of EFS: AWS Backup refuses others. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html */
const filesMetadata = ({ inferred, recorded, name, key }: ChosenPoint): Record<string, string> =>
  adjusted(inferred, {
    ...(recorded['file-system-id'] !== undefined && { 'file-system-id': recorded['file-system-id'] }),
    newFileSystem: 'true',
    CreationToken: name,
    Encrypted: 'true',
    KmsKeyId: key,
    PerformanceMode: 'generalPurpose',
  });

/** A restore into a file system of its own, which nobody can mount yet. */
export const intoFileSystem = (point: StepReference<ChosenPoint>): Restoring => ({
  what: 'a file system',
  metadata: ({ outputOf }) => filesMetadata(outputOf(point)),
  deleting: {
    title: 'Delete the restored file system, and see it gone',
    uses: [describeFileSystem, deleteFileSystem],
    command: deleteFilesCommand,
    async turn(aws, job, { runStartedAt }) {
      const found = await describeFileSystem(aws, { CreationToken: job.name });
      const id = found?.FileSystemId;
      if (id === undefined) return undefined;
      mustBeOurs(`File system ${id}`, found?.CreationTime, runStartedAt);
      if (found?.LifeCycleState === 'deleting') return `${id} is deleting`;
      if (found?.NumberOfMountTargets)
        return `${id} has ${found.NumberOfMountTargets} mount targets; if that lasts, delete them: aws efs describe-mount-targets --file-system-id ${id} --region ${job.region}`;
      return tellToGo(id, deleteFilesCommand(job), () => deleteFileSystem(aws, id));
    },
  },
});

export const tagRestoredFiles = (
  restore: StepReference<RestoreJob>,
  complete: StepReference<Restored>,
  tags: TagsOf,
): Change<{ id: string }> =>
  change({
    id: 'tag',
    title: 'Tag the restored file system with run, purpose and expiry',
    uses: [describeFileSystem, tagFileSystem],
    returns: z.object({ id: z.string() }),
    async findApplied({ aws, outputOf, runId }) {
      const id = idIn(outputOf(complete).arn);
      const found = await describeFileSystem(aws.in(outputOf(restore).region), { FileSystemId: id });
      const tagged = found?.Tags?.some(({ Key, Value }) => Key === 'runbook:run' && Value === runId);
      return tagged === true ? { id } : undefined;
    },
    async apply(context) {
      const id = idIn(context.outputOf(complete).arn);
      await tagFileSystem(context.aws.in(context.outputOf(restore).region), id, tags(context));
      return { id };
    },
    undoneBy: { id: 'restore' },
  });
