import type { BrokerInstanceOption, BrokerSummary } from '@aws-sdk/client-mq';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

/* What brokers there are in a Region, and with what a new one could be made. */

export type { BrokerInstanceOption, BrokerSummary };

const sdk = () => import('./sdk/mq.ts');

/** https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html#brokers-http-methods */
export const listBrokers = awsFunction(
  ['mq:ListBrokers'],
  async (aws: ReadClients): Promise<BrokerSummary[]> => {
    const { ListBrokersCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send('mq', new ListBrokersCommand({ NextToken }));
      return { items: page.BrokerSummaries, next: page.NextToken };
    });
  },
);

/**
 * The versions, deployment modes and zones that RabbitMQ on this instance type is offered with; none where it is not.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/broker-instance-options.html
 */
export const brokerOptions = awsFunction(
  ['mq:DescribeBrokerInstanceOptions'],
  async (aws: ReadClients, instanceType: string): Promise<BrokerInstanceOption[]> => {
    const { DescribeBrokerInstanceOptionsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'mq',
        new DescribeBrokerInstanceOptionsCommand({
          EngineType: 'RABBITMQ',
          HostInstanceType: instanceType,
          NextToken,
        }),
      );
      return { items: page.BrokerInstanceOptions, next: page.NextToken };
    });
  },
);
