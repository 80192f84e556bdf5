import {
  type Activity,
  describeGroup,
  describeLifecycleHooks,
  describeScalingActivities,
} from '../../aws/auto-scaling.ts';
import { describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Fleet } from '../../environment/fleet.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError, UsageError } from '../../errors.ts';
import { type FleetView, fleetView, isLeaving, progressText, servingNodes } from './fleet-view.ts';

/** What a watched fleet is known by: recorded by a check, so that every later look is at the same group. */
export interface WatchedFleet {
  readonly group: string;
  readonly targetGroupArn: string;
  readonly template: { readonly id: string };
  readonly healthUrl?: string | undefined;
}

export const healthySamples = 'healthy nodes';
export const probeSamples = 'health URL answers';
const probeTimeout = seconds(5);

/** Lists what `watchFleet` calls, for `uses`. */
export const fleetReads = [describeGroup, describeTargetHealth];

/** Looks at the fleet once and journals what users would notice: how many nodes serve, and whether the health URL answers. */
export async function watchFleet(context: ReadContext, fleet: WatchedFleet): Promise<FleetView> {
  const { aws } = context;
  const [group, targets] = await Promise.all([
    describeGroup(aws, fleet.group),
    describeTargetHealth(aws, fleet.targetGroupArn),
  ]);
  if (group === undefined) throw groupIsGone(fleet.group);
  const view = fleetView(group, targets, fleet.template.id);
  context.sample(healthySamples, servingNodes(view).length);
  if (fleet.healthUrl !== undefined) {
    const answer = await context.http.get(fleet.healthUrl, probeTimeout, context.signal);
    context.sample(probeSamples, 'status' in answer ? answer.status : 0);
  }
  return view;
}

export const groupIsGone = (group: string): OperatorError =>
  new OperatorError({
    code: 'GROUP_MISSING',
    message: `Auto Scaling group ${group} does not exist in this account and Region`,
    hint: 'runbook config check, then compare with: aws autoscaling describe-auto-scaling-groups --query "AutoScalingGroups[].AutoScalingGroupName"',
  });

/** Lists what `whyNotThere` calls, for `uses`. */
export const whyReads = [describeLifecycleHooks, describeScalingActivities];

/** Why a replacement is not there yet: nodes, lifecycle hooks, and what Auto Scaling last failed at since `since`. */
export async function whyNotThere(
  { aws }: ReadContext,
  view: FleetView,
  version: string,
  since: Date,
): Promise<string> {
  const hooks = view.nodes.some(({ lifecycleState }) => lifecycleState.endsWith(':Wait'))
    ? await describeLifecycleHooks(aws, view.group)
    : [];
  // Where a node is missing, or nothing is seen to happen, the reason stands in what Auto Scaling tried.
  const isShort = view.nodes.filter((node) => !isLeaving(node)).length < view.desired;
  const failed =
    isShort || view.nodes.every(({ serves }) => serves)
      ? latestFailure(await describeScalingActivities(aws, view.group, { most: 10 }), since)
      : undefined;
  return [progressText(view, version, hooks), ...(failed === undefined ? [] : [failed])].join('; ');
}

/** A failed launch is over once a later one succeeded. */
function latestFailure(activities: readonly Activity[], since: Date): string | undefined {
  const [latest] = activities.filter(
    ({ StatusCode, StartTime }) =>
      (StatusCode === 'Failed' || StatusCode === 'Successful') &&
      StartTime !== undefined &&
      StartTime >= since,
  );
  return latest?.StatusCode === 'Failed'
    ? `Auto Scaling: ${latest.StatusMessage ?? latest.Description}`
    : undefined;
}

/** @throws UsageError where the environment has no such fleet, or several and none was named */
export function fleetOf(
  environment: Environment,
  name: string | undefined,
): Fleet & { readonly name: string } {
  const fleets = Object.entries(environment.components).flatMap(([fleet, component]) =>
    component.type === 'auto-scaling-group' ? [[fleet, component] as const] : [],
  );
  const named =
    name === undefined && fleets.length === 1 ? fleets[0] : fleets.find(([fleet]) => fleet === name);
  if (named !== undefined) return { name: named[0], ...named[1] };
  const known = fleets.map(([fleet]) => fleet).join(', ');
  throw new UsageError({
    code: 'FLEET_UNKNOWN',
    message:
      name === undefined
        ? `Environment ${environment.name} has ${fleets.length} fleets${known === '' ? '' : ` (${known})`}: say which one`
        : `Environment ${environment.name} has no fleet ${name}${known === '' ? '' : `; it has ${known}`}`,
    hint:
      known === ''
        ? 'Add a component of type auto-scaling-group to runbook.yaml'
        : `--fleet ${fleets[0]?.[0]}`,
  });
}
