import type { ChangeType, UserPendingChanges } from '@aws-sdk/client-mq';
import { ownMember, setMember } from '../../own-member.ts';
import { seal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { awaitWindow } from './pending.ts';
import { badRequest, checkPassword, knownBroker, notFound, pageSize } from './refusals.ts';
import type { Broker, BrokerUser } from './state.ts';

/**
 * The users of RabbitMQ are neither stored nor shown by the service, and are managed through RabbitMQ's own management API:
 * https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-simple-auth-broker-users.html
 */
function managed(world: World, id: string | undefined): Broker & { users: Record<string, BrokerUser> } {
  const broker = knownBroker(world, id);
  if (broker.described.EngineType === 'RABBITMQ')
    throw badRequest('broker-id', 'Managing users is not supported for RabbitMQ brokers.');
  broker.users ??= {};
  return Object.assign(broker, { users: broker.users });
}

function knownUser(users: Readonly<Record<string, BrokerUser>>, name = ''): BrokerUser {
  const user = ownMember(users, name);
  if (user === undefined)
    throw notFound('username', `Can't find requested user [${name}]. Make sure your user exists.`);
  return user;
}

interface Wished {
  readonly ConsoleAccess?: boolean | undefined;
  readonly Groups?: string[] | undefined;
  readonly Password?: string | undefined;
}

/** What is asked for a user holds from the next reboot, or maintenance window, on. */
function keep(world: World, broker: Broker, user: BrokerUser, change: ChangeType, wished: Wished): void {
  user.pending = {
    change: user.pending?.change === 'CREATE' && change === 'UPDATE' ? 'CREATE' : change,
    console: wished.ConsoleAccess ?? user.pending?.console ?? user.console,
    groups: wished.Groups ?? user.pending?.groups ?? user.groups,
    ...(user.pending?.password !== undefined && { password: user.pending.password }),
    ...(wished.Password !== undefined && { password: seal(world, wished.Password) }),
  };
  awaitWindow(world, broker);
}

const shownPending = ({ pending }: BrokerUser): { Pending?: UserPendingChanges } =>
  pending === undefined
    ? {}
    : {
        Pending: {
          ConsoleAccess: pending.console,
          Groups: pending.groups,
          PendingChange: pending.change,
        },
      };

/** As lists of users have them. */
export const userSummaries = ({ users = {} }: Broker) =>
  Object.entries(users).map(([Username, { pending }]) => ({
    Username,
    ...(pending !== undefined && { PendingChange: pending.change }),
  }));

export const userOperations = {
  ListUsers(world, { BrokerId, MaxResults, NextToken }) {
    const size = pageSize(MaxResults);
    const page = pageOf(userSummaries(knownBroker(world, BrokerId)), size, NextToken, 'BadRequestException');
    return { BrokerId, MaxResults: size, Users: page.items, NextToken: page.next };
  },

  DescribeUser(world, { BrokerId, Username }) {
    const user = knownUser(knownBroker(world, BrokerId).users ?? {}, Username);
    return {
      BrokerId,
      Username,
      ConsoleAccess: user.console,
      Groups: user.groups,
      ...shownPending(user),
    };
  },

  CreateUser(world, { BrokerId, Username = '', ...wished }) {
    const broker = managed(world, BrokerId);
    if (ownMember(broker.users, Username) !== undefined)
      throw badRequest('username', `User [${Username}] already exists.`);
    checkPassword(wished.Password);
    const user: BrokerUser = { console: false, groups: [] };
    setMember(broker.users, Username, user);
    keep(world, broker, user, 'CREATE', wished);
    return {};
  },

  UpdateUser(world, { BrokerId, Username, ...wished }) {
    const broker = managed(world, BrokerId);
    const user = knownUser(broker.users, Username);
    if (wished.Password !== undefined) checkPassword(wished.Password);
    keep(world, broker, user, 'UPDATE', wished);
    return {};
  },

  DeleteUser(world, { BrokerId, Username }) {
    const broker = managed(world, BrokerId);
    keep(world, broker, knownUser(broker.users, Username), 'DELETE', {});
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
