import { seconds } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { LoadBalancingState, TargetGroupState } from '../services/elastic-load-balancing-v2/state.ts';

export const loadBalancer = (blueprint: {
  arn: string;
  name: string;
  host: string;
  created: string;
  vpc: string;
  scheme?: 'internet-facing' | 'internal';
  securityGroup: string;
  zones: readonly string[];
  subnets: readonly string[];
}): LoadBalancingState['loadBalancers'][number] => ({
  LoadBalancerArn: blueprint.arn,
  LoadBalancerName: blueprint.name,
  DNSName: blueprint.host,
  CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
  CreatedTime: new Date(blueprint.created),
  Scheme: blueprint.scheme ?? 'internet-facing',
  State: { Code: 'active' },
  Type: 'application',
  VpcId: blueprint.vpc,
  AvailabilityZones: blueprint.zones.map((ZoneName, index) => ({
    ZoneName,
    SubnetId: blueprint.subnets[index] ?? '',
    LoadBalancerAddresses: [],
  })),
  SecurityGroups: [blueprint.securityGroup],
  IpAddressType: 'ipv4',
});

export const targetGroup = (blueprint: {
  arn: string;
  name: string;
  vpc: string;
  loadBalancer: string;
  nodes: readonly string[];
  launched: Date;
}): TargetGroupState => ({
  targetGroup: {
    TargetGroupArn: blueprint.arn,
    TargetGroupName: blueprint.name,
    Protocol: 'HTTP',
    Port: 8080,
    VpcId: blueprint.vpc,
    HealthCheckEnabled: true,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 2,
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: [blueprint.loadBalancer],
    TargetType: 'instance',
    ProtocolVersion: 'HTTP1',
  },
  attributes: [
    { Key: 'deregistration_delay.timeout_seconds', Value: '60' },
    { Key: 'slow_start.duration_seconds', Value: '0' },
    { Key: 'stickiness.enabled', Value: 'false' },
    { Key: 'load_balancing.algorithm.type', Value: 'round_robin' },
  ],
  targets: blueprint.nodes.map((id) => ({
    id,
    port: 8080,
    registeredAt: later(blueprint.launched, seconds(35)),
  })),
});

/** HTTPS to one target group, with its certificate, and HTTP redirected to it. */
export const listeners = (blueprint: {
  loadBalancer: string;
  targetGroup: string;
  certificate: string;
}): LoadBalancingState['listeners'] => {
  const arn = (suffix: string) =>
    `${blueprint.loadBalancer.replace(':loadbalancer/', ':listener/')}/${suffix}`;
  return [
    {
      ListenerArn: arn('f2f7dc8efc522ab2'),
      LoadBalancerArn: blueprint.loadBalancer,
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      Certificates: [{ CertificateArn: blueprint.certificate }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: blueprint.targetGroup, Order: 1 }],
    },
    {
      ListenerArn: arn('a1e6cb7dfb411991'),
      LoadBalancerArn: blueprint.loadBalancer,
      Port: 80,
      Protocol: 'HTTP',
      Certificates: [],
      DefaultActions: [
        {
          Type: 'redirect',
          Order: 1,
          RedirectConfig: {
            Protocol: 'HTTPS',
            Port: '443',
            Host: '#{host}',
            Path: '/#{path}',
            Query: '#{query}',
            StatusCode: 'HTTP_301',
          },
        },
      ],
    },
  ];
};
