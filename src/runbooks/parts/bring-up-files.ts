import * as z from 'zod';
import { describeFileSystem } from '../../aws/efs.ts';
import { createMountTarget, deleteMountTarget, describeMountTargets } from '../../aws/efs-mount-targets.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  change,
  type ForEach,
  forEach,
  type ListEntry,
  type StepReference,
  wait,
} from '../../engine/step.ts';
import { type BringUp, tagsFor } from './drill-mode.ts';
import { eachRecovered } from './each-recovered.ts';
import { deleteMountTargetAgain } from './mount-target.ts';
import { filledIn, writeParameters } from './node-parameters.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';
import { pointOfSet, type RecoverySet } from './recovery-set.ts';
import { idIn, jobIsComplete, startRestore } from './restore-job.ts';
import { intoFileSystem, tagRestoredFiles } from './restored-file-system.ts';

/** Restores every file system into the recovery Region, where nodes of every zone can mount it. */
export const bringUpFiles = (bringUp: BringUp, set: StepReference<RecoverySet>): ForEach<{ name: string }> =>
  eachRecovered('file-system', {
    id: 'files',
    title: 'Restore each file system, and have it mountable',
    example: 'files',
    steps: (name) => bringUpFileSystem(name, bringUp, set),
  });

function bringUpFileSystem(
  name: string,
  { mode, restoreTimeout }: BringUp,
  set: StepReference<RecoverySet>,
): readonly ListEntry[] {
  const point = pointOfSet(name, set);
  const restore = startRestore(intoFileSystem(point), point);
  const complete = jobIsComplete(restore, { every: minutes(1), timeout: restoreTimeout });
  const id = ({ outputOf }: Pick<ReadContext, 'outputOf'>) => idIn(outputOf(complete).arn);
  const targets = async (context: Pick<ReadContext, 'outputOf' | 'aws'>) =>
    describeMountTargets(context.aws.in(context.outputOf(restore).region), id(context));
  const mounted = (subnet: string) => {
    const madeAs = (context: Pick<ReadContext, 'outputOf'>, target: string) => ({
      subnet,
      id: target,
      fileSystem: id(context),
      region: context.outputOf(restore).region,
    });
    return change({
      id: 'mount-target',
      title: 'Create a mount target in a zone',
      uses: [describeMountTargets, createMountTarget, deleteMountTarget],
      returns: z.object({
        subnet: z.string(),
        id: z.string(),
        fileSystem: z.string(),
        region: z.string(),
      }),
      async findApplied(context) {
        const found = (await targets(context)).find(({ SubnetId }) => SubnetId === subnet);
        return found?.MountTargetId === undefined ? undefined : madeAs(context, found.MountTargetId);
      },
      async apply(context) {
        const { aws, outputOf, environment } = context;
        const made = await createMountTarget(aws.in(outputOf(restore).region), {
          fileSystem: id(context),
          subnet,
          securityGroups: recoveredNamed(environment, 'file-system', name).recovery.securityGroups,
        });
        return madeAs(context, made.MountTargetId ?? '');
      },
      summary: ({ id: target }) => `${target} in ${subnet}`,
      undo: deleteMountTargetAgain,
    });
  };
  return [
    point,
    restore,
    complete,
    tagRestoredFiles(restore, complete, tagsFor(mode)),
    forEach({
      id: 'mount-targets',
      title: 'Create a mount target in each zone',
      item: z.string(),
      items: async ({ environment }) =>
        recoveredNamed(environment, 'file-system', name).recovery.subnets ??
        recoveryOf(environment).network.subnets,
      key: (subnet) => subnet,
      steps: (subnet) => [mounted(subnet)],
      example: 'subnet-0123456789abcdef0',
    }),
    wait({
      id: 'mountable',
      title: 'The file system can be mounted in every zone',
      uses: [describeFileSystem, describeMountTargets],
      every: seconds(20),
      timeout: minutes(15),
      hint: 'aws efs describe-mount-targets --file-system-id ... shows which one is not available',
      returns: z.object({ at: z.iso.datetime() }),
      async probe(context) {
        const all = await targets(context);
        const waiting = all.filter(({ LifeCycleState }) => LifeCycleState !== 'available');
        if (all.length > 0 && waiting.length === 0)
          return { ready: true, output: { at: context.clock.now().toISOString() } };
        const [first] = waiting;
        return {
          ready: false,
          because:
            first === undefined
              ? 'it has no mount target'
              : `${first.MountTargetId} is ${first.LifeCycleState}`,
        };
      },
    }),
    writeParameters('parameters', name, mode, async (context) =>
      filledIn(recoveredNamed(context.environment, 'file-system', name).recovery.parameters, {
        id: id(context),
      }),
    ),
  ];
}
