import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { badRequest, knownBroker, notFound, pageSize } from './refusals.ts';

/**
 * The users of RabbitMQ are neither stored nor shown by the service, and are managed through RabbitMQ's own management API:
 * https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-simple-auth-broker-users.html
 */
function refuseToManage(world: World, id: string | undefined): never {
  knownBroker(world, id);
  throw badRequest('broker-id', 'Managing users is not supported for RabbitMQ brokers.');
}

export const userOperations = {
  ListUsers(world, { BrokerId, MaxResults }) {
    knownBroker(world, BrokerId);
    return { BrokerId, MaxResults: pageSize(MaxResults), Users: [] };
  },

  DescribeUser(world, { BrokerId, Username }) {
    knownBroker(world, BrokerId);
    throw notFound('username', `Can't find requested user [${Username}]. Make sure your user exists.`);
  },

  CreateUser: (world, { BrokerId }) => refuseToManage(world, BrokerId),
  UpdateUser: (world, { BrokerId }) => refuseToManage(world, BrokerId),
  DeleteUser: (world, { BrokerId }) => refuseToManage(world, BrokerId),
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
