import type { ServiceName } from './clients.ts';

/** How IAM policies, CloudTrail and our records name the services. Their actions have the names of the API's operations. */
export const iamPrefixOf = {
  'auto-scaling': 'autoscaling',
  cloudwatch: 'cloudwatch',
  ec2: 'ec2',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  ssm: 'ssm',
  sts: 'sts',
} as const satisfies Record<ServiceName, string>;
