import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { agentEvents } from './agent.ts';
import { commandOperations } from './command-operations.ts';
import { documentOperations } from './documents.ts';
import { managedNodeOperations } from './managed-nodes.ts';
import { parameterListing } from './parameter-listing.ts';
import { parameterOperations } from './parameter-operations.ts';
import type { SystemsManagerEvent } from './state.ts';

export const ssmOperations = {
  ...parameterOperations,
  ...parameterListing,
  ...managedNodeOperations,
  ...documentOperations,
  ...commandOperations,
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;

export const ssm: Service = { name: 'ssm', operations: ssmOperations };

export const systemsManagerEvents: EventHandlers<SystemsManagerEvent> = agentEvents;
