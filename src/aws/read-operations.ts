import type { ServiceName } from './clients.ts';

/**
 * The operations that change nothing. Everything that is not on this list counts as a write, so a new function of this
 * folder that only reads adds its operation here. Not every `Describe`, `Get` or `List` belongs here: ec2:GetPasswordData
 * and sts:GetSessionToken hand out credentials. Those of ours that do are on the list below.
 */
export const readOperations: Readonly<Record<ServiceName, readonly string[]>> = {
  acm: ['DescribeCertificate', 'ListCertificates'],
  'auto-scaling': [
    'DescribeAutoScalingGroups',
    'DescribeInstanceRefreshes',
    'DescribeLifecycleHooks',
    'DescribeScalingActivities',
  ],
  backup: [
    'DescribeBackupVault',
    'DescribeRecoveryPoint',
    'DescribeRestoreJob',
    'GetBackupPlan',
    'GetBackupSelection',
    'GetRecoveryPointRestoreMetadata',
    'GetRestoreJobMetadata',
    'GetRestoreTestingInferredMetadata',
    'ListBackupJobs',
    'ListBackupPlans',
    'ListBackupSelections',
    'ListCopyJobs',
    'ListRecoveryPointsByBackupVault',
    'ListRestoreJobs',
  ],
  cloudwatch: ['DescribeAlarms', 'GetMetricData'],
  ec2: [
    'DescribeImages',
    'DescribeInstances',
    'DescribeInstanceTypeOfferings',
    'DescribeInstanceTypes',
    'DescribeLaunchTemplates',
    'DescribeLaunchTemplateVersions',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeVolumes',
  ],
  efs: ['DescribeFileSystems', 'DescribeMountTargets'],
  'elastic-load-balancing-v2': [
    'DescribeListeners',
    'DescribeLoadBalancers',
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ],
  iam: ['GetInstanceProfile', 'GetRole', 'SimulatePrincipalPolicy'],
  kms: ['DescribeKey', 'GetKeyRotationStatus', 'ListKeys'],
  mq: [
    'DescribeBroker',
    'DescribeBrokerEngineTypes',
    'DescribeBrokerInstanceOptions',
    'DescribeConfiguration',
    'DescribeConfigurationRevision',
    'DescribeUser',
    'ListBrokers',
    'ListConfigurations',
  ],
  opensearch: ['DescribeDomain', 'DescribeDomainConfig', 'ListTags', 'ListVersions'],
  rds: [
    'DescribeAccountAttributes',
    'DescribeDBClusterParameterGroups',
    'DescribeDBClusterSnapshots',
    'DescribeDBClusters',
    'DescribeDBInstances',
    'DescribeDBSubnetGroups',
    'DescribeEvents',
    'DescribeOrderableDBInstanceOptions',
    'DescribePendingMaintenanceActions',
  ],
  'route-53': [
    'GetChange',
    'GetHealthCheck',
    'GetHealthCheckStatus',
    'ListResourceRecordSets',
    'TestDNSAnswer',
  ],
  s3: ['GetBucketEncryption', 'GetBucketLocation', 'GetBucketVersioning', 'HeadObject', 'ListObjectsV2'],
  'secrets-manager': ['DescribeSecret', 'ListSecretVersionIds'],
  'service-quotas': ['GetServiceQuota'],
  ssm: [
    'DescribeInstanceInformation',
    'GetCommandInvocation',
    'GetParameter',
    'GetParametersByPath',
    'ListCommands',
  ],
  sts: ['GetCallerIdentity'],
};

/**
 * The operations that change nothing and hand out a secret. They are let through where a change is made or undone, under the approval that
 * covers it: never to a check or a wait, and never in a rehearsal, which has no use for a secret. A record does not call them writes.
 */
export const secretOperations: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  'secrets-manager': ['GetRandomPassword', 'GetSecretValue'],
};
