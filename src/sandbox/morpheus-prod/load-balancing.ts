import { seconds } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { LoadBalancingState } from '../services/elastic-load-balancing-v2/state.ts';
import { loadBalancerArn, name, nodeIds, region, targetGroupArn, vpc } from './names.ts';

/** The load balancer and its target group, all targets registered. */
export const loadBalancing = (launched: Date): LoadBalancingState => ({
  loadBalancers: [
    {
      LoadBalancerArn: loadBalancerArn,
      LoadBalancerName: 'morpheus-prod',
      DNSName: `morpheus-prod-1293847561.${region}.elb.amazonaws.com`,
      CreatedTime: new Date('2025-06-11T07:58:20Z'),
      Scheme: 'internet-facing',
      State: { Code: 'active' },
      Type: 'application',
      VpcId: vpc,
      IpAddressType: 'ipv4',
    },
  ],
  targetGroups: [
    {
      targetGroup: {
        TargetGroupArn: targetGroupArn,
        TargetGroupName: name,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: vpc,
        HealthCheckEnabled: true,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: 'traffic-port',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 10,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 3,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
        LoadBalancerArns: [loadBalancerArn],
        TargetType: 'instance',
        ProtocolVersion: 'HTTP1',
      },
      attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '60' },
        { Key: 'slow_start.duration_seconds', Value: '0' },
        { Key: 'stickiness.enabled', Value: 'false' },
        { Key: 'load_balancing.algorithm.type', Value: 'round_robin' },
      ],
      targets: nodeIds.map((id) => ({ id, port: 8080, registeredAt: later(launched, seconds(35)) })),
    },
  ],
});
