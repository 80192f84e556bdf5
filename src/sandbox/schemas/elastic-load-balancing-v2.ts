export {
  DeregisterTargets$,
  DescribeLoadBalancers$,
  DescribeTargetGroupAttributes$,
  DescribeTargetGroups$,
  DescribeTargetHealth$,
  HealthUnavailableException$,
  InvalidTargetException$,
  LoadBalancerNotFoundException$,
  RegisterTargets$,
  TargetGroupNotFoundException$,
  TooManyRegistrationsForTargetIdException$,
  TooManyTargetsException$,
} from '@aws-sdk/client-elastic-load-balancing-v2';
