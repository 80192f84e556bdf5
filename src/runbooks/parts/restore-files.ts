import * as z from 'zod';
import { describeFileSystem } from '../../aws/efs.ts';
import { minutes } from '../../duration.ts';
import { check, cleanUp, type ListEntry, wait } from '../../engine/step.ts';
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
import { pointIsRestorable, temporaryTags } from './restore-point.ts';
import { filesTest, type RestoreSettings } from './restore-settings.ts';
import { fileSystemIn, intoFileSystem, tagRestoredFiles } from './restored-file-system.ts';

export const filesItem = z.object({ name: z.string() });
export type FilesItem = z.output<typeof filesItem>;

const seenFiles = z.object({ at: z.iso.datetime(), bytes: z.number(), metered: z.iso.datetime() });

/** A file system is metered every hour: https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html */
const longestUntilMetered = minutes(150);

export function restoreFiles({ name }: FilesItem, settings: RestoreSettings): readonly ListEntry[] {
  const point = pointIsRestorable(name, settings);
  const restore = startRestore(intoFileSystem(point), point);
  const complete = jobIsComplete(restore, { every: minutes(5), timeout: settings.restoreTimeout });
  const tag = tagRestoredFiles(restore, complete, ({ runId, runStartedAt }) =>
    temporaryTags(
      runId,
      new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout + longestUntilMetered),
    ),
  );
  const metered = wait({
    id: 'metered',
    title: 'EFS has metered what was restored',
    uses: [describeFileSystem],
    every: minutes(10),
    timeout: longestUntilMetered,
    returns: seenFiles,
    async probe({ aws, outputOf }) {
      const { arn, completed } = outputOf(complete);
      const found = await describeFileSystem(aws.in(outputOf(restore).region), {
        FileSystemId: fileSystemIn(arn),
      });
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
      const FileSystemId = fileSystemIn(outputOf(complete).arn);
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
