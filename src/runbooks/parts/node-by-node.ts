import * as z from 'zod';
import {
  describeGroup,
  resumeProcesses,
  setDesiredCapacity,
  setLaunchTemplate,
  suspendProcesses,
  terminateInstance,
} from '../../aws/auto-scaling.ts';
import type { ReadClients } from '../../aws/clients.ts';
import { type Milliseconds, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { change, forEach, type ListEntry, type StepReference, wait } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { canaryStaysHealthy } from './canary.ts';
import { batchesOf, replacementOrder } from './capacity.ts';
import { eachNodeIn, type FleetFacts } from './fleet-facts.ts';
import { fleetReads, watchFleet, whyNotThere, whyReads } from './fleet-watch.ts';
import { supersededBy } from './instance-refresh-state.ts';
import { actingOnce, readsHaveCaughtUp } from './late-reads.ts';
import type { VersionOf } from './launch-template.ts';
import type { TargetVersion } from './new-version.ts';
import { drained, enoughNodesServe, takeOut, terminate, whenWholeAgain } from './replace-node.ts';
import { nextRollBackTurn } from './roll-nodes-back.ts';
import type { Plan } from './rolling-plan.ts';

interface NodeByNodeParameters {
  readonly canary: number;
  readonly batch: number;
  readonly bakeTime: Milliseconds;
  readonly drainTime: Milliseconds;
  readonly nodeTimeout: Milliseconds;
}

const node = z.object({ id: z.string(), zone: z.string() });
const batchOfNodes = z.object({ name: z.string(), isCanary: z.boolean(), nodes: z.array(node) });
type Batch = z.output<typeof batchOfNodes>;

/** This tool replaces the nodes itself, the canary first, and looks before and after each. */
export function replaceNodeByNode(
  parameters: NodeByNodeParameters,
  fleet: StepReference<FleetFacts>,
  newVersion: StepReference<TargetVersion>,
  plan: StepReference<Plan>,
  versionOf: VersionOf,
): readonly ListEntry[] {
  const { canary, batch, bakeTime, drainTime, nodeTimeout } = parameters;

  const leaveZonesAlone = change({
    id: 'suspend-az-rebalance',
    title: 'Suspend AZRebalance, which would terminate nodes of its own choice',
    uses: [describeGroup, suspendProcesses, resumeProcesses],
    returns: z.object({ group: z.string() }),
    async findApplied({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      return (await isRebalanceSuspended(aws, group)) ? { group } : undefined;
    },
    async apply({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      await suspendProcesses(aws, group, ['AZRebalance']);
      return { group };
    },
    undo: {
      title: 'Resume AZRebalance',
      apply: ({ aws }, { group }) => resumeProcesses(aws, group, ['AZRebalance']),
    },
  });

  const launchNewVersion = change({
    id: 'launch-new-version',
    title: 'Have the group launch the new version',
    uses: [
      describeGroup,
      setLaunchTemplate,
      setDesiredCapacity,
      terminateInstance,
      ...fleetReads,
      ...whyReads,
    ],
    returns: z.object({
      group: z.string(),
      templateId: z.string(),
      version: z.string(),
      setting: z.string(),
      previousVersion: z.string(),
      desired: z.int(),
    }),
    async findApplied(context) {
      const facts = launchFacts(context, fleet, newVersion, versionOf);
      // Where the group launched it before, nothing tells our own call apart. It is made anyway: undoing the update of the nodes
      // hangs on this change, so it must be this run's.
      if (facts.setting === facts.version) return undefined;
      const group = await describeGroup(context.aws, facts.group);
      return group?.LaunchTemplate?.Version === facts.version ? facts : undefined;
    },
    async apply(context) {
      const facts = launchFacts(context, fleet, newVersion, versionOf);
      await setLaunchTemplate(context.aws, facts.group, { id: facts.templateId, version: facts.version });
      return facts;
    },
    summary: ({ previousVersion, version }) => `version ${version}, in place of ${previousVersion}`,
    undo: {
      title: 'Have the group launch the version before, and bring every node back to it',
      every: seconds(15),
      timeout: eachNodeIn(nodeTimeout, fleet),
      async turn(context, applied) {
        const { group, templateId, previousVersion, setting, desired } = applied;
        const view = await watchFleet(context, context.outputOf(fleet));
        const { launches } = view;
        if (![applied.version, previousVersion, setting].includes(launches)) {
          throw new OperatorError({ code: 'SUPERSEDED', message: supersededBy(launches, applied) });
        }
        const { once, isVisible } = actingOnce(context, 'rolling the nodes back');
        const launching = async (version: string): Promise<void> => {
          if (launches === version) return;
          await once(`launch version ${version}`, () =>
            setLaunchTemplate(context.aws, group, { id: templateId, version }),
          );
        };
        const turn = nextRollBackTurn(view, { version: previousVersion, desired });
        if (turn.do === 'nothing') {
          await launching(setting);
          if (launches === setting && isVisible()) return { ready: true };
          return { ready: false, because: 'the fleet is back, unless AWS shows it as it was a moment ago' };
        }
        await launching(previousVersion);
        if (turn.do === 'terminate') {
          const { id } = turn.node;
          await once(`terminate ${id}`, () =>
            terminateInstance(context.aws, id, { decrementDesiredCapacity: false }),
          );
        } else if (turn.do === 'set-desired') {
          await once(`set the desired capacity to ${turn.desired}`, () =>
            setDesiredCapacity(context.aws, group, turn.desired),
          );
        }
        return {
          ready: false,
          because: await whyNotThere(context, view, previousVersion, context.runStartedAt),
        };
      },
    },
  });

  const addNodes = change({
    id: 'add-nodes',
    title: 'Launch nodes beyond the desired capacity before others are taken away',
    uses: [describeGroup, setDesiredCapacity],
    returns: z.object({ group: z.string(), desired: z.int(), surge: z.int() }),
    async findApplied(context) {
      const facts = surgeFacts(context, fleet, plan);
      const group = await describeGroup(context.aws, facts.group);
      return group?.DesiredCapacity === facts.desired + facts.surge ? facts : undefined;
    },
    async apply(context) {
      const facts = surgeFacts(context, fleet, plan);
      await setDesiredCapacity(context.aws, facts.group, facts.desired + facts.surge);
      return facts;
    },
    summary: ({ desired, surge }) =>
      surge === 0 ? 'no room: the maximum size is reached' : `${desired} to ${desired + surge}`,
    undoneBy: launchNewVersion,
  });

  const nodesAreServing = whenWholeAgain(
    'added-nodes-serve',
    'As many nodes serve as the group should have now',
    [],
    nodeTimeout,
    fleet,
    versionOf,
    ({ outputOf }) => {
      const { desired, surge } = outputOf(addNodes);
      return desired + surge;
    },
  );

  const replaceBatches = forEach<Batch>({
    id: 'batches',
    title: 'Replace the nodes, the canary first',
    item: batchOfNodes,
    async items({ outputOf }) {
      // A version that is yet to be made has no number here: then no node can be on it.
      const { version: wanted } = outputOf(newVersion);
      const { nodes } = outputOf(fleet);
      const outdated = replacementOrder(nodes.filter(({ version }) => version !== wanted));
      return batchesOf(outdated, canary, batch).map((some, index) => ({
        name: index === 0 ? 'canary' : `batch-${index}`,
        isCanary: index === 0,
        nodes: some.map(({ id, zone }) => ({ id, zone })),
      }));
    },
    key: ({ name }) => name,
    example: { name: 'canary', isCanary: true, nodes: [{ id: 'i-0123456789abcdef0', zone: 'us-east-1a' }] },
    steps: ({ isCanary, nodes }) => [
      enoughNodesServe(nodes.length, nodeTimeout, fleet, plan),
      forEach({
        id: 'nodes',
        title: 'Drain and terminate each node of the batch',
        item: node,
        items: async () => nodes,
        key: ({ id }) => id,
        example: { id: 'i-0123456789abcdef0', zone: 'us-east-1a' },
        steps: ({ id }) => [
          takeOut(id, fleet),
          drained(id, drainTime, fleet),
          terminate(id, fleet, launchNewVersion),
        ],
      }),
      whenWholeAgain(
        'replaced',
        'The replacements serve and the old nodes are gone',
        nodes.map(({ id }) => id),
        nodeTimeout,
        fleet,
        versionOf,
      ),
      ...(isCanary ? [canaryStaysHealthy({ canary: nodes.length, bakeTime }, fleet, versionOf)] : []),
    ],
  });

  const capacityAsBefore = change({
    id: 'capacity-as-before',
    title: 'Put the desired capacity back to what it was',
    uses: [describeGroup, setDesiredCapacity],
    returns: z.object({ desired: z.int() }),
    async findApplied({ aws, outputOf }) {
      const { group, desired } = outputOf(fleet);
      const now = (await describeGroup(aws, group))?.DesiredCapacity ?? desired;
      // More than this run added is a scaling policy's: it knows why, and takes it back by itself.
      const isOurs = now > desired && now <= desired + outputOf(plan).surge;
      return isOurs ? undefined : { desired: now };
    },
    async apply({ aws, outputOf }) {
      const { group, desired } = outputOf(fleet);
      await setDesiredCapacity(aws, group, desired);
      return { desired };
    },
    summary: ({ desired }) => `desired ${desired}`,
    undoneBy: launchNewVersion,
  });

  const onlyAsManyAsBefore = wait({
    id: 'added-nodes-gone',
    title: 'Auto Scaling has taken the added nodes away again, from the zones with most nodes',
    uses: [...fleetReads, ...whyReads],
    every: seconds(15),
    timeout: nodeTimeout,
    async probe(context) {
      const view = await watchFleet(context, context.outputOf(fleet));
      const isShown =
        readsHaveCaughtUp(context, 'capacity as before') ||
        view.desired === context.outputOf(capacityAsBefore).desired;
      if (isShown && view.nodes.length === view.desired) return { ready: true };
      return {
        ready: false,
        because: await whyNotThere(context, view, versionOf(context), context.runStartedAt),
      };
    },
  });

  const zonesBalancedAgain = change({
    id: 'resume-az-rebalance',
    title: 'Put AZRebalance back to what it was',
    uses: [describeGroup, suspendProcesses, resumeProcesses],
    returns: z.object({ group: z.string() }),
    async findApplied({ aws, outputOf }) {
      const { group, suspendedBefore } = outputOf(fleet);
      const isAsBefore = (await isRebalanceSuspended(aws, group)) === suspendedBefore.includes('AZRebalance');
      return isAsBefore ? { group } : undefined;
    },
    async apply({ aws, outputOf }) {
      const { group } = outputOf(fleet);
      await resumeProcesses(aws, group, ['AZRebalance']);
      return { group };
    },
    undo: {
      title: 'Suspend AZRebalance while the nodes go back',
      apply: ({ aws }, { group }) => suspendProcesses(aws, group, ['AZRebalance']),
    },
  });

  return [
    leaveZonesAlone,
    launchNewVersion,
    addNodes,
    nodesAreServing,
    replaceBatches,
    capacityAsBefore,
    onlyAsManyAsBefore,
    zonesBalancedAgain,
  ];
}

async function isRebalanceSuspended(aws: ReadClients, group: string): Promise<boolean> {
  const suspended = (await describeGroup(aws, group))?.SuspendedProcesses ?? [];
  return suspended.some(({ ProcessName }) => ProcessName === 'AZRebalance');
}

function launchFacts(
  context: Pick<ReadContext, 'outputOf'>,
  fleet: StepReference<FleetFacts>,
  newVersion: StepReference<TargetVersion>,
  versionOf: VersionOf,
) {
  const { group, template, desired } = context.outputOf(fleet);
  const { previousVersion } = context.outputOf(newVersion);
  return {
    group,
    templateId: template.id,
    version: versionOf(context),
    setting: template.setting,
    previousVersion,
    desired,
  };
}

function surgeFacts(
  context: Pick<ReadContext, 'outputOf'>,
  fleet: StepReference<FleetFacts>,
  plan: StepReference<Plan>,
) {
  const { group, desired } = context.outputOf(fleet);
  return { group, desired, surge: context.outputOf(plan).surge };
}
