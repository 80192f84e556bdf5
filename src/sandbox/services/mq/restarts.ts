import { connectionsCut } from '../../application/hooks.ts';
import { inForce } from '../../faults/fault.ts';
import { drawBetween } from '../../random.ts';
import { later, schedule, secondsFrom } from '../../schedule.ts';
import type { EventHandlers, World } from '../../world.ts';
import { writeLog } from '../cloudwatch-logs/write-log.ts';
import type { Operations } from '../operations.ts';
import { hostOf } from './brokers.ts';
import { isPending, takePending } from './pending.ts';
import { badRequest, brokerOf, knownBroker } from './refusals.ts';
import type { Broker, BrokerNode, MqEvent } from './state.ts';

function log(world: World, { described }: Broker, node: BrokerNode, line: string): void {
  const { General, GeneralLogGroup = '' } = described.Logs;
  if (General)
    writeLog(world, GeneralLogGroup, `${node.name}.log`, `${world.now.toISOString()} [info] ${line}`);
}

function nextNode(world: World, broker: string, node: number, from: Date): void {
  const [least, most] = world.mq.timings.beforeNode;
  const at = secondsFrom(from, drawBetween(world, least, most));
  schedule(world, at, { kind: 'broker-node-restarted', broker, node });
}

/** Node after node, so that a cluster goes on serving: developer-guide/rabbitmq-broker-architecture-cluster */
function reboot(world: World, { described }: Broker): void {
  described.BrokerState = 'REBOOT_IN_PROGRESS';
  nextNode(world, described.BrokerId, 0, world.now);
}

export const rebootOperations = {
  RebootBroker(world, { BrokerId }) {
    const broker = knownBroker(world, BrokerId);
    const { BrokerState } = broker.described;
    if (BrokerState !== 'RUNNING')
      throw badRequest(
        'broker-id',
        `Broker [${BrokerId}] can't be rebooted while it is in state [${BrokerState}].`,
      );
    reboot(world, broker);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;

export const mqEvents: EventHandlers<MqEvent> = {
  'broker-created'(world, { broker: id }) {
    const broker = brokerOf(world, id);
    if (broker !== undefined) broker.described.BrokerState = 'RUNNING';
  },

  'broker-deleted'(world, { broker: id }) {
    world.mq.brokers = world.mq.brokers.filter(({ described }) => described.BrokerId !== id);
  },

  'broker-node-restarted'(world, { broker: id, node: index }) {
    const broker = brokerOf(world, id);
    const node = broker?.nodes[index];
    if (broker === undefined || node === undefined) return;
    const [least, most] = world.mq.timings.nodeDown;
    node.downUntil = secondsFrom(world.now, drawBetween(world, least, most));
    log(world, broker, node, 'RabbitMQ is asked to stop...');
    connectionsCut(world, hostOf(world, broker));
    if (index + 1 < broker.nodes.length) nextNode(world, id, index + 1, node.downUntil);
    else schedule(world, node.downUntil, { kind: 'broker-rebooted', broker: id, waited: 0 });
  },

  'broker-rebooted'(world, { broker: id, waited }) {
    const broker = brokerOf(world, id);
    if (broker === undefined) return;
    const slow = Math.max(0, ...inForce(world, 'broker-reboot-slow').map(({ by }) => by));
    if (slow > waited) {
      schedule(world, later(world.now, slow - waited), { kind: 'broker-rebooted', broker: id, waited: slow });
      return;
    }
    for (const node of broker.nodes) {
      delete node.downUntil;
      log(world, broker, node, 'Server startup complete; 5 plugins started.');
    }
    takePending(world, broker);
    broker.described.BrokerState = 'RUNNING';
  },

  'broker-window-opened'(world, { broker: id }) {
    const broker = brokerOf(world, id);
    if (broker === undefined) return;
    delete broker.windowAwaited;
    if (broker.described.BrokerState === 'RUNNING' && isPending(broker)) reboot(world, broker);
  },
};
