import { JsonCodec2 } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticErrorSchema } from '@smithy/types';
import { AwsFault } from '../service.ts';
import { checkJson } from './body-size.ts';
import { unzipped } from './content-encoding.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { messageMember } from './fault.ts';
import { type BodyCodec, readBound, writeBound } from './http-binding.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import { membersOf } from './service-model.ts';
import { operationAt } from './uri-template.ts';

/** Codes for a member that is missing, or of another type. Each service has its own. */
export interface RestJsonCodes {
  readonly missing: string;
  readonly wrongType?: string;
}

/** REST with JSON. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function restJson({ missing, wrongType = missing }: RestJsonCodes): Protocol {
  return {
    open: unzipped,
    recognises: () => true,
    operationNamed: (request, _settings, operations) => operationAt(request, operations),
    readInput: (request, operation) => readBound(request, operation, json),
    writeOutput(output, { output: schema, http }, _settings, requestId) {
      const { statusCode = http?.status ?? 200, headers, ...rest } = writeBound(schema, output, json);
      return { ...rest, statusCode, headers: { ...headers, 'x-amzn-requestid': requestId } };
    },
    writeFault(fault, _settings, requestId) {
      const { headers, body } = writeBound(
        fault.schema ? errorOf(fault.schema) : plainError,
        // EFS models the code as a member that every error has.
        { ErrorCode: fault.code, ...fault.members, [messageMember(fault.schema)]: fault.message },
        json,
      );
      return {
        statusCode: fault.status,
        headers: {
          'content-type': json.contentType,
          ...headers,
          'x-amzn-requestid': requestId,
          'x-amzn-errortype': fault.schema?.[2] ?? fault.code,
        },
        body,
      };
    },
    unknownOperation: (message) => new AwsFault('UnknownOperationException', message, { status: 404 }),
    unreadableBody: () => new AwsFault('SerializationException', 'The request body cannot be read.'),
    unfitInput: (misfit) =>
      new AwsFault(misfit.kind === 'missing' ? missing : wrongType, constraintViolation(misfit)),
  };
}

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true });

const json: BodyCodec = {
  contentType: 'application/json',
  read(schema, body) {
    checkJson(body);
    return codec.createDeserializer().read(schema, new TextDecoder().decode(body));
  },
  write(schema, value) {
    const serializer = codec.createSerializer();
    serializer.write(schema, value);
    return serializer.flush();
  },
};

/** The error's own schema, with a message where it models none. */
const errorSchema = (schema?: StaticErrorSchema): NormalizedSchema => {
  const members = schema ? membersOf(NormalizedSchema.of(schema)) : [];
  const hasMessage = members.some(([name]) => name === messageMember(schema));
  return NormalizedSchema.of(
    envelope('Error', [...members, ...(hasMessage ? [] : [['message', string] as const])]),
  );
};
const plainError = errorSchema();
const errorOf = derivedOnce<StaticErrorSchema, NormalizedSchema>(errorSchema);
