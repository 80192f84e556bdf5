import type {
  DomainConfig,
  DomainStatus,
  OpenSearchPartitionInstanceType,
  VolumeType,
} from '@aws-sdk/client-opensearch';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { reveal, type SecretValue } from './secret-value.ts';

export type { DomainConfig, DomainStatus };

const service = 'opensearch';
const sdk = () => import('./sdk/opensearch.ts');

/** The domain of this name, `undefined` where there is none. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomain.html */
export const describeDomain = awsFunction(
  ['es:DescribeDomain'],
  async (aws: ReadClients, domain: string): Promise<DomainStatus | undefined> => {
    const { DescribeDomainCommand } = await sdk();
    const answer = await absentWhen(['ResourceNotFoundException'], () =>
      aws.send(service, new DescribeDomainCommand({ DomainName: domain })),
    );
    return answer?.DomainStatus;
  },
);

/**
 * When an option of the domain was last changed, whichever it was; `undefined` where it says no time.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_OptionStatus.html
 */
export const lastDomainChange = awsFunction(
  ['es:DescribeDomainConfig'],
  async (aws: ReadClients, domain: string): Promise<Date | undefined> => {
    const { DescribeDomainConfigCommand } = await sdk();
    const { DomainConfig } = await aws.send(service, new DescribeDomainConfigCommand({ DomainName: domain }));
    const times = Object.values(DomainConfig ?? {}).flatMap((option: unknown) => updateDate(option) ?? []);
    return times.toSorted((one, other) => one.getTime() - other.getTime()).at(-1);
  },
);

/** Options have a status with a date; what else stands beside them has none. */
function updateDate(option: unknown): Date | undefined {
  const { Status } = (option ?? {}) as { readonly Status?: { readonly UpdateDate?: unknown } };
  return Status?.UpdateDate instanceof Date ? Status.UpdateDate : undefined;
}

/** Engine versions that the Region that is asked offers. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ListVersions.html */
export const domainEngineVersions = awsFunction(
  ['es:ListVersions'],
  async (aws: ReadClients): Promise<string[]> => {
    const { ListVersionsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListVersionsCommand({ NextToken }));
      return { items: page.Versions, next: page.NextToken };
    });
  },
);

/**
 * Makes this user with this password the domain's master user, which sets the password of one who is it already: 8 characters at least, one
 * of each kind. The domain processes it for minutes; the old password works until it is done.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_MasterUserOptions.html
 */
export const setSearchMasterPassword = awsFunction(
  ['es:UpdateDomainConfig'],
  async (
    aws: ChangeClients,
    {
      domain,
      user,
      password,
    }: { readonly domain: string; readonly user: string; readonly password: SecretValue },
  ): Promise<void> => {
    const { UpdateDomainConfigCommand } = await sdk();
    await aws.send(
      service,
      new UpdateDomainConfigCommand({
        DomainName: domain,
        AdvancedSecurityOptions: {
          // A name and a password are for a domain with internal users alone, which this says anew.
          InternalUserDatabaseEnabled: true,
          MasterUserOptions: { MasterUserName: user, MasterUserPassword: reveal(password) },
        },
      }),
    );
  },
);

export interface NewDomain {
  readonly name: string;
  readonly engineVersion: string;
  /** Such as `r6g.large.search`. */
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly zones: number;
  readonly volume: { readonly type: VolumeType; readonly gibibytes: number };
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** AWS's own key without it. */
  readonly key?: string | undefined;
  readonly user: string;
  readonly password: SecretValue;
  readonly accessPolicy: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A domain within the VPC, encrypted at rest and on its ways, with one master user. It is active after 15 to 30 minutes. A name is used
 * once: `ResourceAlreadyExistsException`. The account's first domain in a VPC needs `iam:CreateServiceLinkedRole` as well.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html
 */
export const createDomain = awsFunction(
  ['es:CreateDomain', 'es:AddTags', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  async (aws: ChangeClients, wanted: NewDomain): Promise<void> => {
    const { CreateDomainCommand } = await sdk();
    await aws.send(
      service,
      new CreateDomainCommand({
        DomainName: wanted.name,
        EngineVersion: wanted.engineVersion,
        ClusterConfig: {
          InstanceType: wanted.instanceType as OpenSearchPartitionInstanceType,
          InstanceCount: wanted.instanceCount,
          ZoneAwarenessEnabled: wanted.zones > 1,
          ...(wanted.zones > 1 && { ZoneAwarenessConfig: { AvailabilityZoneCount: wanted.zones } }),
        },
        EBSOptions: {
          EBSEnabled: true,
          VolumeType: wanted.volume.type,
          VolumeSize: wanted.volume.gibibytes,
        },
        VPCOptions: { SubnetIds: [...wanted.subnets], SecurityGroupIds: [...wanted.securityGroups] },
        EncryptionAtRestOptions: {
          Enabled: true,
          ...(wanted.key !== undefined && { KmsKeyId: wanted.key }),
        },
        NodeToNodeEncryptionOptions: { Enabled: true },
        DomainEndpointOptions: { EnforceHTTPS: true },
        AdvancedSecurityOptions: {
          Enabled: true,
          InternalUserDatabaseEnabled: true,
          MasterUserOptions: {
            MasterUserName: wanted.user,
            MasterUserPassword: reveal(wanted.password),
          },
        },
        AccessPolicies: wanted.accessPolicy,
        TagList: Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
  },
);

/** With all that is in it; gone after some minutes. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DeleteDomain.html */
export const deleteDomain = awsFunction(
  ['es:DeleteDomain'],
  async (aws: ChangeClients, domain: string): Promise<void> => {
    const { DeleteDomainCommand } = await sdk();
    await absentWhen(['ResourceNotFoundException'], () =>
      aws.send(service, new DeleteDomainCommand({ DomainName: domain })),
    );
  },
);

/** Tags of a domain by its ARN. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ListTags.html */
export const domainTags = awsFunction(
  ['es:ListTags'],
  async (aws: ReadClients, arn: string): Promise<Readonly<Record<string, string>>> => {
    const { ListTagsCommand } = await sdk();
    const { TagList = [] } = await aws.send(service, new ListTagsCommand({ ARN: arn }));
    return Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
  },
);
