import type { BrokerInstance } from '@aws-sdk/client-mq';
import { connectionsCut } from '../../application/hooks.ts';
import { drawBetween } from '../../random.ts';
import { schedule, secondsFrom, unschedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { createBroker } from './creation.ts';
import { badRequest, knownBroker, pageSize } from './refusals.ts';
import type { Broker } from './state.ts';
import { userSummaries } from './users.ts';

/** All nodes of a cluster stand behind one name. */
export const hostOf = (world: World, { described }: Broker): string =>
  `${described.BrokerId}.mq.${world.region}.amazonaws.com`;

function instancesOf(world: World, broker: Broker): BrokerInstance[] {
  const host = hostOf(world, broker);
  return broker.described.BrokerState === 'CREATION_IN_PROGRESS'
    ? []
    : [{ ConsoleURL: `https://${host}`, Endpoints: [`amqps://${host}:5671`] }];
}

export const brokerOperations = {
  ListBrokers(world, { MaxResults, NextToken }) {
    const page = pageOf(world.mq.brokers, pageSize(MaxResults), NextToken, 'BadRequestException');
    return {
      BrokerSummaries: page.items.map(
        ({
          described: {
            BrokerArn,
            BrokerId,
            BrokerName,
            BrokerState,
            Created,
            DeploymentMode,
            EngineType,
            HostInstanceType,
          },
        }) => ({
          BrokerArn,
          BrokerId,
          BrokerName,
          BrokerState,
          Created,
          DeploymentMode,
          EngineType,
          HostInstanceType,
        }),
      ),
      NextToken: page.next,
    };
  },

  DescribeBroker(world, { BrokerId }) {
    const broker = knownBroker(world, BrokerId);
    return {
      ...broker.described,
      BrokerInstances: instancesOf(world, broker),
      Users: userSummaries(broker),
    };
  },

  CreateBroker(world, request) {
    const earlier = world.mq.brokers.find(
      ({ creatorRequestId }) =>
        request.CreatorRequestId !== undefined && creatorRequestId === request.CreatorRequestId,
    );
    const { BrokerArn, BrokerId } = (earlier ?? createBroker(world, request)).described;
    return { BrokerArn, BrokerId };
  },

  DeleteBroker(world, { BrokerId }) {
    const broker = knownBroker(world, BrokerId);
    const { described } = broker;
    if (described.BrokerState === 'DELETION_IN_PROGRESS' || described.BrokerState === 'CREATION_IN_PROGRESS')
      throw badRequest(
        'broker-id',
        `Broker [${BrokerId}] can't be deleted while it is in state [${described.BrokerState}].`,
      );
    described.BrokerState = 'DELETION_IN_PROGRESS';
    unschedule(world, (event) => 'broker' in event && event.broker === BrokerId);
    connectionsCut(world, hostOf(world, broker));
    const [least, most] = world.mq.timings.deletion;
    schedule(world, secondsFrom(world.now, drawBetween(world, least, most)), {
      kind: 'broker-deleted',
      broker: described.BrokerId,
    });
    return { BrokerId };
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
