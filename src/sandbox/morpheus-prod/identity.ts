import { callerRole, callerRoleId } from '../services/iam/caller.ts';
import type { ManagedPolicy, PolicyDocument, PolicyStatement, RoleState } from '../services/iam/state.ts';
import type { World } from '../world.ts';
import { backupBuckets } from './buckets.ts';
import { account, name, region, secrets, tag } from './names.ts';

export const roles = {
  operations: `arn:aws:iam::${account}:role/${callerRole}`,
  node: `arn:aws:iam::${account}:role/morpheus-prod-node`,
  backup: `arn:aws:iam::${account}:role/morpheus-backup`,
  rotation: `arn:aws:iam::${account}:role/morpheus-prod-secret-rotation`,
} as const;

const created = new Date('2025-06-11T07:41:09Z');

const document = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

const trustOf = (Principal: Readonly<Record<string, string>>): PolicyDocument =>
  document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });

const serviceTrust = (service: string) => trustOf({ Service: `${service}.amazonaws.com` });

function role(
  Arn: string,
  RoleId: string,
  Description: string,
  trust: PolicyDocument,
  policies: { attached?: string[]; inline?: Record<string, PolicyDocument> },
): RoleState {
  return {
    role: {
      Path: '/',
      RoleName: Arn.slice(Arn.lastIndexOf('/') + 1),
      RoleId,
      Arn,
      CreateDate: created,
      Description,
      MaxSessionDuration: 3600,
      Tags: [tag('Project', 'morpheus')],
    },
    trust,
    attached: policies.attached ?? [],
    inline: policies.inline ?? {},
  };
}

const ownPolicy = (PolicyName: string, PolicyId: string, policy: PolicyDocument): ManagedPolicy =>
  managed(`arn:aws:iam::${account}:policy/${PolicyName}`, PolicyName, PolicyId, policy);

const managed = (
  Arn: string,
  PolicyName: string,
  PolicyId: string,
  policy: PolicyDocument,
): ManagedPolicy => ({
  policy: {
    PolicyName,
    PolicyId,
    Arn,
    Path: '/',
    DefaultVersionId: 'v1',
    CreateDate: created,
    UpdateDate: created,
    Tags: [],
  },
  versions: [{ VersionId: 'v1', CreateDate: created, document: policy }],
});

/** The services of the stack, whole: what a runbook needs is never refused unless a scenario says so. */
const operations = ownPolicy(
  'morpheus-operations',
  'ANPASANDBOXOPERATIONS',
  document(
    {
      Sid: 'OperateTheStack',
      Effect: 'Allow',
      Action: [
        'acm:*',
        'autoscaling:*',
        'backup:*',
        'backup-storage:*',
        'cloudtrail:*',
        'cloudwatch:*',
        'ec2:*',
        'elasticfilesystem:*',
        'elasticloadbalancing:*',
        'es:*',
        'kms:*',
        'logs:*',
        'mq:*',
        'rds:*',
        'route53:*',
        's3:*',
        'secretsmanager:*',
        'servicequotas:*',
        'ssm:*',
        'sts:*',
      ],
      Resource: '*',
    },
    {
      Sid: 'ReadPermissions',
      Effect: 'Allow',
      Action: ['iam:Get*', 'iam:List*', 'iam:Simulate*'],
      Resource: '*',
    },
    {
      Sid: 'PassTheRolesOfTheStack',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: ['morpheus-*', 'cso-*', 'service-role/*'].map(
        (names) => `arn:aws:iam::${account}:role/${names}`,
      ),
    },
  ),
);

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html */
const agent = managed(
  'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  'AmazonSSMManagedInstanceCore',
  'ANPAIXSHM2BNB2D3AXXRU',
  document(
    {
      Effect: 'Allow',
      Action: [
        'ssm:DescribeAssociation',
        'ssm:GetDeployablePatchSnapshotForInstance',
        'ssm:GetDocument',
        'ssm:DescribeDocument',
        'ssm:GetManifest',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListAssociations',
        'ssm:ListInstanceAssociations',
        'ssm:PutInventory',
        'ssm:PutComplianceItems',
        'ssm:PutConfigurePackageResult',
        'ssm:UpdateAssociationStatus',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: [
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ],
      Resource: '*',
    },
  ),
);

const backupPolicy = ownPolicy(
  'morpheus-backup',
  'ANPASANDBOXBACKUPROLE',
  document({
    Sid: 'BackUpAndRestore',
    Effect: 'Allow',
    Action: ['backup:*', 'backup-storage:*', 'rds:*', 'elasticfilesystem:*', 'kms:*', 'tag:GetResources'],
    Resource: '*',
  }),
);

const secretArns = Object.values(secrets).map(({ arn }) => arn);

/** Roles, policies, the nodes' instance profile, and the trail of the whole organisation. */
export function identity(world: World): void {
  world.cloudTrail.trails = [
    {
      Name: 'organization',
      TrailARN: `arn:aws:cloudtrail:${region}:${account}:trail/organization`,
      HomeRegion: region,
      S3BucketName: 'organization-trail-444455556666',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: true,
      IsOrganizationTrail: true,
      LogFileValidationEnabled: true,
      HasCustomEventSelectors: false,
      HasInsightSelectors: false,
    },
  ];
  world.iam = {
    policies: [operations, agent, backupPolicy],
    roles: [
      role(
        roles.operations,
        callerRoleId,
        'Engineers on call',
        trustOf({ AWS: `arn:aws:iam::${account}:root` }),
        { attached: [operations.policy.Arn] },
      ),
      role(roles.node, 'AROASANDBOXNODES00001', 'Nodes of the application', serviceTrust('ec2'), {
        attached: [agent.policy.Arn],
        inline: {
          'read-configuration': document(
            {
              Sid: 'ReadParameters',
              Effect: 'Allow',
              Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
              Resource: `arn:aws:ssm:*:${account}:parameter/morpheus/prod/*`,
            },
            {
              Sid: 'ReadSecrets',
              Effect: 'Allow',
              Action: 'secretsmanager:GetSecretValue',
              Resource: `arn:aws:secretsmanager:*:${account}:secret:morpheus/prod/*`,
            },
            {
              Sid: 'Decrypt',
              Effect: 'Allow',
              Action: 'kms:Decrypt',
              Resource: `arn:aws:kms:*:${account}:key/*`,
              Condition: { StringLike: { 'kms:ViaService': ['secretsmanager.*', 'ssm.*'] } },
            },
          ),
        },
      }),
      role(roles.backup, 'AROASANDBOXBACKUP0001', 'AWS Backup', serviceTrust('backup'), {
        attached: [backupPolicy.policy.Arn],
        inline: {
          'write-backup-buckets': document({
            Effect: 'Allow',
            Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
            Resource: backupBuckets.flatMap((bucket) => [
              `arn:aws:s3:::${bucket}`,
              `arn:aws:s3:::${bucket}/*`,
            ]),
          }),
        },
      }),
      role(roles.rotation, 'AROASANDBOXROTATION01', 'Rotates the secrets', serviceTrust('lambda'), {
        inline: {
          'rotate-secrets': document(
            {
              Effect: 'Allow',
              Action: [
                'secretsmanager:DescribeSecret',
                'secretsmanager:GetSecretValue',
                'secretsmanager:PutSecretValue',
                'secretsmanager:UpdateSecretVersionStage',
              ],
              Resource: secretArns,
            },
            { Effect: 'Allow', Action: 'secretsmanager:GetRandomPassword', Resource: '*' },
          ),
        },
      }),
    ],
    instanceProfiles: [
      {
        Path: '/',
        InstanceProfileName: name,
        InstanceProfileId: 'AIPASANDBOXPROFILE001',
        Arn: `arn:aws:iam::${account}:instance-profile/${name}`,
        CreateDate: created,
        Roles: ['morpheus-prod-node'],
      },
    ],
  };
}
