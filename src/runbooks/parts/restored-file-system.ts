import * as z from 'zod';
import {
  deleteFileSystem,
  deleteMountTarget,
  describeFileSystem,
  describeMountTargets,
  tagFileSystem,
} from '../../aws/efs.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import type { Restored, RestoreJob, Restoring } from './restore-job.ts';
import { adjusted, type ChosenPoint } from './restore-point.ts';
import type { TagsOf } from './restored-cluster.ts';

export const fileSystemIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** A restore into a file system of its own, which nobody can mount yet. */
export const intoFileSystem = (point: StepReference<ChosenPoint>): Restoring => ({
  what: 'a file system',
  metadata({ outputOf }) {
    const { inferred, recorded, name: own, key } = outputOf(point);
    return adjusted(inferred, {
      'file-system-id': recorded['file-system-id'],
      newFileSystem: 'true',
      CreationToken: own,
      Encrypted: 'true',
      KmsKeyId: key,
      PerformanceMode: 'generalPurpose',
    });
  },
  deleting: {
    title: 'Delete the restored file system with its mount targets, and see it gone',
    uses: [describeFileSystem, describeMountTargets, deleteMountTarget, deleteFileSystem],
    command: ({ name: own, region }) =>
      `aws efs delete-file-system --region ${region} --file-system-id $(aws efs describe-file-systems --region ${region} --creation-token ${own} --query "FileSystems[0].FileSystemId" --output text)`,
    async turn(aws, { name: own }) {
      const found = await describeFileSystem(aws, { CreationToken: own });
      if (found?.FileSystemId === undefined) return undefined;
      if (found.LifeCycleState !== 'available') return `${found.FileSystemId} is ${found.LifeCycleState}`;
      const targets =
        (found.NumberOfMountTargets ?? 0) > 0 ? await describeMountTargets(aws, found.FileSystemId) : [];
      const [standing] = targets.filter(({ LifeCycleState }) => LifeCycleState !== 'deleting');
      if (standing?.MountTargetId !== undefined) {
        await deleteMountTarget(aws, standing.MountTargetId);
        return `mount target ${standing.MountTargetId} was told to go`;
      }
      if (targets.length > 0) return `mount targets of ${found.FileSystemId} are deleting`;
      await deleteFileSystem(aws, found.FileSystemId);
      return `${found.FileSystemId} was told to go`;
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
      const id = fileSystemIn(outputOf(complete).arn);
      const found = await describeFileSystem(aws.in(outputOf(restore).region), { FileSystemId: id });
      const tagged = found?.Tags?.some(({ Key, Value }) => Key === 'runbook:run' && Value === runId);
      return tagged === true ? { id } : undefined;
    },
    async apply(context) {
      const id = fileSystemIn(context.outputOf(complete).arn);
      await tagFileSystem(context.aws.in(context.outputOf(restore).region), id, tags(context));
      return { id };
    },
    undoneBy: { id: 'restore' },
  });
