import type { StaticErrorSchema, StaticStructureSchema } from '@smithy/types';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { furtherMembers, type WireFault } from './fault.ts';
import { writeXml } from './xml.ts';

/** The error document of query and, as Route 53 has it, of REST with XML. */
export const writeErrorResponse = (fault: WireFault, xmlNamespace: string, requestId: string): Uint8Array =>
  writeXml(
    fault.schema ? errorResponseOf(fault.schema) : plainErrorResponse,
    {
      Error: { ...fault.members, Type: fault.blame, Code: fault.code, Message: fault.message },
      RequestId: requestId,
    },
    xmlNamespace,
  );

const errorResponse = (schema?: StaticErrorSchema) =>
  envelope('ErrorResponse', [
    [
      'Error',
      envelope('Error', [['Type', string], ['Code', string], ['Message', string], ...furtherMembers(schema)]),
    ],
    ['RequestId', string],
  ]);

const plainErrorResponse = errorResponse();
const errorResponseOf = derivedOnce<StaticErrorSchema, StaticStructureSchema>(errorResponse);
