import type { DescribeBrokerResponse, DescribeUserResponse } from '@aws-sdk/client-mq';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { reveal, type SecretValue } from './secret-value.ts';

export type { DescribeBrokerResponse, DescribeUserResponse };

const sdk = () => import('./sdk/mq.ts');

/**
 * The broker of this id, `undefined` where there is none. `BrokerState` is `RUNNING`, `REBOOT_IN_PROGRESS` and so on; what waits for a
 * reboot stands in the members that begin with `Pending`, and in those of users.
 * https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id.html
 */
export const describeBroker = awsFunction(
  ['mq:DescribeBroker'],
  async (aws: ReadClients, broker: string): Promise<DescribeBrokerResponse | undefined> => {
    const { DescribeBrokerCommand } = await sdk();
    return absentWhen(['NotFoundException'], () =>
      aws.send('mq', new DescribeBrokerCommand({ BrokerId: broker })),
    );
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
      aws.send('mq', new DescribeUserCommand({ BrokerId: broker, Username: user })),
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
      'mq',
      new UpdateUserCommand({ BrokerId: broker, Username: user, Password: reveal(password) }),
    );
  },
);

/** AWS answers when the reboot has begun. Only a `RUNNING` broker takes it. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-reboot.html */
export const rebootBroker = awsFunction(
  ['mq:RebootBroker'],
  async (aws: ChangeClients, broker: string): Promise<void> => {
    const { RebootBrokerCommand } = await sdk();
    await aws.send('mq', new RebootBrokerCommand({ BrokerId: broker }));
  },
);
