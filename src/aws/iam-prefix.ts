import type { ServiceName } from './clients.ts';

/** How IAM policies, CloudTrail and our records name the services. */
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

/**
 * S3's permissions are older than many of its operations. Everywhere else an action has the name of its operation.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const otherwiseNamed: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
  s3: {
    GetBucketEncryption: 'GetEncryptionConfiguration',
    HeadBucket: 'ListBucket',
    HeadObject: 'GetObject',
    ListObjectsV2: 'ListBucket',
  },
};

/** The IAM action that an operation needs, such as `autoscaling:StartInstanceRefresh`. */
export const iamActionOf = (service: ServiceName, operation: string): string =>
  `${iamPrefixOf[service]}:${otherwiseNamed[service]?.[operation] ?? operation}`;
