import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import {
  cancelCommand,
  commandInvocation,
  findSentToNodes,
  mostNodes,
  sendToNodes,
} from '../../aws/ssm-commands.ts';
import { formatDuration, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { AwsCallError, OperatorError } from '../../errors.ts';
import { clusterOf } from './aurora-cluster.ts';
import type { Leg } from './failover-change.ts';
import { pointInTime } from './point-in-time.ts';
import { fleetUsing } from './service-users.ts';

const started = z.object({ command: z.string(), nodes: z.array(z.string()), sentAt: pointInTime });
const probe = z.union([started, z.object({ notStarted: z.string() })]);

/** A probe that was started on nodes, or why there is none. */
export type Probe = z.output<typeof probe>;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html#API_SendCommand_Errors */
const unreachable = ['InvalidInstanceId', 'UnsupportedPlatformType'];

/** How long an agent may take to begin, or to tell that it is done. */
const agentTakes = seconds(45);

/** Systems Manager runs any command, and this one writes rows: so it is a change, approved like the failover. */
export function startWriteProbe({ suffix }: Pick<Leg, 'suffix'>, cluster: string | undefined): Change<Probe> {
  const id = `write-probe${suffix}`;
  const comment = (runId: string) => `runbook ${id} ${runId}`.slice(0, 100);
  return change<Probe>({
    id,
    title: 'Start the write probe on the nodes, where one is configured',
    uses: [describeGroup, findSentToNodes, sendToNodes, cancelCommand],
    returns: probe,
    async findApplied({ aws, environment, runId, runStartedAt }) {
      const why = whyNoProbe(environment, cluster);
      if (why !== undefined) return { notStarted: why };
      const since = new Date(runStartedAt.getTime() - minutes(5));
      const found = await findSentToNodes(aws, { comment: comment(runId), since });
      return found && { ...found, nodes: [...found.nodes] };
    },
    async apply({ aws, clock, environment, runId }) {
      const { command, lasts } = probeOf(environment, cluster);
      const nodes = await nodesIn(environment, cluster, (group) => describeGroup(aws, group));
      const line = command.replaceAll('{seconds}', String(Math.ceil(lasts / 1000)));
      const sentAt = clock.now();
      try {
        const id = await sendToNodes(aws, { nodes, command: line, comment: comment(runId), lasts });
        return { command: id, nodes, sentAt };
      } catch (error) {
        // Nodes that cannot be reached are a fact to report. A right that is missing is put right before the failover.
        if (!(error instanceof AwsCallError) || !unreachable.includes(error.awsCode)) throw error;
        return { notStarted: `Systems Manager refused it: ${error.message}` };
      }
    },
    summary: (output) =>
      'notStarted' in output
        ? `not started: ${output.notStarted}`
        : `command ${output.command} on ${output.nodes.length} nodes`,
    undo: {
      title: 'End the write probe',
      async apply({ aws, clock, environment }, applied) {
        if ('notStarted' in applied) return;
        const lasts = clusterOf(environment, cluster).writeProbe?.lasts ?? minutes(30);
        if (clock.now().getTime() < applied.sentAt.getTime() + lasts + agentTakes)
          await cancelCommand(aws, applied.command);
      },
    },
  });
}

const underWay = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

const running = z.object({ running: z.array(z.string()), of: z.int() });

/** The failover waits for it, and not for long: a node whose agent is silent is no reason to test nothing. */
export function writeProbeRuns(
  { suffix }: Pick<Leg, 'suffix'>,
  probe: StepReference<Probe>,
): Wait<z.output<typeof running>> {
  return wait<z.output<typeof running>>({
    id: `write-probe-runs${suffix}`,
    title: 'The write probe tries on every node that it was started on, or is not waited for any longer',
    uses: [commandInvocation],
    every: seconds(2),
    timeout: minutes(2),
    returns: running,
    async probe({ aws, clock, outputOf }) {
      const begun = outputOf(probe);
      if ('notStarted' in begun) return { ready: true, output: { running: [], of: 0 } };
      const { command, nodes, sentAt } = begun;
      const has: string[] = [];
      for (const instance of nodes) {
        const status = (await commandInvocation(aws, { command, instance }))?.Status ?? 'Pending';
        if (status === 'InProgress') has.push(instance);
      }
      const isLate = clock.now().getTime() >= sentAt.getTime() + agentTakes;
      if (has.length === nodes.length || isLate)
        return { ready: true, output: { running: has, of: nodes.length } };
      return { ready: false, because: `it runs on ${has.length} of ${nodes.length} nodes` };
    },
    summary: ({ running: { length }, of }) => (of === 0 ? 'no probe' : `on ${length} of ${of} nodes`),
  });
}

/** What the probe printed on one node, or why nothing is known of it. */
export type Answer = { readonly node: string } & ({ readonly text: string } | { readonly missing: string });

export async function answersOf(
  { aws, clock, environment }: Pick<ReadContext, 'aws' | 'clock' | 'environment'>,
  { command, nodes, sentAt }: z.output<typeof started>,
  cluster: string | undefined,
): Promise<readonly Answer[] | { readonly waitingFor: string }> {
  const { lasts } = probeOf(environment, cluster);
  const isLate = clock.now().getTime() >= sentAt.getTime() + lasts + agentTakes;
  const answers: Answer[] = [];
  for (const node of nodes) {
    const invocation = await commandInvocation(aws, { command, instance: node });
    const { Status = 'Pending', StatusDetails = Status, StandardOutputContent = '' } = invocation ?? {};
    if (underWay.includes(Status) && !isLate)
      return { waitingFor: `the probe on ${node} is ${Status}; it tries for ${formatDuration(lasts)}` };
    if (StandardOutputContent !== '') answers.push({ node, text: StandardOutputContent });
    else answers.push({ node, missing: problemOf(StatusDetails, invocation?.StandardErrorContent) });
  }
  return answers;
}

const problemOf = (status: string, error = ''): string =>
  `the probe is ${status}${error === '' ? ' and printed nothing' : `: ${error.trim().slice(0, 200)}`}`;

export function whyNoProbe(environment: Environment, name: string | undefined): string | undefined {
  const cluster = clusterOf(environment, name);
  if (cluster.writeProbe === undefined) return `components.${cluster.name}.writeProbe is not configured`;
  return fleetUsing(cluster, environment) === undefined ? 'no fleet is configured' : undefined;
}

/** What is approved with the failover. */
export function probeText(environment: Environment, name: string | undefined): string {
  const why = whyNoProbe(environment, name);
  if (why !== undefined) return `none: ${why}`;
  const { command, lasts } = probeOf(environment, name);
  return `writes rows for ${formatDuration(lasts)} from every node, by: ${command}`;
}

export function probeOf(environment: Environment, name: string | undefined) {
  const cluster = clusterOf(environment, name);
  if (cluster.writeProbe !== undefined) return cluster.writeProbe;
  throw new OperatorError({
    code: 'WRITE_PROBE_GONE',
    message: `components.${cluster.name}.writeProbe is gone from runbook.yaml since this run started its probe`,
    hint: 'Put it back, then: runbook resume last',
  });
}

async function nodesIn(
  environment: Environment,
  name: string | undefined,
  read: (group: string) => ReturnType<typeof describeGroup>,
): Promise<string[]> {
  const fleet = fleetUsing(clusterOf(environment, name), environment);
  const group = fleet && (await read(fleet.group));
  const nodes = (group?.Instances ?? []).flatMap(({ InstanceId, LifecycleState }) =>
    LifecycleState === 'InService' && InstanceId !== undefined ? [InstanceId] : [],
  );
  return nodes.sort().slice(0, mostNodes);
}
