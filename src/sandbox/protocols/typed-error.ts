import type { StaticErrorSchema, StaticStructureSchema } from '@smithy/types';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { furtherMembers, messageMember, type WireFault } from './fault.ts';

/** An error whose body names its type, as both JSON RPC and CBOR have it. */
export function typedError(
  fault: WireFault,
  type: string,
): readonly [schema: StaticStructureSchema, value: object] {
  return [
    fault.schema ? typedErrorOf(fault.schema) : plainTypedError,
    { ...fault.members, __type: type, [messageMember(fault.schema)]: fault.message },
  ];
}

/** `com.amazonaws.cloudwatch#ResourceNotFound` */
export const absoluteTypeOf = (schema: StaticErrorSchema): string => `${schema[1]}#${schema[2]}`;

/** Keeps the code of the query protocol for clients that came from there. */
export const queryErrorHeader = ({ code, blame }: WireFault): Record<string, string> => ({
  'x-amzn-query-error': `${code};${blame}`,
});

const typedErrorSchema = (schema?: StaticErrorSchema) =>
  envelope('Error', [['__type', string], [messageMember(schema), string], ...furtherMembers(schema)]);
const plainTypedError = typedErrorSchema();
const typedErrorOf = derivedOnce<StaticErrorSchema, StaticStructureSchema>(typedErrorSchema);
