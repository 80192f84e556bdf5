import type { ServiceName } from './clients.ts';

/** How IAM policies, CloudTrail and our records name the services. Their actions have the names of the API's operations. */
export const iamPrefixOf = {
  acm: 'acm',
  'auto-scaling': 'autoscaling',
  backup: 'backup',
  cloudwatch: 'cloudwatch',
  ec2: 'ec2',
  efs: 'elasticfilesystem',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  iam: 'iam',
  kms: 'kms',
  mq: 'mq',
  opensearch: 'es',
  rds: 'rds',
  'route-53': 'route53',
  s3: 's3',
  'secrets-manager': 'secretsmanager',
  ssm: 'ssm',
  sts: 'sts',
} as const satisfies Record<ServiceName, string>;
