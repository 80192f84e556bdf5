import { ownMember } from '../../own-member.ts';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import type { TargetGroupState } from './state.ts';
import { currentTargets, deregister, healthOf, register, targetGroupOf } from './target-health.ts';

function known(world: World, arn: string | undefined): TargetGroupState {
  const found = targetGroupOf(world, arn ?? '');
  if (found === undefined)
    throw new AwsFault('TargetGroupNotFoundException', `Target groups '${arn}' not found`);
  return found;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html */
const numericAttributes: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['deregistration_delay.timeout_seconds', [0, 3600]],
  ['slow_start.duration_seconds', [0, 900]],
]);

const isWithin = (text: string, [least, most]: readonly [least: number, most: number]): boolean =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;

export const loadBalancingOperations = {
  DescribeLoadBalancers(world, { LoadBalancerArns, Names, Marker, PageSize }) {
    const all = world.loadBalancing.loadBalancers;
    for (const name of Names ?? [])
      if (!all.some(({ LoadBalancerName }) => LoadBalancerName === name))
        throw new AwsFault('LoadBalancerNotFoundException', `Load balancers '[${name}]' not found`);
    for (const arn of LoadBalancerArns ?? [])
      if (!all.some(({ LoadBalancerArn }) => LoadBalancerArn === arn))
        throw new AwsFault('LoadBalancerNotFoundException', `Load balancer '${arn}' not found`);
    const found = all.filter(
      (loadBalancer) =>
        (Names?.includes(loadBalancer.LoadBalancerName) ?? true) &&
        (LoadBalancerArns?.includes(loadBalancer.LoadBalancerArn) ?? true),
    );
    const page = pageOf(found, PageSize ?? 400, Marker, 'ValidationError');
    return { LoadBalancers: page.items, NextMarker: page.next };
  },

  DescribeListeners(world, { LoadBalancerArn, ListenerArns, Marker, PageSize }) {
    const { listeners, loadBalancers } = world.loadBalancing;
    for (const arn of ListenerArns ?? [])
      if (!listeners.some(({ ListenerArn }) => ListenerArn === arn))
        throw new AwsFault('ListenerNotFoundException', 'One or more listeners not found');
    if (
      LoadBalancerArn !== undefined &&
      !loadBalancers.some((loadBalancer) => loadBalancer.LoadBalancerArn === LoadBalancerArn)
    )
      throw new AwsFault('LoadBalancerNotFoundException', `Load balancer '${LoadBalancerArn}' not found`);
    const found = listeners.filter(
      (listener) =>
        (LoadBalancerArn === undefined || listener.LoadBalancerArn === LoadBalancerArn) &&
        (ListenerArns?.includes(listener.ListenerArn) ?? true),
    );
    const page = pageOf(found, PageSize ?? 400, Marker, 'ValidationError');
    return { Listeners: page.items, NextMarker: page.next };
  },

  ModifyTargetGroupAttributes(world, { TargetGroupArn, Attributes = [] }) {
    const group = known(world, TargetGroupArn);
    if (Attributes.some(({ Key }) => Key === undefined))
      throw new AwsFault('ValidationError', 'Target group attribute key must be specified');
    const unknown = Attributes.find(
      ({ Key }) => !group.attributes.some((attribute) => attribute.Key === Key),
    );
    if (unknown !== undefined)
      throw new AwsFault(
        'InvalidConfigurationRequestException',
        `Target group attribute key '${unknown.Key}' is not recognized`,
      );
    for (const { Key = '', Value = '' } of Attributes) {
      const range = numericAttributes.get(Key);
      if (range !== undefined && !isWithin(Value, range))
        throw new AwsFault(
          'ValidationError',
          `Target group attribute '${Key}' must be a whole number between ${range[0]} and ${range[1]} inclusive`,
        );
    }
    for (const attribute of group.attributes) {
      const wanted = Attributes.find(({ Key }) => Key === attribute.Key)?.Value;
      if (wanted !== undefined) attribute.Value = wanted;
    }
    return { Attributes: group.attributes };
  },

  DescribeTargetGroups(world, { TargetGroupArns, Names, LoadBalancerArn, Marker, PageSize }) {
    const all = world.loadBalancing.targetGroups.map(({ targetGroup }) => targetGroup);
    for (const name of Names ?? [])
      if (!all.some(({ TargetGroupName }) => TargetGroupName === name))
        throw new AwsFault('TargetGroupNotFoundException', 'One or more target groups not found');
    for (const arn of TargetGroupArns ?? []) known(world, arn);
    const found = all.filter(
      (group) =>
        (Names?.includes(group.TargetGroupName) ?? true) &&
        (TargetGroupArns?.includes(group.TargetGroupArn) ?? true) &&
        (LoadBalancerArn === undefined || group.LoadBalancerArns.includes(LoadBalancerArn)),
    );
    const page = pageOf(found, PageSize ?? 400, Marker, 'ValidationError');
    return { TargetGroups: page.items, NextMarker: page.next };
  },

  DescribeTargetGroupAttributes: (world, { TargetGroupArn }) => ({
    Attributes: known(world, TargetGroupArn).attributes,
  }),

  DescribeTargetHealth(world, { TargetGroupArn, Targets }) {
    const group = known(world, TargetGroupArn);
    const targets = currentTargets(world, group);
    const wanted = Targets?.map(({ Id }) => Id ?? '') ?? targets.map(({ id }) => id);
    return {
      TargetHealthDescriptions: wanted.map((id) => {
        const target = targets.find((candidate) => candidate.id === id);
        return {
          Target: { Id: id, Port: group.targetGroup.Port },
          HealthCheckPort: String(group.targetGroup.Port),
          TargetHealth:
            target === undefined
              ? {
                  State: 'unused',
                  Reason: 'Target.NotRegistered',
                  Description: 'Target is not registered to the target group',
                }
              : healthOf(world, group, target),
        };
      }),
    };
  },

  RegisterTargets(world, { TargetGroupArn, Targets = [] }) {
    const group = known(world, TargetGroupArn);
    const idle = Targets.map(({ Id }) => Id ?? '').filter(
      (id) => ownMember(world.ec2.nodes, id)?.instance.State.Name !== 'running',
    );
    if (idle.length > 0)
      throw new AwsFault(
        'InvalidTargetException',
        `The following targets are not in a running state and cannot be registered: '${idle.join("', '")}'`,
      );
    for (const { Id } of Targets) register(world, group, Id ?? '');
    return {};
  },

  DeregisterTargets(world, { TargetGroupArn, Targets = [] }) {
    const group = known(world, TargetGroupArn);
    for (const { Id } of Targets) deregister(world, group, Id ?? '');
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>;

export const elasticLoadBalancingV2: Service = {
  name: 'elastic-load-balancing-v2',
  operations: loadBalancingOperations,
};
