import type { $SchemaRef, StaticStructureSchema } from '@smithy/types';

/** The SDK's own number for the schema of a string. */
export const string = 0;

/** A structure that no service models, around what one does. Made once each: the SDK keeps its normal form on the schema. */
export const envelope = (
  name: string,
  members: readonly (readonly [name: string, schema: $SchemaRef])[],
): StaticStructureSchema => [
  3,
  'runbook.sandbox',
  name,
  0,
  members.map(([member]) => member),
  members.map(([, schema]) => schema),
];
