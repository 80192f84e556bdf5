import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import { describeLaunchTemplateVersions } from '../../aws/ec2.ts';
import { describeFileSystem } from '../../aws/efs.ts';
import { brokerNamed, configurationNamed } from '../../aws/mq.ts';
import { describeDomain } from '../../aws/opensearch.ts';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { parametersBelow } from '../../aws/ssm.ts';
import { formatDuration, type Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { approve, type Change, check, cleanUp, type ForEach, type ListEntry } from '../../engine/step.ts';
import { isOlderThanRun, leftBehind } from './delete-temporary.ts';
import { momentText } from './point-in-time.ts';
import { recoveryOf } from './recovered-components.ts';
import { recoveryPlan } from './recovery-plan.ts';
import { restoredName } from './restored-name.ts';

/** Takes away all that a drill made, the latest first, and proves it. */
export const tearDown = (made: readonly (Change | ForEach)[]): readonly ListEntry[] => [
  approve({
    id: 'tear-down-approval',
    title: 'Take down what the drill brought up?',
    ask: ({ environment, runId }) => ({
      question: `Take down everything that ${runId} brought up in ${recoveryOf(environment).region}?`,
      evidence: [
        { label: 'Data', value: 'what was restored is deleted; production and its recovery points stay' },
        { label: 'Not yet', value: `leave it standing: answer no; later: runbook rollback ${runId}` },
      ],
    }),
  }),
  cleanUp({ id: 'tear-down', title: 'Take down what the drill brought up, the latest first', of: made }),
  check({
    id: 'nothing-left',
    title: 'Nothing of the drill is left in the recovery Region',
    uses: leftReads,
    returns: z.object({ at: z.iso.datetime() }),
    async run(context) {
      const left = await whatIsLeft(context);
      const { region } = recoveryOf(context.environment);
      if (left.length > 0)
        throw leftBehind(
          left.map(({ what }) => what),
          region,
          left[0]?.command ?? 'see its name',
        );
      return { at: context.clock.now().toISOString() };
    },
    summary: () =>
      'no cluster, file system, broker, domain, node, parameter, tag or launch template version of this run',
  }),
];

/** For whoever wants to look at it for a while. */
export const keepFor = (span: Milliseconds): readonly ListEntry[] => [
  check({
    id: 'kept',
    title: `What was brought up is left standing for ${formatDuration(span)}, and costs money`,
    uses: leftReads,
    returns: z.object({ until: z.iso.datetime(), left: z.array(z.string()) }),
    async run(context) {
      const left = (await whatIsLeft(context)).map(({ what }) => what);
      const until = new Date(context.clock.now().getTime() + span).toISOString();
      // A finding, so that it stands below the run: nobody else takes it down.
      context.found([
        {
          verdict: 'warn',
          subject: 'still standing',
          fact: left.join(', '),
          rule: `taken down by ${momentText(until)}`,
          toDo: `runbook rollback ${context.runId}`,
        },
      ]);
      return { until, left };
    },
    summary: ({ until }) => `REMINDER: take it down by ${momentText(until)}`,
  }),
];

/** A failover takes nothing down: what stands there now is production. */
export const whatStays = (): ListEntry =>
  check({
    id: 'in-place',
    title: 'What the failover left in place is known',
    uses: leftReads,
    returns: z.object({ left: z.array(z.string()) }),
    async run(context) {
      return { left: (await whatIsLeft(context)).map(({ what }) => what) };
    },
    summary: ({ left }) => left.join(', '),
  });

const leftReads = [
  describeGroup,
  describeLaunchTemplateVersions,
  describeCluster,
  describeClusterInstances,
  describeFileSystem,
  brokerNamed,
  configurationNamed,
  describeDomain,
  parametersBelow,
];

interface Left {
  readonly what: string;
  /** How a person takes it away. */
  readonly command: string;
}

/** By the names that nothing else has, read anew: what the journal says was deleted proves nothing. */
async function whatIsLeft({ aws, environment, runId, runStartedAt }: ReadContext): Promise<readonly Left[]> {
  const { region, stack, fleets, databases, files, brokers, searches } = recoveryPlan(environment);
  const there = aws.in(region);
  const left: Left[] = [];
  const add = (what: string, command: string) =>
    left.push({ what, command: `${command} --region ${region}` });
  for (const { recovery } of fleets) {
    const group = await describeGroup(there, recovery.group);
    for (const { InstanceId } of group?.Instances ?? [])
      add(
        `node ${InstanceId}`,
        `aws autoscaling set-desired-capacity --desired-capacity 0 --auto-scaling-group-name ${recovery.group}`,
      );
    if (group?.Tags?.some(({ Key, Value }) => Key === 'runbook:run' && Value === runId))
      add(
        `tags of group ${recovery.group}`,
        `aws autoscaling delete-tags --tags ResourceId=${recovery.group},ResourceType=auto-scaling-group,Key=runbook:run`,
      );
    const template = group?.LaunchTemplate?.LaunchTemplateId;
    if (template === undefined) continue;
    const versions = await describeLaunchTemplateVersions(there, { id: template });
    for (const { VersionNumber, VersionDescription } of versions)
      if (VersionDescription?.startsWith(`runbook ${runId}:`))
        add(
          `version ${VersionNumber} of ${template}`,
          `aws ec2 delete-launch-template-versions --launch-template-id ${template} --versions ${VersionNumber}`,
        );
  }
  for (const { name } of databases) {
    const own = restoredName(runId, name);
    if ((await describeCluster(there, own)) === undefined) continue;
    for (const { DBInstanceIdentifier } of await describeClusterInstances(there, own))
      add(
        `instance ${DBInstanceIdentifier}`,
        `aws rds delete-db-instance --db-instance-identifier ${DBInstanceIdentifier}`,
      );
    add(`cluster ${own}`, `aws rds delete-db-cluster --db-cluster-identifier ${own} --skip-final-snapshot`);
  }
  for (const { name } of files) {
    const found = await describeFileSystem(there, { CreationToken: restoredName(runId, name) });
    if (found !== undefined)
      add(
        `file system ${found.FileSystemId}`,
        `aws efs delete-file-system --file-system-id ${found.FileSystemId}`,
      );
  }
  for (const { recovery } of brokers) {
    const broker = await brokerNamed(there, recovery.name);
    if (broker !== undefined) add(`broker ${recovery.name}`, `aws mq delete-broker --broker-id ${broker}`);
    const configuration = await configurationNamed(there, `${recovery.name}-configuration`);
    if (configuration !== undefined && !isOlderThanRun(configuration.created, runStartedAt))
      add(
        `configuration ${configuration.id}`,
        `aws mq delete-configuration --configuration-id ${configuration.id}`,
      );
  }
  for (const { recovery } of searches)
    if ((await describeDomain(there, recovery.name)) !== undefined)
      add(`search domain ${recovery.name}`, `aws opensearch delete-domain --domain-name ${recovery.name}`);
  const prefix = `${stack.parameters.drill}/${runId}`;
  for (const { Name } of await parametersBelow(there, prefix))
    add(`parameter ${Name}`, `aws ssm delete-parameter --name ${Name}`);
  return left;
}
