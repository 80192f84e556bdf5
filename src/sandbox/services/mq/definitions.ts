import type { World } from '../../world.ts';
import { hostOf } from './brokers.ts';
import type { Broker } from './state.ts';

const brokerAt = (world: World, host: string): Broker | undefined =>
  world.mq.brokers.find((broker) => hostOf(world, broker) === host);

/** Names of the queues of a broker. https://www.rabbitmq.com/docs/definitions */
export const queuesOf = (world: World, host: string): readonly string[] =>
  brokerAt(world, host)?.queues ?? [];

/** What is there stays; what the definitions name is there afterwards. @returns how many queues they name */
export function importDefinitions(world: World, host: string, base64: string): number {
  const { queues = [] }: { queues?: readonly { name: string }[] } = JSON.parse(
    Buffer.from(base64, 'base64').toString(),
  );
  const broker = brokerAt(world, host);
  if (broker !== undefined)
    broker.queues = [...new Set([...(broker.queues ?? []), ...queues.map(({ name }) => name)])];
  return queues.length;
}
