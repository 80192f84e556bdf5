import { describeGroup } from '../../aws/auto-scaling.ts';
import type { ChangeClients } from '../../aws/clients.ts';
import { describeInstance } from '../../aws/ec2-instances.ts';
import { managedNodes } from '../../aws/ssm.ts';
import { commandInvocation, findCommand, sendCommand } from '../../aws/ssm-commands.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ChangeContext } from '../../engine/context.ts';
import type { Readiness, StepReference } from '../../engine/step.ts';
import { AwsCallError, OperatorError } from '../../errors.ts';
import { askNode, commentOf, healthyNode, isUnderWay, type SentCommand, sentSince } from './ask-node.ts';
import { lookOf } from './look-settings.ts';
import type { MountTarget } from './mount-target.ts';
import type { Launched } from './probe-instance.ts';
import type { RestoreJob } from './restore-job.ts';

/** Nothing else is called so: a mount that was left behind is known by it. */
export const mountPointOf = (restored: string): string => `/mnt/${restored}`;

const leftMounted = 'left-mounted';

/** A rollback that is called again asks again. */
const attempts = 'commands that could not unmount';

/** Forced and lazy, since behind it there may be nobody any more. Nothing to do is no failure, and the last exit code counts. */
const unmounting = (mountPoint: string): string =>
  [
    `mountpoint -q ${mountPoint} && umount -f -l ${mountPoint} && echo ${leftMounted}=${mountPoint}`,
    `mountpoint -q ${mountPoint} && exit 1`,
    `rmdir ${mountPoint}`,
    'exit 0',
  ].join('\n');

/**
 * Mounts what was restored on a node, and looks. The command unmounts; whether it did is seen before the mount target goes: a mount
 * without one would hang whoever touches it, on a node that serves users.
 */
export const lookAtFiles = (
  name: string,
  restore: StepReference<RestoreJob>,
  target: StepReference<MountTarget>,
  probe: StepReference<Launched> | undefined,
) =>
  askNode({
    asked: {
      id: 'look',
      title: `Mount the restored files read-only and look, on ${probe === undefined ? 'a node of the application' : 'the probe'}`,
    },
    answered: { id: 'answer', title: 'The restored files were looked at' },
    mark: name,
    uses: [
      describeInstance,
      managedNodes,
      commandInvocation,
      ...(probe === undefined ? [describeGroup] : []),
    ],
    region: ({ outputOf }) => outputOf(target).region,
    async node({ aws, environment, outputOf }) {
      if (probe !== undefined) return outputOf(probe).instance;
      return healthyNode(aws, environment, lookOf(environment, name).fleet, outputOf(target).zone);
    },
    line({ environment, outputOf }) {
      const { address, fileSystem } = outputOf(target);
      return lookOf(environment, name)
        .command.replaceAll('{address}', address)
        .replaceAll('{fileSystem}', fileSystem)
        .replaceAll('{mountPoint}', mountPointOf(outputOf(restore).name));
    },
    expected: (environment) => lookOf(environment, name).expect,
    lasts: (environment) => lookOf(environment, name).timeout,
    undoing: {
      undo: {
        title: 'See that nothing is left mounted on the node',
        every: seconds(15),
        timeout: minutes(45),
        turn: (context, sent) => unmount(context, name, mountPointOf(context.outputOf(restore).name), sent),
      },
    },
  });

/** One look, and at most one command sent. */
async function unmount(
  context: ChangeContext,
  name: string,
  mountPoint: string,
  { command, instance, region }: SentCommand,
): Promise<Readiness<void>> {
  const there = context.aws.in(region);
  const looking = (await commandInvocation(there, { command, instance }))?.Status ?? 'Pending';
  if (isUnderWay(looking)) {
    if (await isGone(there, instance)) return { ready: true };
    return { ready: false, because: `command ${command} on ${instance} is still ${looking}` };
  }
  const failedBefore = context.samplesOf(attempts).length;
  const comment = commentOf(context.runId, `unmount ${name} ${failedBefore + 1}`);
  const sent = await findCommand(there, { comment, since: sentSince(context.runStartedAt) });
  if (sent === undefined) return send(there, { instance, mountPoint, comment });
  const invocation = await commandInvocation(there, sent);
  const status = invocation?.Status ?? 'Pending';
  if (status === 'Success') {
    if (invocation?.StandardOutputContent?.includes(`${leftMounted}=`))
      context.progress(`${mountPoint} was left mounted on ${instance}: it is unmounted now`);
    return { ready: true };
  }
  if (await isGone(there, instance)) return { ready: true };
  if (isUnderWay(status))
    return { ready: false, because: `${mountPoint} on ${instance}: the command that looks is ${status}` };
  context.sample(attempts, failedBefore + 1);
  throw stillMounted(mountPoint, { instance, region }, invocation?.StandardErrorContent || status);
}

async function send(
  there: ChangeClients,
  { instance, mountPoint, comment }: { instance: string; mountPoint: string; comment: string },
): Promise<Readiness<void>> {
  if (await isGone(there, instance)) return { ready: true };
  if ((await managedNodes(there, [instance]))[0]?.PingStatus !== 'Online')
    return {
      ready: false,
      because: `nobody can see whether ${mountPoint} is mounted on ${instance}: its agent does not answer`,
    };
  try {
    await sendCommand(there, { instance, command: unmounting(mountPoint), comment });
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.transient) throw error;
    throw stillMounted(mountPoint, { instance, region: there.region }, error.message);
  }
  return { ready: false, because: `${instance} was asked whether ${mountPoint} is mounted` };
}

async function isGone(aws: ChangeClients, instance: string): Promise<boolean> {
  const state = (await describeInstance(aws, instance))?.State?.Name;
  return state === undefined || state === 'terminated' || state === 'shutting-down';
}

const stillMounted = (
  mountPoint: string,
  { instance, region }: { readonly instance: string; readonly region: string },
  why: string,
): OperatorError =>
  new OperatorError({
    code: 'MAY_BE_MOUNTED',
    message: `${mountPoint} may still be mounted on node ${instance}: ${why.trim()}. Deleting its mount target now would hang whatever touches it there`,
    hint: `aws ssm start-session --target ${instance} --region ${region}, then: mountpoint ${mountPoint} && sudo umount -f -l ${mountPoint}. Then: runbook rollback`,
  });
