import type { Service } from '../service.ts';
import { autoScaling } from './auto-scaling/index.ts';
import { cloudwatch } from './cloudwatch/index.ts';
import { ec2 } from './ec2/index.ts';
import { elasticLoadBalancingV2 } from './elastic-load-balancing-v2/index.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

export const services: readonly Service[] = [autoScaling, cloudwatch, ec2, elasticLoadBalancingV2, ssm, sts];
