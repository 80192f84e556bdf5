import * as z from 'zod';
import { deleteFileSystem, describeFileSystem, tagFileSystem } from '../../aws/efs.ts';
import { minutes } from '../../duration.ts';
import { change, check, cleanUp, type ListEntry, wait } from '../../engine/step.ts';
import { filesFindings } from './restore-findings.ts';
import {
  jobIsComplete,
  leftBehind,
  noteValidation,
  startRestore,
  validityOf,
  validitySchema,
} from './restore-job.ts';
import { restoreMeasures } from './restore-measures.ts';
import { adjusted, pointIsRestorable, temporaryTags } from './restore-point.ts';
import { filesTest, type RestoreSettings } from './restore-settings.ts';

export const filesItem = z.object({ name: z.string() });
export type FilesItem = z.output<typeof filesItem>;

const idIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const seenFiles = z.object({ at: z.iso.datetime(), bytes: z.number(), metered: z.iso.datetime() });

/** A file system is metered every hour: https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html */
const longestUntilMetered = minutes(150);

export function restoreFiles({ name }: FilesItem, settings: RestoreSettings): readonly ListEntry[] {
  const point = pointIsRestorable(name, settings);
  const restore = startRestore(
    {
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
        title: 'Delete the restored file system, and see it gone',
        uses: [describeFileSystem, deleteFileSystem],
        command: ({ name: own, region }) =>
          `aws efs delete-file-system --region ${region} --file-system-id $(aws efs describe-file-systems --region ${region} --creation-token ${own} --query "FileSystems[0].FileSystemId" --output text)`,
        async turn(aws, { name: own }) {
          const found = await describeFileSystem(aws, { CreationToken: own });
          if (found?.FileSystemId === undefined) return undefined;
          if (found.LifeCycleState !== 'available') return `${found.FileSystemId} is ${found.LifeCycleState}`;
          await deleteFileSystem(aws, found.FileSystemId);
          return `${found.FileSystemId} was told to go`;
        },
      },
    },
    point,
  );
  const complete = jobIsComplete(restore, { every: minutes(5), timeout: settings.restoreTimeout });
  const tag = change({
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
    async apply({ aws, outputOf, runId, runStartedAt }) {
      const id = idIn(outputOf(complete).arn);
      const expires = new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout + longestUntilMetered);
      await tagFileSystem(aws.in(outputOf(restore).region), id, temporaryTags(runId, expires));
      return { id };
    },
    undoneBy: { id: 'restore' },
  });
  const metered = wait({
    id: 'metered',
    title: 'EFS has metered what was restored',
    uses: [describeFileSystem],
    every: minutes(10),
    timeout: longestUntilMetered,
    returns: seenFiles,
    async probe({ aws, outputOf }) {
      const { arn, completed } = outputOf(complete);
      const found = await describeFileSystem(aws.in(outputOf(restore).region), { FileSystemId: idIn(arn) });
      const { Value, Timestamp } = found?.SizeInBytes ?? {};
      if (Value === undefined || Timestamp === undefined || Timestamp <= new Date(completed))
        return { ready: false, because: 'the size was metered before the restore was complete' };
      return { ready: true, output: { at: completed, bytes: Value, metered: Timestamp.toISOString() } };
    },
  });
  const validated = check({
    id: 'validate',
    title: 'What was restored was held against what is expected of it',
    uses: [describeFileSystem],
    returns: validitySchema,
    async run(context) {
      const { aws, outputOf, environment, runId } = context;
      const FileSystemId = idIn(outputOf(complete).arn);
      const found = await describeFileSystem(aws.in(outputOf(restore).region), { FileSystemId });
      const { bytes, metered: at } = outputOf(metered);
      const findings = filesFindings({
        bytes,
        metered: new Date(at),
        isEncrypted: found?.Encrypted === true,
        point: outputOf(point),
        leastBytes: filesTest(environment, name).leastBytes,
      });
      context.found(findings);
      return validityOf(runId, findings);
    },
  });
  const validation = noteValidation(restore, validated);
  const gone = check({
    id: 'gone',
    title: 'Nothing of the test is left',
    uses: [describeFileSystem],
    returns: z.object({ at: z.iso.datetime() }),
    async run({ aws, outputOf, clock }) {
      const { name: own, region } = outputOf(restore);
      const found = await describeFileSystem(aws.in(region), { CreationToken: own });
      if (found !== undefined)
        throw leftBehind(
          [`file system ${found.FileSystemId}`],
          region,
          `aws efs delete-file-system --file-system-id ${found.FileSystemId} --region ${region}`,
        );
      return { at: clock.now().toISOString() };
    },
    summary: () => 'no file system with its token',
  });
  return [
    point,
    restore,
    complete,
    tag,
    metered,
    validated,
    validation,
    cleanUp({
      id: 'clean-up',
      title: 'Delete everything that this test made',
      of: [restore, tag, validation],
    }),
    gone,
    ...restoreMeasures(name, settings, {
      point,
      complete,
      usable: metered,
      gone,
      paid: { what: 'a file system', from: ({ outputOf }) => outputOf(complete).begun },
    }),
  ];
}
