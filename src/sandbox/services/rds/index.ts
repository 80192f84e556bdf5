import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { clusterEvents, clusterOperations } from './cluster-operations.ts';
import { describing } from './describing.ts';
import { failoverBegins, failoverEnds, writerPromoted } from './failover.ts';
import { groupOperations } from './groups.ts';
import { instanceEvents } from './instance-events.ts';
import { instanceOperations } from './instance-operations.ts';
import { clusterModification, modificationEvents } from './modify-cluster.ts';
import { quotaOperations } from './quotas.ts';
import { snapshotOperations } from './snapshot-operations.ts';
import type { RdsEvent } from './state.ts';
import { tagOperations } from './tags.ts';

export const rdsOperations = {
  ...describing,
  ...clusterOperations,
  ...clusterModification,
  ...instanceOperations,
  ...snapshotOperations,
  ...groupOperations,
  ...quotaOperations,
  ...tagOperations,
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

export const rds: Service = { name: 'rds', operations: rdsOperations };

export const rdsEvents: EventHandlers<RdsEvent> = {
  ...clusterEvents,
  ...modificationEvents,
  ...instanceEvents,
  'database-failover-begins': failoverBegins,
  'database-writer-promoted': writerPromoted,
  'database-failover-ends': failoverEnds,
};
