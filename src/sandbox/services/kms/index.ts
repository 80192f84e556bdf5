import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { aliasOperations } from './alias-operations.ts';
import { cryptography } from './cryptography.ts';
import { keyOperations } from './key-operations.ts';
import type { KmsEvent } from './state.ts';

export const kmsOperations = {
  ...keyOperations,
  ...aliasOperations,
  ...cryptography,
} satisfies Operations<typeof import('@aws-sdk/client-kms')>;

export const kms: Service = { name: 'kms', operations: kmsOperations };

export const kmsEvents: EventHandlers<KmsEvent> = {};
