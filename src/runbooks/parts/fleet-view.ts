import type { AutoScalingGroup, LifecycleHook } from '../../aws/auto-scaling.ts';
import type { TargetHealthDescription } from '../../aws/elastic-load-balancing-v2.ts';

/** One node as Auto Scaling and the target group see it at one moment. */
export interface FleetNode {
  readonly id: string;
  readonly zone: string;
  /** Auto Scaling's lifecycle state: `Pending`, `InService`, `Terminating:Wait`, ... */
  readonly lifecycleState: string;
  /** Launch template version that it was launched from; `undefined` for one from another template. */
  readonly version: string | undefined;
  /** `healthy`, `initial`, `unhealthy`, `draining`, ...; `not registered` where the target group does not know it. */
  readonly target: string;
  readonly targetReason: string | undefined;
  readonly protectedFromScaleIn: boolean;
  /** In service, healthy to Auto Scaling and healthy to the load balancer: it serves users. */
  readonly serves: boolean;
}

export interface FleetView {
  readonly group: string;
  readonly desired: number;
  readonly minSize: number;
  readonly maxSize: number;
  /** Launch template version that the group is set to launch: a number, `$Latest` or `$Default`. */
  readonly launches: string;
  readonly nodes: readonly FleetNode[];
}

export function fleetView(
  group: AutoScalingGroup,
  targets: readonly TargetHealthDescription[],
  launchTemplateId: string | undefined = group.LaunchTemplate?.LaunchTemplateId,
): FleetView {
  const targetOf = new Map(targets.map((target) => [target.Target?.Id, target.TargetHealth]));
  return {
    group: group.AutoScalingGroupName ?? '',
    desired: group.DesiredCapacity ?? 0,
    minSize: group.MinSize ?? 0,
    maxSize: group.MaxSize ?? 0,
    launches: group.LaunchTemplate?.Version ?? '',
    nodes: (group.Instances ?? []).map((instance): FleetNode => {
      const target = targetOf.get(instance.InstanceId);
      const lifecycleState = instance.LifecycleState ?? 'unknown';
      return {
        id: instance.InstanceId ?? '',
        zone: instance.AvailabilityZone ?? '',
        lifecycleState,
        version:
          instance.LaunchTemplate?.LaunchTemplateId === launchTemplateId
            ? instance.LaunchTemplate?.Version
            : undefined,
        target: target?.State ?? 'not registered',
        targetReason: target?.Reason,
        protectedFromScaleIn: instance.ProtectedFromScaleIn ?? false,
        serves:
          lifecycleState === 'InService' &&
          instance.HealthStatus?.toLowerCase() === 'healthy' &&
          target?.State === 'healthy',
      };
    }),
  };
}

export const servingNodes = (view: FleetView): readonly FleetNode[] =>
  view.nodes.filter(({ serves }) => serves);

export const isLeaving = ({ lifecycleState }: FleetNode): boolean => lifecycleState.startsWith('Terminat');

/** Nodes per zone, zones in order. */
export function perZone(nodes: readonly { readonly zone: string }[]): ReadonlyMap<string, number> {
  const zones = new Map<string, number>();
  for (const { zone } of [...nodes].sort((a, b) => a.zone.localeCompare(b.zone))) {
    zones.set(zone, (zones.get(zone) ?? 0) + 1);
  }
  return zones;
}

export const zonesText = (zones: ReadonlyMap<string, number>): string =>
  [...zones].map(([zone, count]) => `${zone}: ${count}`).join(', ');

/** What one node is waiting for, in words; `undefined` for a node that serves. */
function stateText(node: FleetNode, hooks: readonly LifecycleHook[]): string | undefined {
  if (node.serves) return undefined;
  if (node.lifecycleState === 'InService') {
    return `${node.id} is in service but ${node.target}${node.targetReason === undefined ? '' : ` (${node.targetReason})`}`;
  }
  const transition = node.lifecycleState.startsWith('Pending') ? 'LAUNCHING' : 'TERMINATING';
  const hook = node.lifecycleState.endsWith(':Wait')
    ? hooks.find(({ LifecycleTransition }) => LifecycleTransition?.endsWith(transition))
    : undefined;
  return `${node.id} is ${node.lifecycleState}${hook === undefined ? '' : `: lifecycle hook ${hook.LifecycleHookName} is not completed`}`;
}

/** How far a replacement is: who serves on which version, and what the others wait for. */
export function progressText(view: FleetView, version: string, hooks: readonly LifecycleHook[]): string {
  const serving = servingNodes(view);
  const onVersion = serving.filter((node) => node.version === version);
  const waiting = view.nodes.map((node) => stateText(node, hooks)).filter((text) => text !== undefined);
  return [
    `${serving.length} of ${view.desired} serve, ${onVersion.length} on version ${version}`,
    ...waiting,
  ].join('; ');
}
