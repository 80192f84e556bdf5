import { JsonCodec2 } from '@smithy/core/protocols';
import type { StaticErrorSchema } from '@smithy/types';
import { AwsFault } from '../service.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { furtherMembers, messageMember } from './fault.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';

/**
 * AWS JSON, in both versions. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 * `queryCompatible` is for services that came from query and keep its error codes beside the shapes' names:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
export function jsonRpc(version: '1.0' | '1.1', { queryCompatible = false } = {}): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    operationNamed({ headers }, { target }) {
      const [mediaType] = (headers['content-type'] ?? '').split(';');
      const named = headers['x-amz-target'] ?? '';
      return mediaType === contentType && named.startsWith(`${target}.`)
        ? named.slice(target.length + 1)
        : undefined;
    },
    readInput: ({ body }, operation) =>
      codec.createDeserializer().read(operation.input, new TextDecoder().decode(body)),
    writeOutput(output, operation, _settings, requestId) {
      const serializer = codec.createSerializer();
      serializer.write(operation.output.isUnitSchema() ? emptyOutput : operation.output, output);
      return {
        statusCode: 200,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
        body: serializer.flush(),
      };
    },
    writeFault(fault, _settings, requestId) {
      const serializer = codec.createSerializer();
      serializer.write(fault.schema ? errorBodyOf(fault.schema) : plainErrorBody, {
        ...fault.members,
        __type: typeOf(fault.schema) ?? fault.code,
        [messageMember(fault.schema)]: fault.message,
      });
      return {
        statusCode: fault.status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          ...(queryCompatible ? { 'x-amzn-query-error': `${fault.code};${fault.blame}` } : {}),
        },
        body: serializer.flush(),
      };
    },
    unknownOperation: (message) => new AwsFault('UnknownOperationException', message),
    unreadableBody: () => new AwsFault('SerializationException', 'The request body cannot be read.'),
    unfitInput: (misfit) =>
      misfit.kind === 'missing'
        ? new AwsFault('ValidationException', constraintViolation(misfit))
        : new AwsFault('SerializationException', constraintViolation(misfit)),
  };

  function typeOf(schema: StaticErrorSchema | undefined): string | undefined {
    return schema && (version === '1.0' ? `${schema[1]}#${schema[2]}` : schema[2]);
  }
}

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

const emptyOutput = envelope('EmptyOutput', []);

const errorBody = (schema: StaticErrorSchema | undefined) =>
  envelope('Error', [['__type', string], [messageMember(schema), string], ...furtherMembers(schema)]);
const plainErrorBody = errorBody(undefined);
const errorBodyOf = derivedOnce<StaticErrorSchema, ReturnType<typeof envelope>>(errorBody);
