import type { Service } from '../../service.ts';
import { brokerOperations } from './brokers.ts';
import { configurationOperations } from './configurations.ts';
import { engineOperations } from './engine-versions.ts';
import { rebootOperations } from './restarts.ts';
import { tagOperations } from './tags.ts';
import { updateOperations } from './updates.ts';
import { userOperations } from './users.ts';

export { mqEvents } from './restarts.ts';

export const mqOperations = {
  ...brokerOperations,
  ...updateOperations,
  ...rebootOperations,
  ...userOperations,
  ...configurationOperations,
  ...engineOperations,
  ...tagOperations,
};

export const mq: Service = { name: 'mq', operations: mqOperations };
