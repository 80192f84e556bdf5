import * as z from 'zod';
import { findInstances } from '../../aws/ec2-instances.ts';
import { describeFileSystem } from '../../aws/efs.ts';
import { minutes } from '../../duration.ts';
import {
  type Check,
  check,
  cleanUp,
  type ListEntry,
  type StepReference,
  type Wait,
  wait,
} from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import type { Answer } from './ask-node.ts';
import { leftBehind } from './delete-temporary.ts';
import { lookAtFiles } from './look-at-files.ts';
import { lookOf } from './look-settings.ts';
import { addMountTarget } from './mount-target.ts';
import { launchProbe, probePaid, probesLeft } from './probe-instance.ts';
import { costIsKnown } from './restore-cost.ts';
import { answerFindings, filesFindings, notAsked } from './restore-findings.ts';
import {
  idIn,
  jobIsComplete,
  noteValidation,
  type Restored,
  type RestoreJob,
  startRestore,
  type Validity,
  validityOf,
  validitySchema,
} from './restore-job.ts';
import { restoreMeasures } from './restore-measures.ts';
import { type ChosenPoint, pointIsRestorable, temporaryTags } from './restore-point.ts';
import { roomForFiles } from './restore-quota.ts';
import { asker, filesTest, type RestoreSettings } from './restore-settings.ts';
import { deleteFilesCommand, intoFileSystem, tagRestoredFiles } from './restored-file-system.ts';

export const filesItem = z.object({ name: z.string(), asker });
export type FilesItem = z.output<typeof filesItem>;

const seenFiles = z.object({ at: z.iso.datetime(), bytes: z.number(), metered: z.iso.datetime() });
type SeenFiles = z.output<typeof seenFiles>;

/** A file system is metered every hour: https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html */
const longestUntilMetered = minutes(150);

export function restoreFiles(
  { name, asker: who }: FilesItem,
  settings: RestoreSettings,
): readonly ListEntry[] {
  const point = pointIsRestorable(name, settings);
  const restore = startRestore(intoFileSystem(point), point);
  const complete = jobIsComplete(restore, { every: minutes(5), timeout: settings.restoreTimeout });
  const tag = tagRestoredFiles(restore, complete, ({ runId, runStartedAt }) =>
    temporaryTags(
      runId,
      new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout + longestUntilMetered),
    ),
  );
  const metered = isMetered(restore, complete);
  const probe =
    who === 'probe'
      ? launchProbe((environment) => filesTest(environment, name).recovery?.probe, restore, settings)
      : undefined;
  const mount =
    who === 'nobody' ? undefined : addMountTarget(name, { restore, complete, probe: probe?.isOnline });
  const look = mount && lookAtFiles(name, restore, mount.mountTarget, probe?.launch);
  const validated = filesAreAsTheyMust(name, { point, restore, complete, metered, look: look?.answered });
  const validation = noteValidation(restore, validated);
  const clean = cleanUp({
    id: 'clean-up',
    title: 'Delete everything that this test made',
    of: [
      restore,
      tag,
      ...(probe === undefined ? [] : [probe.launch]),
      ...(mount === undefined ? [] : [mount.mountTarget]),
      ...(look === undefined ? [] : [look.asked]),
      validation,
    ],
  });
  const gone = nothingIsLeft(restore);
  return [
    point,
    roomForFiles(name, point),
    restore,
    complete,
    tag,
    metered,
    ...(probe === undefined ? [] : [probe.launch, probe.isOnline]),
    ...(mount === undefined ? [] : [mount.mountTarget, mount.isMountable]),
    ...(look === undefined ? [] : [look.asked, look.answered]),
    validated,
    validation,
    clean,
    gone,
    costIsKnown(
      ({ outputOf }) => outputOf(point).region,
      ({ outputOf }) => {
        const { bytes } = outputOf(metered);
        const to = new Date(outputOf(gone).at);
        return [
          { what: 'restoring', bytes: outputOf(point).bytes },
          { what: 'storage', of: 'files', bytes, from: new Date(outputOf(complete).begun), to },
          ...(probe === undefined ? [] : [probePaid(outputOf(probe.isOnline), to)]),
        ];
      },
    ),
    ...restoreMeasures(name, settings, {
      point,
      complete,
      usable: metered,
      // Between the two the run only waits for EFS to meter.
      ...(mount !== undefined && {
        besides: ({ outputOf }) =>
          Date.parse(outputOf(mount.isMountable).at) - Date.parse(outputOf(mount.mountTarget).askedAt),
      }),
      gone,
      paid: { what: 'a file system', from: ({ outputOf }) => outputOf(complete).begun },
    }),
  ];
}

const isMetered = (restore: StepReference<RestoreJob>, complete: StepReference<Restored>): Wait<SeenFiles> =>
  wait({
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

function filesAreAsTheyMust(
  name: string,
  made: {
    readonly point: StepReference<ChosenPoint>;
    readonly restore: StepReference<RestoreJob>;
    readonly complete: StepReference<Restored>;
    readonly metered: StepReference<SeenFiles>;
    readonly look: StepReference<Answer> | undefined;
  },
): Check<Validity> {
  return check({
    id: 'validate',
    title: 'What was restored was held against what is expected of it',
    uses: [describeFileSystem],
    returns: validitySchema,
    async run(context) {
      const { aws, outputOf, environment, runId } = context;
      const FileSystemId = idIn(outputOf(made.complete).arn);
      const found = await describeFileSystem(aws.in(outputOf(made.restore).region), { FileSystemId });
      const { bytes, metered: at } = outputOf(made.metered);
      const point = outputOf(made.point);
      const findings = [
        ...filesFindings({
          bytes,
          metered: new Date(at),
          isEncrypted: found?.Encrypted === true,
          point,
          leastBytes: filesTest(environment, name).leastBytes,
        }),
        ...(made.look === undefined
          ? [notAsked('look', whyNotLooked(name, environment))]
          : answerFindings('look', lookOf(environment, name).expect, outputOf(made.look), point)),
      ];
      context.found(findings);
      return validityOf(runId, findings);
    },
  });
}

const whyNotLooked = (name: string, environment: Environment): string =>
  filesTest(environment, name).look === undefined
    ? `components.${name}.backup.restoreTest.look is not configured`
    : `no node of this stack stands in ${environment.recoveryRegion}, and components.${name}.backup.restoreTest.recovery.probe is not configured`;

/** Read again, by the token that nothing else has. Mount targets go before their file system. */
const nothingIsLeft = (restore: StepReference<RestoreJob>): Check<{ at: string }> =>
  check({
    id: 'gone',
    title: 'Nothing of the test is left',
    uses: [describeFileSystem, findInstances],
    returns: z.object({ at: z.iso.datetime() }),
    async run({ aws, outputOf, clock }) {
      const job = outputOf(restore);
      const there = aws.in(job.region);
      const found = await describeFileSystem(there, { CreationToken: job.name });
      const left = [
        ...(found === undefined ? [] : [`file system ${found.FileSystemId}`]),
        ...(await probesLeft(there, job.name)),
      ];
      if (left.length > 0) throw leftBehind(left, job.region, deleteFilesCommand(job));
      return { at: clock.now().toISOString() };
    },
    summary: () => 'no file system with its token, and no instance of its name',
  });
