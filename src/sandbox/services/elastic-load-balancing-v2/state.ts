import type {
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Known } from '../../known.ts';

export interface Target {
  readonly id: string;
  readonly port: number;
  registeredAt: Date;
  drainingUntil?: Date;
}

export interface TargetGroupState {
  targetGroup: Known<
    TargetGroup,
    | 'TargetGroupArn'
    | 'TargetGroupName'
    | 'Port'
    | 'HealthCheckIntervalSeconds'
    | 'HealthyThresholdCount'
    | 'UnhealthyThresholdCount'
    | 'LoadBalancerArns'
  >;
  attributes: TargetGroupAttribute[];
  targets: Target[];
}

export interface LoadBalancingState {
  loadBalancers: Known<LoadBalancer, 'LoadBalancerArn' | 'LoadBalancerName' | 'DNSName'>[];
  listeners: Known<Listener, 'ListenerArn' | 'LoadBalancerArn' | 'DefaultActions'>[];
  targetGroups: TargetGroupState[];
}

export const emptyLoadBalancing = (): LoadBalancingState => ({
  loadBalancers: [],
  listeners: [],
  targetGroups: [],
});
