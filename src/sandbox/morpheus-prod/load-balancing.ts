import { listeners, loadBalancer, targetGroup } from '../blueprints/load-balancing.ts';
import type { LoadBalancingState } from '../services/elastic-load-balancing-v2/state.ts';
import {
  certificateArn,
  loadBalancerArn,
  loadBalancerHost,
  name,
  nodeIds,
  recovery,
  recoveryCertificateArn,
  securityGroups,
  subnetIds,
  targetGroupArn,
  vpc,
  zones,
} from './names.ts';

/** The load balancer with TLS and its target group, all targets registered. */
export const loadBalancing = (launched: Date): LoadBalancingState => ({
  loadBalancers: [
    loadBalancer({
      arn: loadBalancerArn,
      name: 'morpheus-prod',
      host: loadBalancerHost,
      created: '2025-06-11T07:58:20Z',
      vpc,
      securityGroup: securityGroups.loadBalancer,
      zones,
      subnets: subnetIds,
    }),
  ],
  listeners: listeners({
    loadBalancer: loadBalancerArn,
    targetGroup: targetGroupArn,
    certificate: certificateArn,
  }),
  targetGroups: [
    targetGroup({
      arn: targetGroupArn,
      name,
      vpc,
      loadBalancer: loadBalancerArn,
      nodes: nodeIds,
      launched,
    }),
  ],
});

/** The same in the recovery Region, with nobody behind it. */
export const recoveryLoadBalancing = (): LoadBalancingState => ({
  loadBalancers: [
    loadBalancer({
      arn: recovery.loadBalancerArn,
      name: recovery.loadBalancer,
      host: recovery.loadBalancerHost,
      created: '2025-09-02T10:12:09Z',
      vpc: recovery.vpc,
      securityGroup: recovery.securityGroups.loadBalancer,
      zones: recovery.zones,
      subnets: recovery.subnetIds,
    }),
  ],
  listeners: listeners({
    loadBalancer: recovery.loadBalancerArn,
    targetGroup: recovery.targetGroupArn,
    certificate: recoveryCertificateArn,
  }),
  targetGroups: [
    targetGroup({
      arn: recovery.targetGroupArn,
      name: recovery.group,
      vpc: recovery.vpc,
      loadBalancer: recovery.loadBalancerArn,
      nodes: [],
      launched: new Date('2025-09-02T10:15:38Z'),
    }),
  ],
});
