import * as acm from '@aws-sdk/client-acm';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as backup from '@aws-sdk/client-backup';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as cloudwatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as efs from '@aws-sdk/client-efs';
import * as elasticLoadBalancingV2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as mq from '@aws-sdk/client-mq';
import * as opensearch from '@aws-sdk/client-opensearch';
import * as rds from '@aws-sdk/client-rds';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as serviceQuotas from '@aws-sdk/client-service-quotas';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { HttpHandler } from '@smithy/core/protocols';
import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types';

/** The switch of the SDK itself: https://github.com/aws/aws-sdk-js-v3#nodejs-versions */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export interface ClientOptions {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: HttpHandler;
  readonly maxAttempts?: number;
  readonly protocol?: unknown;
}

export interface Client {
  send(command: object, options?: { abortSignal?: AbortSignal }): Promise<Record<string, unknown>>;
  readonly config: unknown;
}

/** One SDK package, taken generically: its whole module, and the client to call its operations with. */
export interface SdkPackage {
  readonly name: string;
  readonly module: object;
  client(options: ClientOptions): Client;
}

const sdkPackage = (name: string, module: object, Client: new (options: never) => unknown): SdkPackage => ({
  name,
  module,
  client: (options) => new Client(options as never) as Client,
});

export const sdkPackages: readonly SdkPackage[] = [
  sdkPackage('acm', acm, acm.ACMClient),
  sdkPackage('auto-scaling', autoScaling, autoScaling.AutoScalingClient),
  sdkPackage('backup', backup, backup.BackupClient),
  sdkPackage('cloudtrail', cloudtrail, cloudtrail.CloudTrailClient),
  sdkPackage('cloudwatch', cloudwatch, cloudwatch.CloudWatchClient),
  sdkPackage('cloudwatch-logs', cloudwatchLogs, cloudwatchLogs.CloudWatchLogsClient),
  sdkPackage('ec2', ec2, ec2.EC2Client),
  sdkPackage('efs', efs, efs.EFSClient),
  sdkPackage(
    'elastic-load-balancing-v2',
    elasticLoadBalancingV2,
    elasticLoadBalancingV2.ElasticLoadBalancingV2Client,
  ),
  sdkPackage('iam', iam, iam.IAMClient),
  sdkPackage('kms', kms, kms.KMSClient),
  sdkPackage('mq', mq, mq.MqClient),
  sdkPackage('opensearch', opensearch, opensearch.OpenSearchClient),
  sdkPackage('rds', rds, rds.RDSClient),
  sdkPackage('route-53', route53, route53.Route53Client),
  sdkPackage('s3', s3, s3.S3Client),
  sdkPackage('secrets-manager', secretsManager, secretsManager.SecretsManagerClient),
  sdkPackage('service-quotas', serviceQuotas, serviceQuotas.ServiceQuotasClient),
  sdkPackage('ssm', ssm, ssm.SSMClient),
  sdkPackage('sts', sts, sts.STSClient),
];

export const clientDefaults = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'not-a-secret' },
} as const;

export function commandOf(module: object, operation: string, input: unknown): object {
  const Command = Reflect.get(module, `${operation}Command`) as new (input: unknown) => object;
  return new Command(input);
}

export const operationsOf = (module: object): StaticOperationSchema[] =>
  Object.values(module).filter((value) => Array.isArray(value) && value[0] === 9);

/** Without the base exceptions, whose namespace the SDK makes up. */
export const errorsOf = (module: object): StaticErrorSchema[] =>
  Object.values(module).filter(
    (value) => Array.isArray(value) && value[0] === -3 && !value[1].startsWith('smithy.ts.sdk.synthetic'),
  );

/** What the SDK's client itself sends to the service. */
export interface SdkSettings {
  readonly defaultSigningName: string;
  readonly protocol: { getShapeId(): string };
  readonly protocolSettings: {
    readonly version: string;
    readonly xmlNamespace?: string;
    readonly serviceTarget: string;
    readonly awsQueryCompatible?: boolean;
  };
}

export const settingsOf = (client: Client): SdkSettings => client.config as SdkSettings;
