/** What the production stack's resources are called: no more than names, so that every part can use them. */

export const account = '111122223333';
export const region = 'us-east-1';
/** Where the stack is rebuilt when its own Region is lost. */
export const recoveryRegion = 'us-west-2';
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
export const loadBalancerHost = `morpheus-prod-1293847561.${region}.elb.amazonaws.com`;
export const targetGroupArn = `${elb}:targetgroup/${name}/6d0ecf831eec9f09`;
export const groupArn = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:7c4f6d1e-3a52-4b8e-9f10-2d7b8a6c5e41:autoScalingGroupName/${name}`;
export const policyArn = `arn:aws:autoscaling:${region}:${account}:scalingPolicy:c3d1e8f2-6b7a-4c59-8d20-1e9f7a5b4c63:autoScalingGroupName/${name}:policyName/${name}-scale-out`;

export const securityGroups = {
  app: 'sg-0e5a7b9c1d2f3e468',
  loadBalancer: 'sg-0f6b8c0d2e3a4f579',
  database: 'sg-0a7c9d1e3f4b5068a',
  files: 'sg-0b8d0e2f4a5c6179b',
  queue: 'sg-0c9e1f3a5b6d728ac',
  search: 'sg-0d0f2a4b6c7e839bd',
  restoreTest: 'sg-0e1a3b5c7d8f94ace',
  restoreTestFiles: 'sg-0f2b4c6d8e9fa5bdf',
} as const;

export const database = {
  cluster: 'morpheus-prod',
  /** Writer and reader, with promotion tiers 1 and 2, in the first and the second zone. */
  instances: ['morpheus-prod-1', 'morpheus-prod-2'],
  host: `morpheus-prod.cluster-c7xk2p9q4r1s.${region}.rds.amazonaws.com`,
  readerHost: `morpheus-prod.cluster-ro-c7xk2p9q4r1s.${region}.rds.amazonaws.com`,
  /** Between the name of an instance and `.rds.amazonaws.com`. */
  hostSuffix: `c7xk2p9q4r1s.${region}`,
  clusterArn: `arn:aws:rds:${region}:${account}:cluster:morpheus-prod`,
  resourceId: 'cluster-7GQ4ZKX2N5M3TCPA6YHJ8LWVRE',
  subnetGroup: 'morpheus-prod',
  parameterGroup: 'morpheus-prod-aurora-mysql8',
  masterUser: 'morpheus_admin',
  applicationUser: 'morpheus_app',
} as const;

const fileSystemId = 'fs-0a7c9e1b3d5f20486';
export const files = {
  id: fileSystemId,
  name: 'morpheus-shared-storage',
  arn: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${fileSystemId}`,
} as const;

const brokerId = 'b-5f2c8a1e-7d34-4b96-9e08-3c6a1f5d2b70';
export const queue = {
  id: brokerId,
  name: 'morpheus-rabbitmq',
  arn: `arn:aws:mq:${region}:${account}:broker:morpheus-rabbitmq:${brokerId}`,
  host: `${brokerId}.mq.${region}.amazonaws.com`,
  user: 'morpheus',
} as const;

/** Of Amazon MQ, in the recovery Region. */
export const recoveryConfigurationId = 'c-8b1d3f5a-0c2e-4a6b-9d17-3e5f7a9b1c2d';

export const search = {
  domain: 'morpheus-logs',
  arn: `arn:aws:es:${region}:${account}:domain/morpheus-logs`,
  host: `vpc-morpheus-logs-k3j2h1g5f4d6s7a8.${region}.es.amazonaws.com`,
  user: 'morpheus',
} as const;

const keyArn = (id: string, where = region) => `arn:aws:kms:${where}:${account}:key/${id}`;
/** One customer managed key per service, as `alias/morpheus-prod-<name>`. */
export const keys = {
  database: keyArn('1f0c2d3e-4a5b-46c7-8d9e-0f1a2b3c4d5e'),
  files: keyArn('2a1d3e4f-5b6c-47d8-9e0f-1a2b3c4d5e6f'),
  secrets: keyArn('3b2e4f5a-6c7d-48e9-af10-2b3c4d5e6f7a'),
  search: keyArn('4c3f5a6b-7d8e-49fa-b021-3c4d5e6f7a8b'),
  queue: keyArn('5d4a6b7c-8e9f-4a0b-8132-4d5e6f7a8b9c'),
  backup: keyArn('6e5b7c8d-9fa0-4b1c-9243-5e6f7a8b9c0d'),
} as const;
export const recoveryKeys = {
  backup: keyArn('7f6c8d9e-a0b1-4c2d-a354-6f7a8b9c0d1e', recoveryRegion),
  database: keyArn('8a7d9eaf-b1c2-4d3e-b465-7a8b9c0d1e2f', recoveryRegion),
  secrets: keyArn('9b8eafb0-c2d3-4e4f-8576-8b9c0d1e2f3a', recoveryRegion),
} as const;

const secretArn = (path: string, suffix: string) =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${path}-${suffix}`;
/** The JSON in each has `username` and `password` beside what its component needs. */
export const secrets = {
  databaseMaster: {
    name: 'morpheus/prod/database/master',
    arn: secretArn('morpheus/prod/database/master', 'aX7kQ2'),
  },
  database: { name: 'morpheus/prod/database/app', arn: secretArn('morpheus/prod/database/app', 'bY8mR3') },
  queue: { name: 'morpheus/prod/queue', arn: secretArn('morpheus/prod/queue', 'cZ9nS4') },
  search: { name: 'morpheus/prod/search', arn: secretArn('morpheus/prod/search', 'dA1pT5') },
} as const;

/** Under what nodes look for parameters when they boot, unless a tag of theirs says where else. */
export const parameterPrefix = { usual: '/morpheus/prod', tag: 'morpheus:parameters' } as const;

/** Names of Parameter Store, which the nodes read when they boot. */
export const parameters = {
  image: '/morpheus/prod/app/ami',
  release: '/morpheus/prod/app/release',
  databaseWriter: '/morpheus/prod/database/writer-endpoint',
  databaseReader: '/morpheus/prod/database/reader-endpoint',
  files: '/morpheus/prod/files/id',
  queue: '/morpheus/prod/queue/endpoint',
  search: '/morpheus/prod/search/endpoint',
} as const;

export const backups = {
  plan: 'morpheus-prod',
  planId: 'c0ffee12-3456-4789-8abc-def012345678',
  /** In both Regions. */
  vault: 'morpheus-prod',
} as const;

export const dns = {
  zoneId: 'Z0A1B2C3D4E5F6G7H8I9J',
  zone: 'example.com',
  name: 'morpheus.example.com',
} as const;

export const certificateArn = `arn:aws:acm:${region}:${account}:certificate/0b1c2d3e-4f5a-46b7-88c9-d0e1f2a3b4c5`;
export const recoveryCertificateArn = `arn:aws:acm:${recoveryRegion}:${account}:certificate/1c2d3e4f-5a6b-47c8-99d0-e1f2a3b4c5d6`;

/** The pilot light in the recovery Region: no nodes, until somebody scales it. */
export const recovery = {
  group: 'morpheus-prod-app-recovery',
  /** Leads to its load balancer, whatever the public name leads to. */
  host: 'recovery.example.com',
  vpc: 'vpc-0e5a7b9c2d3f4a618',
  zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
  subnetIds: ['subnet-0d43f6a5b7c8d9ea4', 'subnet-0e54a7b6c8d9eafb5', 'subnet-0f65b8c7d9eafb0c6'],
  templateId: 'lt-0a4c0e3d8f2b59761',
  image: 'ami-0d4a5c6e7f8b93044',
  loadBalancerArn: `arn:aws:elasticloadbalancing:${recoveryRegion}:${account}:loadbalancer/app/morpheus-prod-recovery/61ed7d5a6d1da299`,
  loadBalancer: 'morpheus-prod-recovery',
  loadBalancerHost: `morpheus-prod-recovery-2304958672.${recoveryRegion}.elb.amazonaws.com`,
  targetGroupArn: `arn:aws:elasticloadbalancing:${recoveryRegion}:${account}:targetgroup/morpheus-prod-app-recovery/7e1fda942ffd0a1a`,
  securityGroups: {
    app: 'sg-0a1b3c5d7e9f01234',
    loadBalancer: 'sg-0b2c4d6e8fa012345',
    database: 'sg-0c3d5e7f90b123456',
    files: 'sg-0d4e6f80a1c234567',
    queue: 'sg-0f607182c3d456789',
    search: 'sg-0071829304e56789a',
    restoreTest: 'sg-0e5f7091b2d345678',
    restoreTestFiles: 'sg-0f6081a2c3e456789',
  },
  subnetGroup: 'morpheus-prod-recovery',
} as const;

export const tag = (Key: string, Value: string) => ({ Key, Value });
export const tags = [
  tag('Name', name),
  tag('Project', 'morpheus'),
  tag('Environment', 'prod'),
  tag('Component', 'app'),
];
