import { createHash } from 'node:crypto';
import type { Event, Resource } from '@aws-sdk/client-cloudtrail';
import type { World } from '../../world.ts';
import { callerAccessKey, callerArn, callerRole, callerRoleId, callerSession } from '../iam/caller.ts';
import { eventSource } from './event-source.ts';
import type { RecordedCall } from './state.ts';

/** Types of resources, by the member that names one. */
const resourceTypes: Readonly<Record<string, string>> = {
  autoScalingGroupName: 'AWS::AutoScaling::AutoScalingGroup',
  backupVaultName: 'AWS::Backup::BackupVault',
  brokerId: 'AWS::AmazonMQ::Broker',
  bucketName: 'AWS::S3::Bucket',
  dBClusterIdentifier: 'AWS::RDS::DBCluster',
  dBClusterSnapshotIdentifier: 'AWS::RDS::DBClusterSnapshot',
  dBInstanceIdentifier: 'AWS::RDS::DBInstance',
  domainName: 'AWS::OpenSearchService::Domain',
  fileSystemId: 'AWS::EFS::FileSystem',
  hostedZoneId: 'AWS::Route53::HostedZone',
  instanceId: 'AWS::EC2::Instance',
  keyId: 'AWS::KMS::Key',
  launchTemplateId: 'AWS::EC2::LaunchTemplate',
  launchTemplateName: 'AWS::EC2::LaunchTemplate',
  recoveryPointArn: 'AWS::Backup::RecoveryPoint',
  roleArn: 'AWS::IAM::Role',
  roleName: 'AWS::IAM::Role',
  secretId: 'AWS::SecretsManager::Secret',
  targetGroupArn: 'AWS::ElasticLoadBalancingV2::TargetGroup',
};

const resourcesOf = ({ parameters = {} }: RecordedCall): Resource[] =>
  Object.entries(parameters).flatMap(([member, ResourceName]) => {
    const ResourceType = resourceTypes[member];
    return ResourceType === undefined || typeof ResourceName !== 'string'
      ? []
      : [{ ResourceType, ResourceName }];
  });

/** Follows from the request's id, so that nothing has to be kept for it. */
function eventIdOf({ requestId }: RecordedCall): string {
  const digits = createHash('sha256').update(`event of ${requestId}`).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

/** As in log files: without milliseconds. */
const stamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** Addresses set aside for documentation: https://www.rfc-editor.org/rfc/rfc5737 */
const callersAddress = '203.0.113.24';

/** An event as `LookupEvents` answers it. Its text: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export function eventOf(world: World, call: RecordedCall, readOnly: boolean): Event {
  const session = call.session ?? callerSession;
  const eventID = eventIdOf(call);
  const source = eventSource(call.service);
  const record = {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `${callerRoleId}:${session}`,
      arn: callerArn(world).replace(/[^/]+$/, session),
      accountId: world.account,
      accessKeyId: callerAccessKey,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: callerRoleId,
          arn: `arn:aws:iam::${world.account}:role/${callerRole}`,
          accountId: world.account,
          userName: callerRole,
        },
        attributes: {
          creationDate: `${call.at.toISOString().slice(0, 13)}:00:00Z`,
          mfaAuthenticated: 'true',
        },
      },
    },
    eventTime: stamp(call.at),
    eventSource: source,
    eventName: call.operation,
    awsRegion: call.region,
    sourceIPAddress: callersAddress,
    userAgent: call.userAgent ?? 'aws-sdk',
    ...(call.error && { errorCode: call.error.code, errorMessage: call.error.message }),
    requestParameters: call.parameters ?? null,
    responseElements: null,
    requestID: call.requestId,
    eventID,
    readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: world.account,
    eventCategory: 'Management',
  };
  return {
    EventId: eventID,
    EventName: call.operation,
    ReadOnly: String(readOnly),
    AccessKeyId: callerAccessKey,
    EventTime: new Date(stamp(call.at)),
    EventSource: source,
    Username: session,
    Resources: resourcesOf(call),
    CloudTrailEvent: JSON.stringify(record),
  };
}
