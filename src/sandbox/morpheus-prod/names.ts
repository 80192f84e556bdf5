/** What the production stack's resources are called: no more than names, so that every part can use them. */

export const account = '111122223333';
export const region = 'us-east-1';
export const name = 'morpheus-prod-app';
export const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
export const subnetIds = ['subnet-0a10c3d2e4f5a6b71', 'subnet-0b21d4e3f5a6b7c82', 'subnet-0c32e5f4a6b7c8d93'];
export const nodeIds = ['i-0a4c1e7d90b3f2581', 'i-0b5d2f8ea1c4036a2', 'i-0c6e3a9fb2d5147b3'];
export const vpc = 'vpc-0d4f6a8b1c2e3f507';
export const templateId = 'lt-0f3b9d2c7e1a48650';
export const healthUrl = 'https://morpheus.example.com/health';

export const images = {
  inUse: 'ami-0a1d2f3b4c5e60711',
  newer: 'ami-0b2e3a4c5d6f71822',
  /** Its application never starts. */
  broken: 'ami-0c3f4b5d6e7a82933',
} as const;

const elb = `arn:aws:elasticloadbalancing:${region}:${account}`;
export const loadBalancerArn = `${elb}:loadbalancer/app/morpheus-prod/50dc6c495c0c9188`;
export const targetGroupArn = `${elb}:targetgroup/${name}/6d0ecf831eec9f09`;
export const groupArn = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:7c4f6d1e-3a52-4b8e-9f10-2d7b8a6c5e41:autoScalingGroupName/${name}`;
export const policyArn = `arn:aws:autoscaling:${region}:${account}:scalingPolicy:c3d1e8f2-6b7a-4c59-8d20-1e9f7a5b4c63:autoScalingGroupName/${name}:policyName/${name}-scale-out`;

export const tag = (Key: string, Value: string) => ({ Key, Value });
export const tags = [
  tag('Name', name),
  tag('Project', 'morpheus'),
  tag('Environment', 'prod'),
  tag('Component', 'app'),
];
