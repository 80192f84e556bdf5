import { seconds } from '../../../duration.ts';
import { later, schedule } from '../../schedule.ts';
import { accountOf, type EventHandlers, elsewhere, type World } from '../../world.ts';
import { currentTargets, healthOf } from '../elastic-load-balancing-v2/target-health.ts';
import { loadBalancerIn } from './domain-name.ts';
import type { HealthCheckState, Route53Event } from './state.ts';

/**
 * Whether every target group behind a load balancer has a healthy target.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
 */
export function targetsHealthy(world: World, loadBalancerHost: string): boolean {
  const named = loadBalancerIn(loadBalancerHost);
  if (named === undefined || !Object.hasOwn(accountOf(world).regions, named.region)) return false;
  const there = elsewhere(world, named.region);
  const found = there.loadBalancing.loadBalancers.find(({ DNSName }) => DNSName === named.host);
  if (found === undefined) return false;
  const groups = there.loadBalancing.targetGroups.filter(({ targetGroup }) =>
    targetGroup.LoadBalancerArns.includes(found.LoadBalancerArn),
  );
  return (
    groups.length > 0 &&
    groups.every((group) =>
      currentTargets(there, group).some((target) => healthOf(there, group, target).State === 'healthy'),
    )
  );
}

export const checkNamed = (world: World, id: string): HealthCheckState | undefined =>
  world.route53.healthChecks.find(({ check }) => check.Id === id);

/** What one check of the endpoint would find now. */
function endpointAnswers(world: World, { check }: HealthCheckState): boolean {
  const { FullyQualifiedDomainName = '' } = check.HealthCheckConfig;
  // Nothing else that the sandbox has can be reached from the internet.
  return loadBalancerIn(FullyQualifiedDomainName) === undefined
    ? true
    : targetsHealthy(world, FullyQualifiedDomainName);
}

function found(world: World, state: HealthCheckState): boolean {
  const { Type, AlarmIdentifier, InsufficientDataHealthStatus, ChildHealthChecks, HealthThreshold } =
    state.check.HealthCheckConfig;
  if (Type === 'CALCULATED') {
    const healthy = (ChildHealthChecks ?? []).filter((id) => isHealthy(world, id));
    return healthy.length >= (HealthThreshold ?? 1);
  }
  if (Type === 'CLOUDWATCH_METRIC') {
    const { alarms } = elsewhere(world, AlarmIdentifier?.Region ?? world.region).cloudWatch;
    const alarm = alarms.find(({ AlarmName }) => AlarmName === AlarmIdentifier?.Name);
    return alarm === undefined || alarm.StateValue === 'INSUFFICIENT_DATA'
      ? InsufficientDataHealthStatus !== 'Unhealthy'
      : alarm.StateValue === 'OK';
  }
  return state.healthy;
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html. A disabled check counts as healthy. */
export function isHealthy(world: World, id: string): boolean {
  const state = checkNamed(world, id);
  if (state === undefined) return true;
  const { Inverted = false, Disabled = false } = state.check.HealthCheckConfig;
  return (Disabled || found(world, state)) !== Inverted;
}

const checksEndpoint = ({ check }: HealthCheckState): boolean =>
  !['CALCULATED', 'CLOUDWATCH_METRIC', 'RECOVERY_CONTROL'].includes(check.HealthCheckConfig.Type);

/** Begins the checks of an endpoint; others follow from what they look at. */
export function beginChecks(world: World, state: HealthCheckState): void {
  if (!checksEndpoint(state)) return;
  const { RequestInterval } = state.check.HealthCheckConfig;
  schedule(world, later(world.now, seconds(RequestInterval)), {
    kind: 'health-check-made',
    check: state.check.Id,
  });
}

/** Whether the last check said otherwise than the state: it changes after as many in a row as the threshold says. */
export const lastCheckPassed = (state: HealthCheckState): boolean => state.healthy !== state.contrary > 0;

export const route53Events: EventHandlers<Route53Event> = {
  'health-check-made'(world, { check }) {
    const state = checkNamed(world, check);
    if (state === undefined) return;
    beginChecks(world, state);
    state.contrary = endpointAnswers(world, state) === state.healthy ? 0 : state.contrary + 1;
    if (state.contrary < state.check.HealthCheckConfig.FailureThreshold) return;
    state.healthy = !state.healthy;
    state.contrary = 0;
  },
};
