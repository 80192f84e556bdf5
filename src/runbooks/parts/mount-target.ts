import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import { describeInstance } from '../../aws/ec2-instances.ts';
import {
  createMountTarget,
  deleteMountTarget,
  describeMountTargets,
  type MountTargetDescription,
} from '../../aws/efs-mount-targets.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ChangeContext } from '../../engine/context.ts';
import { type Change, change, type StepReference, type Undo, type Wait, wait } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { healthyNode } from './ask-node.ts';
import { tellToGo } from './delete-temporary.ts';
import { lookOf, securityGroupsOfLook } from './look-settings.ts';
import type { Online } from './probe-instance.ts';
import { idIn, type Restored, type RestoreJob } from './restore-job.ts';

const mountTargetSchema = z.object({
  id: z.string(),
  fileSystem: z.string(),
  region: z.string(),
  zone: z.string(),
  address: z.string(),
  /** When it was asked for, or found. */
  askedAt: z.iso.datetime(),
});

export type MountTarget = z.output<typeof mountTargetSchema>;

interface Restoration {
  readonly restore: StepReference<RestoreJob>;
  readonly complete: StepReference<Restored>;
  /** Absent where a node of the fleet looks. */
  readonly probe: StepReference<Online> | undefined;
}

const outputFor = (target: MountTargetDescription, region: string, now: Date): MountTarget => ({
  id: target.MountTargetId ?? '',
  fileSystem: target.FileSystemId ?? '',
  region,
  zone: target.AvailabilityZoneName ?? '',
  address: target.IpAddress ?? '',
  askedAt: now.toISOString(),
});

/** One that a run made. Others of the same file system are somebody else's, and stay. */
export const deleteMountTargetAgain: Undo<Pick<MountTarget, 'id' | 'fileSystem' | 'region'>> = {
  title: 'Delete the mount target of the restored file system, and see it gone',
  every: seconds(30),
  timeout: minutes(30),
  async turn({ aws }, { id, fileSystem, region }) {
    const there = aws.in(region);
    const targets = await describeMountTargets(there, fileSystem);
    const found = targets.find(({ MountTargetId }) => MountTargetId === id);
    if (found === undefined) return { ready: true };
    if (found.LifeCycleState === 'deleting') return { ready: false, because: `${id} is deleting` };
    const command = `aws efs delete-mount-target --mount-target-id ${id} --region ${region}`;
    return { ready: false, because: await tellToGo(id, command, () => deleteMountTarget(there, id)) };
  },
};

/** In the subnet of the one who will look: a restored file system has no mount target. */
export function addMountTarget(
  name: string,
  { restore, complete, probe }: Restoration,
): { readonly mountTarget: Change<MountTarget>; readonly isMountable: Wait<{ at: string }> } {
  async function subnet({ aws, outputOf, environment }: ChangeContext): Promise<string> {
    if (probe !== undefined) return outputOf(probe).subnet;
    const node = await healthyNode(aws, environment, lookOf(environment, name).fleet);
    const id = (await describeInstance(aws, node))?.SubnetId;
    if (id !== undefined) return id;
    throw new OperatorError({
      code: 'NO_NODE_TO_ASK_FROM',
      message: `Node ${node} is in service and EC2 does not show it in a subnet: it is on its way out`,
      hint: 'Look again in a minute: runbook resume',
    });
  }
  const mountTarget = change<MountTarget>({
    id: 'mount-target',
    title: 'Give the restored file system a mount target, with security groups of its own',
    uses: [
      describeMountTargets,
      createMountTarget,
      deleteMountTarget,
      describeInstance,
      ...(probe === undefined ? [describeGroup] : []),
    ],
    returns: mountTargetSchema,
    async findApplied({ aws, outputOf, clock }) {
      const { region } = outputOf(restore);
      const targets = await describeMountTargets(aws.in(region), idIn(outputOf(complete).arn));
      const made = targets.find(({ LifeCycleState }) => LifeCycleState !== 'deleting');
      return made && outputFor(made, region, clock.now());
    },
    async apply(context) {
      const { aws, outputOf, environment } = context;
      const { region } = outputOf(restore);
      const made = await createMountTarget(aws.in(region), {
        fileSystem: idIn(outputOf(complete).arn),
        subnet: await subnet(context),
        securityGroups: securityGroupsOfLook(environment, name, probe !== undefined),
      });
      return outputFor(made, region, context.clock.now());
    },
    summary: ({ id, address, zone }) => `${id}, ${address} in ${zone}`,
    undo: deleteMountTargetAgain,
  });
  const isMountable = wait({
    id: 'mountable',
    title: 'The mount target is available',
    uses: [describeMountTargets],
    every: seconds(15),
    timeout: minutes(15),
    hint: 'Is an address free in that subnet? Undo: runbook rollback',
    returns: z.object({ at: z.iso.datetime() }),
    async probe({ aws, outputOf, clock }) {
      const { id, fileSystem, region } = outputOf(mountTarget);
      const targets = await describeMountTargets(aws.in(region), fileSystem);
      const state = targets.find(({ MountTargetId }) => MountTargetId === id)?.LifeCycleState;
      return state === 'available'
        ? { ready: true, output: { at: clock.now().toISOString() } }
        : { ready: false, because: `${id} is ${state ?? 'not shown'}` };
    },
  });
  return { mountTarget, isMountable };
}
