import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import { describeLaunchTemplateVersions } from '../../aws/ec2.ts';
import {
  describeInstance,
  findInstances,
  launchInstance,
  terminateInstance,
} from '../../aws/ec2-instances.ts';
import { managedNodes } from '../../aws/ssm.ts';
import { minutes, seconds } from '../../duration.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import type { ProbeInstance } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { tellToGo } from './delete-temporary.ts';
import { readsHaveCaughtUp } from './late-reads.ts';
import { leastOfInstance, type Paid } from './restore-cost.ts';
import type { RestoreJob } from './restore-job.ts';
import { temporaryTags } from './restore-point.ts';
import type { RestoreSettings } from './restore-settings.ts';

const launched = z.object({ instance: z.string(), region: z.string() });
export type Launched = z.output<typeof launched>;

const online = z.object({
  subnet: z.string(),
  zone: z.string(),
  instanceType: z.string(),
  launchedAt: z.iso.datetime(),
});
export type Online = z.output<typeof online>;

export const probeName = (restored: string): string => `${restored}-probe`;

/** Where nothing of the stack runs, nobody could ask: so the test brings its own node, and takes it away again. */
export function launchProbe(
  probe: (environment: Environment) => ProbeInstance | undefined,
  restore: StepReference<RestoreJob>,
  { restoreTimeout }: RestoreSettings,
): { readonly launch: Change<Launched>; readonly isOnline: Wait<Online> } {
  const launch = change({
    id: 'probe-instance',
    title: 'Launch an instance of its own that can ask, in no group and behind no load balancer',
    uses: [
      findInstances,
      describeLaunchTemplateVersions,
      launchInstance,
      describeInstance,
      terminateInstance,
    ],
    returns: launched,
    async findApplied({ aws, outputOf }) {
      const { name, region } = outputOf(restore);
      const found = await findInstances(aws.in(region), { tag: 'Name', value: probeName(name) });
      const instance = found[0]?.InstanceId;
      return instance === undefined ? undefined : { instance, region };
    },
    async apply({ aws, outputOf, environment, runId, runStartedAt, idempotencyToken }) {
      const { name, region } = outputOf(restore);
      const wanted = probe(environment);
      if (wanted === undefined)
        throw new OperatorError({
          code: 'PROBE_MISSING',
          message: 'restoreTest.recovery.probe is gone from runbook.yaml',
          hint: 'Put it back, then: runbook resume. Or delete what was restored: runbook rollback',
        });
      const expires = new Date(runStartedAt.getTime() + 2 * restoreTimeout);
      const there = aws.in(region);
      const { launchTemplate } = wanted;
      const [version] = await describeLaunchTemplateVersions(there, {
        id: launchTemplate,
        versions: ['$Default'],
      });
      const [described] = version?.LaunchTemplateData?.NetworkInterfaces ?? [];
      const instance = await launchInstance(there, {
        launchTemplate,
        interfaceGroups: described && (described.Groups ?? []),
        subnet: wanted.subnet,
        instanceType: wanted.instanceType,
        tags: { Name: probeName(name), ...temporaryTags(runId, expires) },
        clientToken: idempotencyToken,
      });
      return { instance, region };
    },
    summary: ({ instance, region }) => `${instance} in ${region}`,
    undo: {
      title: 'Terminate the probe, and see it gone',
      every: seconds(30),
      timeout: minutes(20),
      async turn(context, { instance, region }) {
        const there = context.aws.in(region);
        const state = (await describeInstance(there, instance))?.State?.Name;
        if (state === 'terminated') return { ready: true };
        // One that was launched a moment ago may not be shown yet.
        if (state === undefined)
          return readsHaveCaughtUp(context, `${instance} is not shown`)
            ? { ready: true }
            : { ready: false, because: `${instance} is not shown` };
        if (state === 'shutting-down') return { ready: false, because: `${instance} is ${state}` };
        const command = `aws ec2 terminate-instances --instance-ids ${instance} --region ${region}`;
        return {
          ready: false,
          because: await tellToGo(instance, command, () => terminateInstance(there, instance)),
        };
      },
    },
  });
  const isOnline = wait<Online>({
    id: 'probe-online',
    title: 'Systems Manager reaches the probe',
    uses: [describeInstance, managedNodes],
    every: seconds(15),
    timeout: minutes(15),
    hint: 'Its profile needs AmazonSSMManagedInstanceCore, its image the agent, and its subnet a way to Systems Manager (NAT or VPC endpoints). Undo: runbook rollback',
    returns: online,
    async probe({ aws, outputOf, clock }) {
      const { instance, region } = outputOf(launch);
      const there = aws.in(region);
      const found = await describeInstance(there, instance);
      const state = found?.State?.Name;
      if (state === 'terminated' || state === 'shutting-down')
        throw new OperatorError({
          code: 'PROBE_LOST',
          message: `The probe ${instance} in ${region} is ${state}: ${found?.StateReason?.Message ?? 'AWS does not say why'}`,
          hint: `Undo, and look: aws ec2 describe-instances --instance-ids ${instance} --region ${region}`,
        });
      const ping = (await managedNodes(there, [instance]))[0]?.PingStatus;
      if (ping !== 'Online')
        return {
          ready: false,
          because: `${instance} is ${state ?? 'not there'}, its agent ${ping ?? 'has not registered'}`,
        };
      return {
        ready: true,
        output: {
          subnet: found?.SubnetId ?? '',
          zone: found?.Placement?.AvailabilityZone ?? '',
          instanceType: found?.InstanceType ?? '',
          launchedAt: (found?.LaunchTime ?? clock.now()).toISOString(),
        },
      };
    },
    summary: ({ instanceType, zone }) => `${instanceType} in ${zone}`,
  });
  return { launch, isOnline };
}

/** From the launch, as AWS bills it. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html */
export const probePaid = ({ instanceType, launchedAt }: Online, to: Date): Paid => ({
  what: 'instance',
  type: instanceType,
  from: new Date(launchedAt),
  to,
  billedAtLeast: leastOfInstance,
});

/** Those that are not terminated. */
export const probesLeft = async (aws: ReadClients, restored: string): Promise<readonly string[]> =>
  (await findInstances(aws, { tag: 'Name', value: probeName(restored) })).map(
    ({ InstanceId }) => `instance ${InstanceId}`,
  );
