import type { ServiceName } from './clients.ts';

/**
 * The operations that change nothing. Everything that is not on this list counts as a write, so a new function of this
 * folder that only reads adds its operation here. Not every `Describe`, `Get` or `List` belongs here: ec2:GetPasswordData
 * and sts:GetSessionToken hand out credentials.
 */
export const readOperations: Readonly<Record<ServiceName, readonly string[]>> = {
  acm: [],
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
  ec2: ['DescribeImages', 'DescribeLaunchTemplates', 'DescribeLaunchTemplateVersions'],
  efs: ['DescribeFileSystems', 'DescribeMountTargets'],
  'elastic-load-balancing-v2': [
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ],
  iam: [],
  kms: ['DescribeKey'],
  mq: [],
  opensearch: [],
  rds: [
    'DescribeDBClusterSnapshots',
    'DescribeDBClusters',
    'DescribeDBInstances',
    'DescribeEvents',
    'DescribePendingMaintenanceActions',
  ],
  'route-53': [],
  s3: [],
  'secrets-manager': [],
  ssm: ['GetCommandInvocation', 'GetParameter', 'GetParametersByPath', 'ListCommands'],
  sts: ['GetCallerIdentity'],
};
