import type {
  ConfigurationRevision,
  DescribeBrokerResponse,
  DescribeConfigurationResponse,
  DescribeUserResponse,
} from '@aws-sdk/client-mq';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { reveal, type SecretValue } from './secret-value.ts';
import { present } from './unreadable-answer.ts';

export type {
  ConfigurationRevision,
  DescribeBrokerResponse,
  DescribeConfigurationResponse,
  DescribeUserResponse,
};

const service = 'mq';
const sdk = () => import('./sdk/mq.ts');

/**
 * The broker of this id, `undefined` where there is none. What is to take effect with its next reboot is pending:
 * `PendingEngineVersion`, `Configurations.Pending`.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id.html
 */
export const describeBroker = awsFunction(
  ['mq:DescribeBroker'],
  async (aws: ReadClients, broker: string): Promise<DescribeBrokerResponse | undefined> => {
    const { DescribeBrokerCommand } = await sdk();
    return absentWhen(['NotFoundException'], () =>
      aws.send(service, new DescribeBrokerCommand({ BrokerId: broker })),
    );
  },
);

/** `undefined` where there is none. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/configurations-configuration-id.html */
export const describeConfiguration = awsFunction(
  ['mq:DescribeConfiguration'],
  async (aws: ReadClients, id: string): Promise<DescribeConfigurationResponse | undefined> => {
    const { DescribeConfigurationCommand } = await sdk();
    return absentWhen(['NotFoundException'], () =>
      aws.send(service, new DescribeConfigurationCommand({ ConfigurationId: id })),
    );
  },
);

/**
 * What a revision of a configuration says, in base64.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/configurations-configuration-id-revisions-configuration-revision.html
 */
export const configurationData = awsFunction(
  ['mq:DescribeConfigurationRevision'],
  async (
    aws: ReadClients,
    { id, revision }: { readonly id: string; readonly revision: number },
  ): Promise<string | undefined> => {
    const { DescribeConfigurationRevisionCommand } = await sdk();
    const answer = await absentWhen(['NotFoundException'], () =>
      aws.send(
        service,
        new DescribeConfigurationRevisionCommand({
          ConfigurationId: id,
          ConfigurationRevision: String(revision),
        }),
      ),
    );
    return answer?.Data;
  },
);

/**
 * The engine versions that a new broker can be made with in the Region that is asked. Those whose support is over are not among them.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/broker-engine-types.html
 */
export const brokerEngineVersions = awsFunction(
  ['mq:DescribeBrokerEngineTypes'],
  async (aws: ReadClients, engine: string): Promise<string[]> => {
    const { DescribeBrokerEngineTypesCommand } = await sdk();
    const types = await collectPages(async (NextToken) => {
      const page = await aws.send(
        service,
        new DescribeBrokerEngineTypesCommand({ EngineType: engine, NextToken }),
      );
      return { items: page.BrokerEngineTypes, next: page.NextToken };
    });
    return types.flatMap(({ EngineVersions = [] }) => EngineVersions.flatMap(({ Name }) => Name ?? []));
  },
);

/**
 * A user of an ActiveMQ broker, `undefined` where there is none. Users of RabbitMQ are never shown.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-users-username.html
 */
export const describeUser = awsFunction(
  ['mq:DescribeUser'],
  async (aws: ReadClients, broker: string, user: string): Promise<DescribeUserResponse | undefined> => {
    const { DescribeUserCommand } = await sdk();
    return absentWhen(['NotFoundException'], () =>
      aws.send(service, new DescribeUserCommand({ BrokerId: broker, Username: user })),
    );
  },
);

/**
 * Sets the password of a user of an ActiveMQ broker: 12 characters at least, 4 different ones, no comma, colon or equals sign. It waits
 * until the broker is rebooted. RabbitMQ brokers refuse.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-users-username.html
 */
export const setBrokerUserPassword = awsFunction(
  ['mq:UpdateUser'],
  async (
    aws: ChangeClients,
    {
      broker,
      user,
      password,
    }: { readonly broker: string; readonly user: string; readonly password: SecretValue },
  ): Promise<void> => {
    const { UpdateUserCommand } = await sdk();
    await aws.send(
      service,
      new UpdateUserCommand({ BrokerId: broker, Username: user, Password: reveal(password) }),
    );
  },
);

/** AWS answers when the reboot has begun. Only a `RUNNING` broker takes it. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-reboot.html */
export const rebootBroker = awsFunction(
  ['mq:RebootBroker'],
  async (aws: ChangeClients, broker: string): Promise<void> => {
    const { RebootBrokerCommand } = await sdk();
    await aws.send(service, new RebootBrokerCommand({ BrokerId: broker }));
  },
);

/** The id of the broker of this name; `undefined` where there is none. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html */
export const brokerNamed = awsFunction(
  ['mq:ListBrokers'],
  async (aws: ReadClients, name: string): Promise<string | undefined> => {
    const { ListBrokersCommand } = await sdk();
    const brokers = await collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListBrokersCommand({ MaxResults: 100, NextToken }));
      return { items: page.BrokerSummaries, next: page.NextToken };
    });
    return brokers.find(({ BrokerName }) => BrokerName === name)?.BrokerId;
  },
);

/** The configuration of this name, and when it was made; `undefined` where there is none. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/configurations.html */
export const configurationNamed = awsFunction(
  ['mq:ListConfigurations'],
  async (
    aws: ReadClients,
    name: string,
  ): Promise<{ readonly id: string; readonly created: Date | undefined } | undefined> => {
    const { ListConfigurationsCommand } = await sdk();
    const all = await collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListConfigurationsCommand({ MaxResults: 100, NextToken }));
      return { items: page.Configurations, next: page.NextToken };
    });
    const { Id: id, Created: created } = all.find(({ Name }) => Name === name) ?? {};
    return id === undefined ? undefined : { id, created };
  },
);

export interface NewBroker {
  readonly name: string;
  readonly engineVersion: string;
  readonly instanceType: string;
  readonly deploymentMode: 'SINGLE_INSTANCE' | 'CLUSTER_MULTI_AZ';
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** AWS's own key without it. */
  readonly key?: string | undefined;
  /** Of the same Region, for the same version. Without it Amazon MQ makes one of its own. */
  readonly configuration?: { readonly id: string; readonly revision: number } | undefined;
  readonly user: string;
  readonly password: SecretValue;
  readonly tags: Readonly<Record<string, string>>;
  /** A second call with the same token makes no second broker. */
  readonly token: string;
}

/**
 * A broker of RabbitMQ with one user, which nobody can reach from outside the VPC. It runs after 15 to 30 minutes. The account's first
 * one needs `iam:CreateServiceLinkedRole` as well, and a key of one's own `kms:CreateGrant` and `kms:DescribeKey`.
 * @returns its id
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html#brokers-http-methods
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmq.html
 */
export const createBroker = awsFunction(
  [
    'mq:CreateBroker',
    'mq:CreateTags',
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:CreateVpcEndpoint',
    'ec2:DescribeInternetGateways',
    'ec2:DescribeNetworkInterfacePermissions',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeRouteTables',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcEndpoints',
    'ec2:DescribeVpcs',
  ],
  async (aws: ChangeClients, wanted: NewBroker): Promise<string> => {
    const { CreateBrokerCommand } = await sdk();
    const { BrokerId } = await aws.send(
      service,
      new CreateBrokerCommand({
        BrokerName: wanted.name,
        EngineType: 'RABBITMQ',
        EngineVersion: wanted.engineVersion,
        HostInstanceType: wanted.instanceType,
        DeploymentMode: wanted.deploymentMode,
        PubliclyAccessible: false,
        // From version 3.13 on AWS takes nothing else.
        AutoMinorVersionUpgrade: true,
        SubnetIds: [...wanted.subnets],
        SecurityGroups: [...wanted.securityGroups],
        ...(wanted.key !== undefined && {
          EncryptionOptions: { KmsKeyId: wanted.key, UseAwsOwnedKey: false },
        }),
        ...(wanted.configuration !== undefined && {
          Configuration: { Id: wanted.configuration.id, Revision: wanted.configuration.revision },
        }),
        Users: [{ Username: wanted.user, Password: reveal(wanted.password) }],
        Tags: { ...wanted.tags },
        CreatorRequestId: wanted.token,
      }),
    );
    return present(BrokerId, 'id of the broker', { aws, action: 'mq:CreateBroker', write: true });
  },
);

/** Refused while it is being made. Gone after some minutes. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id.html */
export const deleteBroker = awsFunction(
  [
    'mq:DeleteBroker',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteNetworkInterfacePermission',
    'ec2:DeleteVpcEndpoints',
    'ec2:DetachNetworkInterface',
  ],
  async (aws: ChangeClients, broker: string): Promise<void> => {
    const { DeleteBrokerCommand } = await sdk();
    await absentWhen(['NotFoundException'], () =>
      aws.send(service, new DeleteBrokerCommand({ BrokerId: broker })),
    );
  },
);

/** One that no broker uses; fine where it is gone. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/configurations-configuration-id.html */
export const deleteBrokerConfiguration = awsFunction(
  ['mq:DeleteConfiguration'],
  async (aws: ChangeClients, id: string): Promise<void> => {
    const { DeleteConfigurationCommand } = await sdk();
    await absentWhen(['NotFoundException'], () =>
      aws.send(service, new DeleteConfigurationCommand({ ConfigurationId: id })),
    );
  },
);
