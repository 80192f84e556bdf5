import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { listingOperations } from './listing.ts';
import { randomPasswordOperations } from './random-password.ts';
import { replicationOperations } from './replication.ts';
import { rotationEvents, rotationOperations } from './rotation.ts';
import { secretOperations } from './secret-operations.ts';
import type { SecretsManagerEvent } from './state.ts';
import { valueOperations } from './value-operations.ts';

export const secretsManagerOperations = {
  ...secretOperations,
  ...listingOperations,
  ...valueOperations,
  ...rotationOperations,
  ...replicationOperations,
  ...randomPasswordOperations,
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;

export const secretsManager: Service = {
  name: 'secrets-manager',
  operations: secretsManagerOperations,
  // It notes the day of the last access.
  writes: ['GetSecretValue'],
};

export const secretsManagerEvents: EventHandlers<SecretsManagerEvent> = rotationEvents;
