import type {
  ConfigurationRevision,
  DescribeBrokerResponse,
  DescribeConfigurationResponse,
} from '@aws-sdk/client-mq';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { ConfigurationRevision, DescribeBrokerResponse, DescribeConfigurationResponse };

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
