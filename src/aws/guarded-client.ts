import type { AwsCredentialIdentity, MetadataBearer, Pluggable, RequestSigner } from '@smithy/types';
import { seconds } from '../duration.ts';
import type { Grant, SdkCommand, ServiceName } from './clients.ts';
import { type Grants, guardPlugin } from './guard.ts';
import { type CallsUnderWay, retryPlugin, type WireOptions } from './retry.ts';
import type { AwsSessionOptions } from './session.ts';

export interface GuardedClient {
  send<Input extends object, Output extends object>(
    command: SdkCommand<Input, Output>,
    grant: Grant,
  ): Promise<Output>;
}

/** What the clients' classes have in common. */
interface SdkClient {
  readonly middlewareStack: { use(plugin: Pluggable<object, MetadataBearer>): void };
  send(command: never, wire: WireOptions): Promise<unknown>;
}
type SdkClientClass = new (configuration: SdkConfiguration) => SdkClient;

interface SdkConfiguration {
  readonly region: string;
  readonly profile?: string;
  readonly credentials?: AwsCredentialIdentity;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK takes a handler or the options of its own one, each typed for itself
  readonly requestHandler: any;
  readonly customUserAgent: string;
  readonly signer?: RequestSigner;
}

/** Through our own modules: only from a static import of named exports can the bundler drop the rest of a package. */
const clientClassOf: Readonly<Record<ServiceName, () => Promise<SdkClientClass>>> = {
  acm: async () => (await import('./sdk/acm.ts')).ACMClient,
  'auto-scaling': async () => (await import('./sdk/auto-scaling.ts')).AutoScalingClient,
  backup: async () => (await import('./sdk/backup.ts')).BackupClient,
  cloudwatch: async () => (await import('./sdk/cloudwatch.ts')).CloudWatchClient,
  ec2: async () => (await import('./sdk/ec2.ts')).EC2Client,
  efs: async () => (await import('./sdk/efs.ts')).EFSClient,
  'elastic-load-balancing-v2': async () =>
    (await import('./sdk/elastic-load-balancing-v2.ts')).ElasticLoadBalancingV2Client,
  iam: async () => (await import('./sdk/iam.ts')).IAMClient,
  kms: async () => (await import('./sdk/kms.ts')).KMSClient,
  mq: async () => (await import('./sdk/mq.ts')).MqClient,
  opensearch: async () => (await import('./sdk/opensearch.ts')).OpenSearchClient,
  rds: async () => (await import('./sdk/rds.ts')).RDSClient,
  'route-53': async () => (await import('./sdk/route-53.ts')).Route53Client,
  s3: async () => (await import('./sdk/s3.ts')).S3Client,
  'secrets-manager': async () => (await import('./sdk/secrets-manager.ts')).SecretsManagerClient,
  'service-quotas': async () => (await import('./sdk/service-quotas.ts')).ServiceQuotasClient,
  ssm: async () => (await import('./sdk/ssm.ts')).SSMClient,
  sts: async () => (await import('./sdk/sts.ts')).STSClient,
};

/** The SDK waits for ever by default: for a connection, for an answer to begin, and in a silence. */
const patientHandler = {
  connectionTimeout: seconds(10),
  requestTimeout: seconds(60),
  throwOnRequestTimeout: true,
  socketTimeout: seconds(60),
};
/** Longer than each of those, so that it ends only what they cannot. */
const longestAttempt = seconds(90);

const unsigned: RequestSigner = { sign: async (request) => request };

export async function openGuardedClient(
  service: ServiceName,
  region: string,
  options: AwsSessionOptions,
): Promise<GuardedClient> {
  silenceNodeVersionWarning();
  const Client = await clientClassOf[service]();
  const { profile, credentials, requestHandler, clock, random, rehearsal, maxAttempts } = options;
  const isElsewhere = region !== options.region;
  const attemptLimit = requestHandler === undefined ? (options.attemptLimit ?? longestAttempt) : undefined;
  const client = new Client({
    region,
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    // A sandbox in this process believes its callers: signing is a large part of what a call costs there.
    ...(requestHandler !== undefined && { signer: unsigned }),
    requestHandler: requestHandler ?? patientHandler,
    customUserAgent: 'morpheus-runbooks',
  });
  const grants: Grants = new WeakMap();
  const calls: CallsUnderWay = new WeakMap();
  client.middlewareStack.use(
    guardPlugin({ service, region, isElsewhere, profile, rehearsal, clock, grants, calls }),
  );
  client.middlewareStack.use(retryPlugin({ clock, random, calls, maxAttempts, attemptLimit }));
  return {
    send: async <Input extends object, Output extends object>(
      command: SdkCommand<Input, Output>,
      grant: Grant,
    ) => {
      const wire: WireOptions = {};
      grants.set(command, { grant, wire });
      return (await client.send(command as never, wire)) as Output;
    },
  };
}

/**
 * The SDK tells users of Node 20 on stderr that releases after January 2027 will not support it. It reads this switch when
 * the first client is made. https://github.com/aws/aws-sdk-js-v3/issues/7983
 */
function silenceNodeVersionWarning(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
