import type { ServiceName } from './clients.ts';

/** How IAM policies, CloudTrail and our records name the services. Their actions have the names of the API's operations, but for those below. */
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
  'service-quotas': 'servicequotas',
  ssm: 'ssm',
  sts: 'sts',
} as const satisfies Record<ServiceName, string>;

/** Operations of S3 whose permission has another name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const permissionOf: Readonly<Record<string, string>> = { 's3:ListObjectsV2': 's3:ListBucket' };

/** What a policy must allow for an operation to be called. */
export function iamActionOf(service: ServiceName, operation: string): string {
  const action = `${iamPrefixOf[service]}:${operation}`;
  return permissionOf[action] ?? action;
}
