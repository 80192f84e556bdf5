import * as z from 'zod';
import { hours, minutes, seconds } from '../duration.ts';
import type { ReadContext } from '../engine/context.ts';
import { runbook } from '../engine/runbook.ts';
import { approve, wait } from '../engine/step.ts';
import { duration } from '../environment/duration-codec.ts';
import { blockingAlarmsAreOk, otherAlarmsAreReady, successAlarmsAreOk } from './parts/alarms.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import {
  drainTimeIsEnough,
  everyNodeMayBeReplaced,
  fleetIsAsApproved,
  fleetIsSteady,
  loadBalancerCounts,
  nothingElseIsUnderWay,
} from './parts/fleet-checks.ts';
import { fleetExists } from './parts/fleet-facts.ts';
import { perZone, servingNodes, zonesText } from './parts/fleet-view.ts';
import { fleetOf, fleetReads, watchFleet, whyNotThere, whyReads } from './parts/fleet-watch.ts';
import { replaceByInstanceRefresh } from './parts/instance-refresh.ts';
import { makeVersion } from './parts/launch-template.ts';
import { newVersionIsUsable } from './parts/new-version.ts';
import { replaceNodeByNode } from './parts/node-by-node.ts';
import { capacityHolds, planText, wayBackIsKnown } from './parts/rolling-plan.ts';
import { serviceMeasures } from './parts/service-measures.ts';

const parameters = z
  .strictObject({
    fleet: z
      .string()
      .optional()
      .describe('Fleet to update, as named in runbook.yaml; not needed where there is only one'),
    ami: z
      .string()
      .regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'expected an image id such as ami-0123456789abcdef0')
      .optional()
      .describe('Image to update to: makes a launch template version like the one in use, with this image'),
    launchTemplateVersion: z
      .string()
      .regex(/^[1-9]\d*$/, 'expected the number of a launch template version, such as 4')
      .optional()
      .describe('Launch template version to update to; the newest, where neither this nor --ami is given'),
    strategy: z
      .enum(['instance-refresh', 'node-by-node'])
      .default('instance-refresh')
      .describe(
        'instance-refresh: Auto Scaling replaces the nodes; node-by-node: this tool does, looking at each',
      ),
    canary: z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe('Nodes that go first and are judged before the others follow'),
    batch: z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe('Nodes replaced at once after the canary'),
    bakeTime: duration
      .refine(
        (span) => span <= hours(47),
        'expected at most 47h: AWS waits at a checkpoint for 48 hours at most',
      )
      .default(minutes(5))
      .describe('How long the canary, and with an instance refresh the whole fleet, must stay healthy'),
    minHealthy: z.coerce
      .number()
      .int()
      .min(0)
      .max(100)
      .default(100)
      .describe('Percent of the desired capacity that must stay healthy'),
    drainTime: duration
      .default(minutes(6))
      .describe('How long a node may take to answer its last requests (node-by-node)'),
    nodeTimeout: duration.default(minutes(15)).describe('How long one node may take to be replaced'),
  })
  .refine(({ ami, launchTemplateVersion }) => ami === undefined || launchTemplateVersion === undefined, {
    message: 'give --ami or --launch-template-version, not both',
    path: ['ami'],
  });

export const rollingUpdate = runbook({
  id: 'rolling-update',
  title: 'Rolling update of app nodes',
  whenToUse:
    'The nodes of a fleet must run a new launch template version (a new image, a security patch, a new configuration) without the service noticing',
  parameters,
  forms: [
    { title: 'By instance refresh (`--strategy instance-refresh`, the default)', parameters: {} },
    {
      title: 'Node by node, to a new image (`--strategy node-by-node --ami ami-...`)',
      parameters: { strategy: 'node-by-node', ami: 'ami-0123456789abcdef0' },
    },
  ],
  safeToUndo: true,

  validate({ fleet }, environment) {
    fleetOf(environment, fleet);
  },

  steps(chosen) {
    const isRefresh = chosen.strategy === 'instance-refresh';
    const fleet = fleetExists(chosen.fleet);
    const nothingUnderWay = nothingElseIsUnderWay(chosen.strategy, fleet);
    const newVersion = newVersionIsUsable(chosen, fleet);
    const capacity = capacityHolds(chosen, fleet);
    const wayBack = wayBackIsKnown(chosen.strategy, fleet, newVersion);
    const madeVersion = chosen.ami === undefined ? undefined : makeVersion(chosen.ami, fleet);
    const versionOf = ({ outputOf }: Pick<ReadContext, 'outputOf'>): string =>
      (madeVersion === undefined ? outputOf(newVersion).version : outputOf(madeVersion).version) ?? '';

    return [
      callerIsInTheEnvironment,
      fleet,
      everyNodeMayBeReplaced(fleet),
      fleetIsSteady(fleet),
      nothingUnderWay,
      isRefresh ? loadBalancerCounts(fleet) : drainTimeIsEnough(chosen.drainTime, fleet),
      newVersion,
      blockingAlarmsAreOk,
      otherAlarmsAreReady,
      capacity,
      wayBack,

      approve({
        id: 'approval',
        title: 'Replace every node of the fleet?',
        ask({ outputOf, environment }) {
          const { group, desired, template, nodes } = outputOf(fleet);
          const { version, imageId, previousVersion, fromImageId } = outputOf(newVersion);
          const { stop } = outputOf(otherAlarmsAreReady);
          return {
            question: `Replace the ${desired} nodes of ${group} in ${environment.name}?`,
            evidence: [
              { label: 'Now', value: `${template.name} version ${previousVersion}, image ${fromImageId}` },
              {
                label: 'Then',
                value: `${version === undefined ? 'a new version' : `version ${version}`}, image ${imageId}`,
              },
              {
                label: 'How',
                value: `${chosen.strategy}, canary of ${chosen.canary}, then ${chosen.batch} at a time`,
              },
              { label: 'Nodes', value: zonesText(perZone(nodes)) },
              { label: 'Capacity', value: planText(outputOf(capacity)) },
              { label: 'Stop alarms', value: stop.join(', ') || 'none: nothing but this tool watches' },
              { label: 'Way back', value: outputOf(wayBack).text },
            ],
          };
        },
      }),

      fleetIsAsApproved(fleet),
      ...(madeVersion === undefined ? [] : [madeVersion]),
      ...(isRefresh
        ? replaceByInstanceRefresh(chosen, fleet, nothingUnderWay, newVersion, capacity, wayBack, versionOf)
        : replaceNodeByNode(chosen, fleet, newVersion, capacity, versionOf)),

      wait({
        id: 'fleet-updated',
        title: 'Every node is on the new version, healthy, spread over zones as before',
        uses: [...fleetReads, ...whyReads],
        every: seconds(15),
        timeout: chosen.nodeTimeout,
        returns: z.object({ nodes: z.array(z.string()), zones: z.string() }),
        async probe(context) {
          const version = versionOf(context);
          const view = await watchFleet(context, context.outputOf(fleet));
          const updated = servingNodes(view).filter((node) => node.version === version);
          const zones = perZone(updated);
          const zonesNeeded = Math.min(2, perZone(context.outputOf(fleet).nodes).size);
          if (
            updated.length === view.desired &&
            view.nodes.length === view.desired &&
            zones.size >= zonesNeeded
          ) {
            return { ready: true, output: { nodes: updated.map(({ id }) => id), zones: zonesText(zones) } };
          }
          return { ready: false, because: await whyNotThere(context, view, version, context.runStartedAt) };
        },
        summary: ({ nodes, zones }) => `${nodes.length} nodes; ${zones}`,
      }),
      successAlarmsAreOk,
      ...serviceMeasures(fleet, capacity),
    ];
  },
});
