import type { Service } from '../service.ts';
import { acm } from './acm/index.ts';
import { autoScaling } from './auto-scaling/index.ts';
import { backup } from './backup/index.ts';
import { cloudTrail } from './cloudtrail/index.ts';
import { cloudwatch } from './cloudwatch/index.ts';
import { cloudwatchLogs } from './cloudwatch-logs/index.ts';
import { ec2 } from './ec2/index.ts';
import { efs } from './efs/index.ts';
import { elasticLoadBalancingV2 } from './elastic-load-balancing-v2/index.ts';
import { iam } from './iam/index.ts';
import { kms } from './kms/index.ts';
import { mq } from './mq/index.ts';
import { openSearch } from './opensearch/index.ts';
import { rds } from './rds/index.ts';
import { route53 } from './route-53/index.ts';
import { s3 } from './s3/index.ts';
import { secretsManager } from './secrets-manager/index.ts';
import { serviceQuotas } from './service-quotas/index.ts';
import { ssm } from './ssm/index.ts';
import { sts } from './sts.ts';

export const services: readonly Service[] = [
  acm,
  autoScaling,
  backup,
  cloudTrail,
  cloudwatch,
  cloudwatchLogs,
  ec2,
  efs,
  elasticLoadBalancingV2,
  iam,
  kms,
  mq,
  openSearch,
  rds,
  route53,
  s3,
  secretsManager,
  serviceQuotas,
  ssm,
  sts,
];
