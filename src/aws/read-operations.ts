import type { ServiceName } from './clients.ts';

/**
 * The operations that change nothing. Everything that is not on this list counts as a write, so a new function of this
 * folder that only reads adds its operation here. Not every `Describe`, `Get` or `List` belongs here: ec2:GetPasswordData
 * and sts:GetSessionToken hand out credentials.
 */
export const readOperations: Readonly<Record<ServiceName, readonly string[]>> = {
  acm: ['DescribeCertificate'],
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
  ],
  efs: ['DescribeFileSystems'],
  'elastic-load-balancing-v2': [
    'DescribeListeners',
    'DescribeLoadBalancers',
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ],
  iam: ['GetRole', 'SimulatePrincipalPolicy'],
  kms: ['DescribeKey'],
  mq: ['DescribeBrokerInstanceOptions', 'ListBrokers'],
  opensearch: ['DescribeDomain', 'ListVersions'],
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
  'route-53': ['GetHealthCheck', 'GetHealthCheckStatus', 'ListResourceRecordSets'],
  s3: ['ListObjectsV2'],
  'secrets-manager': ['DescribeSecret'],
  'service-quotas': ['GetServiceQuota'],
  ssm: ['GetCommandInvocation', 'GetParameter', 'GetParametersByPath', 'ListCommands'],
  sts: ['GetCallerIdentity'],
};
