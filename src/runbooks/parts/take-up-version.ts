import * as z from 'zod';
import { describeGroup, resumeProcesses, suspendProcesses } from '../../aws/auto-scaling.ts';
import { describeTargetHealth, registerTarget } from '../../aws/elastic-load-balancing-v2.ts';
import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  cleanUp,
  forEach,
  type ListEntry,
  type StepReference,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { refuseOnStopAlarm, stopAlarmReads } from './alarms.ts';
import { batchesOf, replacementOrder } from './capacity.ts';
import { answerText, askNodes, type NodeAnswer } from './commands-on-nodes.ts';
import { type FleetFacts, fleetExists } from './fleet-facts.ts';
import { progressText, servingNodes } from './fleet-view.ts';
import { fleetOf, fleetReads, watchFleet } from './fleet-watch.ts';
import {
  credentialOf,
  credentialText,
  type NodeCredential,
  nodesInService,
  statusCommand,
} from './node-credentials.ts';
import { pointInTime } from './point-in-time.ts';
import type { Rotation } from './put-rotation-back.ts';
import { drained, takeOut } from './replace-node.ts';
import { newVersionStep } from './rotate-by-tool.ts';
import { consumerOf, secretOf } from './rotated-secrets.ts';
import type { RotationItem, TakenUpBy } from './rotation-item.ts';
import { staysHealthy } from './stays-healthy.ts';

export interface TakingUp {
  readonly canary: number;
  readonly batch: number;
  readonly drainTime: Milliseconds;
  readonly soak?: Milliseconds | undefined;
}

const batchOfNodes = z.object({ name: z.string(), nodes: z.array(z.string()) });
const begun: StepReference<Rotation> = newVersionStep;

/** Every node of the fleets that use the secret takes the new version up, the canary first, and proves it. */
export function takeUpVersion(item: RotationItem, parameters: TakingUp): ListEntry {
  return forEach<TakenUpBy>({
    id: 'consumers',
    title: `Have every fleet that uses ${item.name} take the new version up, and prove it`,
    item: z.object({ fleet: z.string(), how: z.enum(['reload', 'restart']) }),
    items: async () => item.consumers,
    key: ({ fleet }) => fleet,
    steps: (consumer) => inFleet(item.name, consumer, { ...parameters, soak: parameters.soak ?? item.soak }),
    example: item.consumers[0] ?? { fleet: 'app', how: 'reload' },
  });
}

function inFleet(
  name: string,
  { fleet: fleetName, how }: TakenUpBy,
  parameters: TakingUp & { readonly soak: Milliseconds },
): readonly ListEntry[] {
  const { canary, batch, soak } = parameters;
  const fleet = fleetExists(fleetName);
  const held = holdHealthChecks(fleet);
  return [
    fleet,
    ...(how === 'restart' ? [held] : []),
    forEach({
      id: 'batches',
      title: 'The canary first, then batch by batch',
      item: batchOfNodes,
      async items(context) {
        const { nodes } = context.outputOf(fleet);
        return batchesOf(replacementOrder(nodes), canary, batch).map((some, index) => ({
          name: index === 0 ? 'canary' : `batch-${index}`,
          nodes: some.map(({ id }) => id),
        }));
      },
      key: (each) => each.name,
      steps: (each) => [
        fleetServes('serves-before', 'No stop alarm fires, and every node serves', fleet),
        ...(how === 'reload'
          ? [reload(name, fleetName, each.name, each.nodes)]
          : [restarts(name, fleetName, each.nodes, parameters, fleet)]),
        adopted(name, fleetName, each.name, each.nodes),
        fleetServes('serves-after', 'Every node serves', fleet),
      ],
      example: { name: 'canary', nodes: ['i-0123456789abcdef0'] },
    }),
    ...(how === 'restart'
      ? [
          cleanUp({
            id: 'health-checks-again',
            title: 'Auto Scaling checks the health of nodes again',
            of: [held],
          }),
        ]
      : []),
    ...soakAndProve(name, fleetName, soak, fleet),
  ];
}

function fleetServes(id: string, title: string, fleet: StepReference<FleetFacts>): Wait<void> {
  return wait({
    id,
    title,
    uses: [stopAlarmReads, ...fleetReads],
    every: seconds(15),
    timeout: minutes(15),
    hint: 'A node does not serve: undo puts password, stages and nodes back',
    async probe(context) {
      await refuseOnStopAlarm(context);
      const view = await watchFleet(context, context.outputOf(fleet));
      if (servingNodes(view).length >= view.desired) return { ready: true };
      return { ready: false, because: progressText(view, context.outputOf(fleet).template.version, []) };
    },
  });
}

const nodesOut = z.object({ nodes: z.array(z.string()) });

const allDid = (answers: readonly NodeAnswer[], what: string): { nodes: string[] } => {
  const failed = answers.filter(({ exitCode }) => exitCode !== 0);
  if (failed.length === 0) return { nodes: answers.map(({ node }) => node) };
  throw new OperatorError({
    code: 'NODE_NOT_TOLD',
    message: `${what} failed on ${failed.map(answerText).join('; ')}. What it printed is not shown, since it may hold what nobody is to see`,
    hint: 'Retry sends it again; undo puts password, stages and nodes back',
  });
};

/** A node that Auto Scaling has replaced meanwhile is told nothing: its successor loaded what is AWSCURRENT, and the proof asks that one. */
async function stillThere(
  { aws, environment }: Pick<ReadContext, 'aws' | 'environment'>,
  fleet: string,
  nodes: readonly string[],
): Promise<readonly string[]> {
  const { Instances = [] } = (await describeGroup(aws, fleetOf(environment, fleet).group)) ?? {};
  const leaving = Instances.flatMap(({ InstanceId, LifecycleState = '' }) =>
    LifecycleState.startsWith('Terminat') ? (InstanceId ?? []) : [],
  );
  return nodes.filter(
    (node) => Instances.some(({ InstanceId }) => InstanceId === node) && !leaving.includes(node),
  );
}

const nodesText = (nodes: readonly string[]): string =>
  nodes.length === 0 ? 'none, since they were replaced' : nodes.join(', ');

const reload = (name: string, fleet: string, batch: string, nodes: readonly string[]) =>
  askNodes(
    {
      id: 'reload',
      title: `Have ${nodes.join(', ')} take up what is AWSCURRENT`,
      about: `${name}/${fleet}/${batch}`,
      returns: nodesOut,
      nodes: (context) => stillThere(context, fleet, nodes),
      line: ({ environment }) => consumerOf(environment, name, fleet).reload ?? '',
      read: (answers) => allDid(answers, 'The reload'),
      summary: (told) => nodesText(told.nodes),
    },
    newVersionStep,
    [describeGroup],
  );

const held = z.object({ group: z.string() });

/** Auto Scaling replaces a node that is out of its target group, or that restarts, as one that is not healthy. */
function holdHealthChecks(fleet: StepReference<FleetFacts>): Change<z.output<typeof held>> {
  const process = 'HealthCheck';
  return change({
    id: 'hold-health-checks',
    title: 'Suspend the health checks of Auto Scaling, which would replace a node that restarts',
    uses: [describeGroup, suspendProcesses, resumeProcesses],
    returns: held,
    async findApplied({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      const suspended = (await describeGroup(aws, group))?.SuspendedProcesses ?? [];
      return suspended.some(({ ProcessName }) => ProcessName === process) ? { group } : undefined;
    },
    async apply({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      await suspendProcesses(aws, group, [process]);
      return { group };
    },
    undo: {
      title: 'Have Auto Scaling check the health of nodes again',
      apply: ({ aws }, { group }) => resumeProcesses(aws, group, [process]),
    },
  });
}

/** Node after node of a batch, out of the target group while it restarts. */
function restarts(
  name: string,
  fleetName: string,
  nodes: readonly string[],
  { drainTime }: TakingUp,
  fleet: StepReference<FleetFacts>,
): ListEntry {
  return forEach({
    id: 'nodes',
    title: 'Drain and restart each node of the batch',
    item: z.object({ id: z.string() }),
    uses: [describeGroup],
    items: async (context) => (await stillThere(context, fleetName, nodes)).map((id) => ({ id })),
    key: ({ id }) => id,
    example: { id: 'i-0123456789abcdef0' },
    steps: ({ id }) => [
      takeOut(id, fleet),
      drained(id, drainTime, fleet),
      askNodes(
        {
          id: 'restart',
          title: `Restart the application on ${id}`,
          about: `${name}/${fleetName}/${id}`,
          returns: nodesOut,
          nodes: async () => [id],
          line: ({ environment }) => consumerOf(environment, name, fleetName).restart ?? '',
          read: (answers) => allDid(answers, 'The restart'),
        },
        newVersionStep,
      ),
      putIn(id, fleet),
      fleetServes('serves', `${id} serves again`, fleet),
    ],
  });
}

function putIn(id: string, fleet: StepReference<FleetFacts>) {
  return change({
    id: 'put-in',
    title: `Put ${id} into the target group again`,
    uses: [describeGroup, describeTargetHealth, registerTarget],
    returns: z.object({ targetGroupArn: z.string() }),
    async findApplied({ aws, outputOf }) {
      const { targetGroupArn } = outputOf(fleet);
      const target = (await describeTargetHealth(aws, targetGroupArn)).find(
        ({ Target }) => Target?.Id === id,
      );
      const state = target?.TargetHealth?.State;
      const isIn = state !== undefined && state !== 'draining' && state !== 'unused';
      return isIn ? { targetGroupArn } : undefined;
    },
    async apply({ aws, outputOf }) {
      const { targetGroupArn } = outputOf(fleet);
      await registerTarget(aws, targetGroupArn, id);
      return { targetGroupArn };
    },
    undoneBy: { id: 'take-out' },
  });
}

const adoption = z.object({ nodes: z.array(z.string()) });

/** The proof of each node: the id of the version that it reports, and that it is well with it. */
const adopted = (name: string, fleet: string, batch: string, nodes: readonly string[]) =>
  askNodes(
    {
      id: 'adopted',
      title: `Have ${nodes.join(', ')} tell which version ${nodes.length === 1 ? 'it has' : 'they have'} loaded`,
      about: `${name}/${fleet}/${batch}`,
      returns: adoption,
      nodes: (context) => stillThere(context, fleet, nodes),
      line: (context) => statusLine(context, name, fleet, context.outputOf(begun).at),
      read(answers, context) {
        refuseOthers(name, credentialsIn(answers, context));
        return { nodes: answers.map(({ node }) => node) };
      },
      summary: (told) => `the new version, and healthy: ${nodesText(told.nodes)}`,
    },
    newVersionStep,
    [describeGroup],
  );

const statusLine = ({ environment }: ReadContext, name: string, fleet: string, since: Date): string =>
  statusCommand(consumerOf(environment, name, fleet), secretOf(environment, name), since);

const credentialsIn = (
  answers: readonly NodeAnswer[],
  { outputOf }: ReadContext,
): readonly NodeCredential[] => answers.map((answer) => credentialOf(answer, outputOf(begun)));

function refuseOthers(name: string, credentials: readonly NodeCredential[]): void {
  const wrong = credentials.filter(({ version, isHealthy }) => version !== 'next' || !isHealthy);
  if (wrong.length === 0) return;
  throw new OperatorError({
    code: 'NODE_NOT_ON_NEW_VERSION',
    message: `${wrong.map(credentialText).join('; ')}: secrets.${name} counts as rotated only when every node uses the new version`,
    hint: 'Retry asks again; undo puts the password and the stages back and has every node load the version before',
  });
}

const proof = z.object({ nodes: z.array(z.string()), since: pointInTime, told: z.string() });

/** Every node that is in service by then, also one that was launched meanwhile. */
function soakAndProve(
  name: string,
  fleetName: string,
  span: Milliseconds,
  fleet: StepReference<FleetFacts>,
): readonly ListEntry[] {
  return [
    staysHealthy(
      {
        id: 'soak',
        title: `Every node serves for ${formatDuration(span)} with the new version, without a stop alarm`,
        hint: 'The new version does not stay healthy: undo, and look at the logs of the nodes',
        samples: `${name}: all of ${fleetName} serve`,
        span,
        who: 'nodes',
        least: ({ desired }) => desired,
      },
      fleet,
    ),
    askNodes(
      {
        id: 'proof',
        title: `Have every node of ${fleetName} prove that it uses the new version and nothing else`,
        about: `${name}/${fleetName}`,
        returns: proof,
        nodes: (context) => nodesInService(context, fleetName),
        line: (context) => statusLine(context, name, fleetName, soakSince(context, name, fleetName)),
        read: (answers, context) => proven(name, fleetName, answers, context),
        summary: ({ nodes, told }) => `${nodes.length} nodes; ${told}`,
      },
      newVersionStep,
      [describeGroup],
    ),
  ];
}

const soakSince = ({ samplesOf, runStartedAt }: ReadContext, name: string, fleet: string): Date =>
  samplesOf(`${name}: all of ${fleet} serve`).at(-1)?.at ?? runStartedAt;

function proven(
  name: string,
  fleet: string,
  answers: readonly NodeAnswer[],
  context: ReadContext,
): z.output<typeof proof> {
  const credentials = credentialsIn(answers, context);
  refuseOthers(name, credentials);
  const since = soakSince(context, name, fleet);
  const { at } = context.outputOf(begun);
  const bad = credentials.flatMap(({ node, failures = 0, oldestConnection }) => [
    ...(failures > 0 ? [`${node} was refused ${failures} times since ${since.toISOString()}`] : []),
    ...(oldestConnection !== undefined && oldestConnection < at
      ? [`${node} has a connection from ${oldestConnection.toISOString()}, before the new version was made`]
      : []),
  ]);
  if (bad.length > 0)
    throw new OperatorError({
      code: 'OLD_CREDENTIAL_IN_USE',
      message: `${bad.join('; ')}: the version before is still used, so it is not retired`,
      hint: 'Retry asks again, which helps where a pool renews its connections by itself; undo puts everything back',
    });
  return { nodes: credentials.map(({ node }) => node), since, told: toldBy(credentials) };
}

/** Says what was not proven, too: a status command need not tell everything. */
function toldBy(credentials: readonly NodeCredential[]): string {
  const tellFailures = credentials.every(({ failures }) => failures !== undefined);
  const tellConnections = credentials.every(({ oldestConnection }) => oldestConnection !== undefined);
  return [
    'the new version on each',
    tellFailures ? 'no login refused' : 'refused logins: not told',
    tellConnections ? 'no older connection' : 'age of connections: not told',
  ].join(', ');
}
