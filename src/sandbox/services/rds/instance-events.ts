import { seconds } from '../../../duration.ts';
import { later, schedule } from '../../schedule.ts';
import type { EventHandlers, World } from '../../world.ts';
import { say } from './event-log.ts';
import { becomeWriter, staysDown } from './failover.ts';
import { findInstance } from './find.ts';
import { hostedZone, hostSuffix } from './new-cluster.ts';
import { bringUp, isOutOfReach, takeDown } from './serving.ts';
import type { InstanceState, RdsEvent } from './state.ts';
import { isStuck } from './stuck.ts';
import { drawSpan } from './timings.ts';

type InstanceEvent = Extract<RdsEvent, { dbInstance: string }>;

const retryEvery = seconds(30);

export const instanceEvents: EventHandlers<InstanceEvent> = {
  'database-instance-restarted'(world, event) {
    const found = findInstance(world, event.dbInstance);
    if (found === undefined) return;
    const { cluster, member } = found;
    const isHeld = event.demoted && staysDown(world, cluster.cluster.DBClusterIdentifier);
    if (isHeld || isOutOfReach(world, member)) {
      schedule(world, later(world.now, retryEvery), event);
      return;
    }
    if (cluster.writer === undefined) becomeWriter(world, cluster, member);
    bringUp(world, cluster, member);
    say(world, 'db-instance', event.dbInstance, 'availability', 'DB instance restarted');
  },

  'database-instance-stage'(world, { dbInstance, status }) {
    const found = findInstance(world, dbInstance);
    if (found !== undefined) found.member.instance.DBInstanceStatus = status;
  },

  /** The first instance of a cluster becomes its writer. */
  'database-instance-created'(world, { dbInstance }) {
    const found = findInstance(world, dbInstance);
    if (found === undefined) return;
    const { cluster, member } = found;
    if (isStuck(world, 'instance', dbInstance)) {
      schedule(world, later(world.now, retryEvery), { kind: 'database-instance-created', dbInstance });
      return;
    }
    member.instance.Endpoint = {
      Address: `${dbInstance}.${hostSuffix(world)}`,
      Port: cluster.cluster.Port,
      ...hostedZone(world),
    };
    if (cluster.writer === undefined) becomeWriter(world, cluster, member);
    bringUp(world, cluster, member);
    say(world, 'db-instance', dbInstance, 'creation', 'DB instance created');
  },

  'database-instance-modified'(world, { dbInstance }) {
    const found = findInstance(world, dbInstance);
    if (found === undefined) return;
    const { cluster, member } = found;
    applyPending(member);
    bringUp(world, cluster, member);
    say(world, 'db-instance', dbInstance, 'availability', 'DB instance restarted');
    const text = 'Finished applying modification to DB instance class';
    say(world, 'db-instance', dbInstance, 'configuration change', text);
  },

  'database-instance-window'(world, { dbInstance }) {
    const found = findInstance(world, dbInstance);
    const waits = found?.member.instance.PendingModifiedValues?.DBInstanceClass !== undefined;
    if (waits && found?.member.instance.DBInstanceStatus === 'available') changeClass(world, dbInstance);
  },

  'database-instance-deleted'(world, { dbInstance }) {
    const found = findInstance(world, dbInstance);
    if (found === undefined) return;
    const { cluster } = found;
    cluster.instances = cluster.instances.filter(
      ({ instance }) => instance.DBInstanceIdentifier !== dbInstance,
    );
    if (cluster.writer === dbInstance) cluster.writer = undefined;
    if (cluster.instances.length === 0) cluster.endpoint = { leadsTo: undefined, next: undefined };
    say(world, 'db-instance', dbInstance, 'deletion', 'DB instance deleted');
  },
};

function applyPending({ instance }: InstanceState): void {
  instance.DBInstanceClass = instance.PendingModifiedValues?.DBInstanceClass ?? instance.DBInstanceClass;
  instance.PendingModifiedValues = {};
}

/** The instance is away for some minutes, from its restart on another host until it is warm. */
export function changeClass(world: World, name: string): void {
  const found = findInstance(world, name);
  if (found === undefined) return;
  takeDown(world, found.cluster, found.member, 'modifying');
  const text = 'Applying modification to database instance class';
  say(world, 'db-instance', name, 'configuration change', text);
  schedule(world, later(world.now, drawSpan(world, 'classChange')), {
    kind: 'database-instance-modified',
    dbInstance: name,
  });
}
