import * as z from 'zod';
import {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  type InstanceRefresh,
  rollbackInstanceRefresh,
  type StartInstanceRefreshType,
  setLaunchTemplate,
  startInstanceRefresh,
} from '../../aws/auto-scaling.ts';
import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { change, type ListEntry, type StepReference, wait } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { refuseOnStopAlarm, stopAlarmReads } from './alarms.ts';
import { canaryStaysHealthy } from './canary.ts';
import { eachNodeIn, type FleetFacts } from './fleet-facts.ts';
import { isLeaving, servingNodes } from './fleet-view.ts';
import { fleetReads, watchFleet, whyNotThere, whyReads } from './fleet-watch.ts';
import {
  canaryPercentage,
  nextUndoTurn,
  refreshText,
  refuseUnlessGoingOn,
} from './instance-refresh-state.ts';
import { actingOnce } from './late-reads.ts';
import type { VersionOf } from './launch-template.ts';
import type { TargetVersion } from './new-version.ts';
import type { Plan, WayBack } from './rolling-plan.ts';

interface RefreshParameters {
  readonly canary: number;
  readonly batch: number;
  readonly bakeTime: Milliseconds;
  readonly nodeTimeout: Milliseconds;
}

/** The refresh goes on by itself after the checkpoint's delay: that must be longer than judging the canary takes. */
const judgingMargin = minutes(2);

const progressSamples = 'refresh percentage';

const startedRefresh = z.object({
  refreshId: z.string(),
  group: z.string(),
  templateId: z.string(),
  version: z.string(),
  previousVersion: z.string(),
  /** What the group launched before. */
  setting: z.string(),
});
type StartedRefresh = z.output<typeof startedRefresh>;

/**
 * Auto Scaling replaces the nodes by itself, with a checkpoint after the canary.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
 */
export function replaceByInstanceRefresh(
  parameters: RefreshParameters,
  fleet: StepReference<FleetFacts>,
  before: StepReference<{ newestRefresh?: string | undefined }>,
  newVersion: StepReference<TargetVersion>,
  plan: StepReference<Plan>,
  wayBack: StepReference<WayBack>,
  versionOf: VersionOf,
): readonly ListEntry[] {
  const { canary, batch, bakeTime, nodeTimeout } = parameters;

  const factsOf = (context: Pick<ReadContext, 'outputOf'>, refreshId: string): StartedRefresh => {
    const { group, template } = context.outputOf(fleet);
    return {
      refreshId,
      group,
      templateId: template.id,
      version: versionOf(context),
      previousVersion: context.outputOf(newVersion).previousVersion,
      setting: template.setting,
    };
  };

  const startRefresh = change({
    id: 'start-refresh',
    title: 'Start an instance refresh to the new version',
    uses: [
      describeInstanceRefreshes,
      startInstanceRefresh,
      rollbackInstanceRefresh,
      cancelInstanceRefresh,
      setLaunchTemplate,
      ...fleetReads,
    ],
    returns: startedRefresh,
    async findApplied(context) {
      const [newest] = await describeInstanceRefreshes(context.aws, context.outputOf(fleet).group);
      const isNew = newest?.InstanceRefreshId !== context.outputOf(before).newestRefresh;
      const goesThere = newest?.DesiredConfiguration?.LaunchTemplate?.Version === versionOf(context);
      return isNew && goesThere && newest?.InstanceRefreshId !== undefined
        ? factsOf(context, newest.InstanceRefreshId)
        : undefined;
    },
    async apply(context) {
      const { group, template, desired } = context.outputOf(fleet);
      const { stop } = context.environment.alarms;
      const refresh = refreshTo(group, template.id, versionOf(context), context.outputOf(plan));
      const refreshId = await startInstanceRefresh(context.aws, {
        ...refresh,
        Preferences: {
          ...refresh.Preferences,
          AutoRollback: context.outputOf(wayBack).byAws,
          BakeTime: inSeconds(bakeTime),
          ...(canary < desired && {
            CheckpointPercentages: [canaryPercentage(canary, desired), 100],
            CheckpointDelay: inSeconds(bakeTime + judgingMargin),
          }),
          ...(stop.length > 0 && { AlarmSpecification: { Alarms: [...stop] } }),
        },
      });
      return factsOf(context, refreshId);
    },
    summary: ({ refreshId, previousVersion, version }) =>
      `refresh ${refreshId}, version ${previousVersion} to ${version}`,
    undo: {
      title: 'Bring every node back to the version before',
      every: seconds(15),
      timeout: eachNodeIn(nodeTimeout, fleet),
      async turn(context, applied) {
        const { group, templateId, previousVersion, setting } = applied;
        const refreshes = await describeInstanceRefreshes(context.aws, group);
        const view = await watchFleet(context, context.outputOf(fleet));
        const nodesAreBack =
          view.nodes.filter((node) => !isLeaving(node)).every(({ version }) => version === previousVersion) &&
          servingNodes(view).length >= view.desired;
        const turn = nextUndoTurn(
          refreshes,
          { ...applied, canRollBack: context.outputOf(wayBack).byAws },
          { launches: view.launches, nodesAreBack },
        );
        if ('fail' in turn) throw undoStuck(turn.fail, group);
        if ('wait' in turn) return { ready: false, because: turn.wait };
        const { once } = actingOnce(context, 'bringing the fleet back');
        switch (turn.do) {
          case 'nothing':
            return { ready: true };
          case 'restore-setting':
            await once(`point the group to ${setting}`, () =>
              setLaunchTemplate(context.aws, group, { id: templateId, version: setting }),
            );
            return { ready: false, because: `the group was pointed to ${setting} again` };
          case 'roll-back':
            await once('roll back', () => rollbackInstanceRefresh(context.aws, group));
            return { ready: false, because: 'Auto Scaling was asked to roll the instance refresh back' };
          case 'cancel':
            await once('cancel', () => cancelInstanceRefresh(context.aws, group));
            return { ready: false, because: 'Auto Scaling was asked to cancel the instance refresh' };
          case 'refresh-back':
            await once('refresh back', () =>
              startInstanceRefresh(
                context.aws,
                refreshTo(group, templateId, previousVersion, context.outputOf(plan)),
              ),
            );
            return {
              ready: false,
              because: `a second instance refresh goes back to version ${previousVersion}`,
            };
          default:
            return turn.do satisfies never;
        }
      },
    },
  });

  const canaryIsReplaced = wait({
    id: 'canary-replaced',
    title: 'The canary serves on the new version',
    uses: [describeInstanceRefreshes, stopAlarmReads, ...fleetReads, ...whyReads],
    every: seconds(15),
    timeout: nodeTimeout * canary,
    hint: 'Undo. A node that was launched says in its logs why it does not serve; if none was, look at the capacity or the launch template',
    async probe(context) {
      const refresh = await ourRefresh(context, context.outputOf(startRefresh));
      if (refresh === undefined) return notListed;
      await refuseOnStopAlarm(context);
      refuseUnlessGoingOn(refresh);
      const version = versionOf(context);
      const view = await watchFleet(context, context.outputOf(fleet));
      const serving = servingNodes(view).filter((node) => node.version === version);
      if (serving.length >= canary) return { ready: true, output: { nodes: serving.map(({ id }) => id) } };
      const why = await whyNotThere(context, view, version, startOf(refresh));
      const { desired } = context.outputOf(fleet);
      if ((refresh.PercentageComplete ?? 0) > canaryPercentage(canary, desired))
        throw canaryWasPassed(refresh, why);
      return { ready: false, because: `${refresh.PercentageComplete ?? 0} %; ${why}` };
    },
    returns: z.object({ nodes: z.array(z.string()) }),
    summary: ({ nodes }) => nodes.join(', '),
  });

  const refreshIsSuccessful = wait({
    id: 'refresh-successful',
    title: 'The instance refresh has replaced every node',
    uses: [describeInstanceRefreshes, stopAlarmReads, ...fleetReads, ...whyReads],
    every: seconds(15),
    timeout: {
      text: `${formatDuration(nodeTimeout)} for each batch, and the bake times`,
      of: ({ outputOf }) =>
        minutes(10) + bakeTime * 2 + nodeTimeout * Math.ceil(outputOf(fleet).desired / batch),
    },
    hint: 'Undo, or complete what it waits for; docs/runbooks/rolling-update.md says how',
    async probe(context) {
      const refresh = await ourRefresh(context, context.outputOf(startRefresh));
      if (refresh === undefined) return notListed;
      await refuseOnStopAlarm(context);
      refuseUnlessGoingOn(refresh);
      const view = await watchFleet(context, context.outputOf(fleet));
      if (refresh.Status === 'Successful') return { ready: true };
      const why = await whyNotThere(context, view, versionOf(context), startOf(refresh));
      context.sample(progressSamples, refresh.PercentageComplete ?? 0);
      const lastProgress = context.samplesOf(progressSamples).at(-1)?.at ?? startOf(refresh);
      const still = context.clock.now().getTime() - lastProgress.getTime();
      if (refresh.Status !== 'Baking' && still > nodeTimeout + bakeTime + judgingMargin) {
        throw refreshIsStuck(refresh, still, why);
      }
      return { ready: false, because: `${refreshText(refresh)}; ${why}` };
    },
  });

  return [
    startRefresh,
    canaryIsReplaced,
    canaryStaysHealthy(parameters, fleet, versionOf),
    refreshIsSuccessful,
  ];
}

const inSeconds = (span: Milliseconds): number => Math.round(span / 1000);

const refreshTo = (
  group: string,
  templateId: string,
  version: string,
  { refresh }: Plan,
): StartInstanceRefreshType => ({
  AutoScalingGroupName: group,
  Strategy: 'Rolling',
  DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: templateId, Version: version } },
  Preferences: {
    MinHealthyPercentage: refresh.minHealthyPercentage,
    MaxHealthyPercentage: refresh.maxHealthyPercentage,
    SkipMatching: true,
    ScaleInProtectedInstances: 'Wait',
    StandbyInstances: 'Wait',
  },
});

/** `undefined` while Auto Scaling does not list it: what was just started may be missing from what is read. */
const ourRefresh = async (
  { aws }: ReadContext,
  { group, refreshId }: StartedRefresh,
): Promise<InstanceRefresh | undefined> =>
  (await describeInstanceRefreshes(aws, group)).find((it) => it.InstanceRefreshId === refreshId);

const notListed = { ready: false, because: 'Auto Scaling does not list the instance refresh yet' } as const;

const startOf = ({ StartTime }: InstanceRefresh): Date => StartTime ?? new Date(0);

const undoStuck = (message: string, group: string): OperatorError =>
  new OperatorError({
    code: 'REFRESH_NOT_OURS',
    message,
    hint: `aws autoscaling describe-instance-refreshes --auto-scaling-group-name ${group} --max-items 3`,
  });

const refreshIsStuck = (
  { InstanceRefreshId }: InstanceRefresh,
  still: Milliseconds,
  why: string,
): OperatorError =>
  new OperatorError({
    code: 'REFRESH_STUCK',
    message: `Instance refresh ${InstanceRefreshId} has made no progress for ${formatDuration(still)}: ${why}`,
    hint: 'Complete what it waits for and retry, or undo; docs/runbooks/rolling-update.md says how',
  });

const canaryWasPassed = (refresh: InstanceRefresh, why: string): OperatorError =>
  new OperatorError({
    code: 'CANARY_PASSED',
    message: `Instance refresh ${refresh.InstanceRefreshId} has gone past the canary, which does not serve (${refreshText(refresh)}): ${why}`,
    hint: 'Undoing brings every node back to the version before',
  });
