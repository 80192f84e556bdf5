import { JsonCodec2 } from '@smithy/core/protocols';
import { AwsFault } from '../service.ts';
import { checkJson } from './body-size.ts';
import { unzipped } from './content-encoding.ts';
import { envelope } from './envelope.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import { absoluteTypeOf, queryErrorHeader, typedError } from './typed-error.ts';

/**
 * AWS JSON, in both versions. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 * `queryCompatible` is for services that came from query and keep its error codes beside the shapes' names:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
export function jsonRpc(version: '1.0' | '1.1', { queryCompatible = false } = {}): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    open: unzipped,
    recognises({ headers }, { target }) {
      const [mediaType] = (headers['content-type'] ?? '').split(';');
      const named = headers['x-amz-target'] ?? '';
      // Some clients write more before it: `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents`.
      return mediaType === contentType && `.${named.slice(0, named.lastIndexOf('.'))}`.endsWith(`.${target}`);
    },
    operationNamed: ({ headers }) => headers['x-amz-target']?.split('.').at(-1),
    readInput({ body }, operation) {
      checkJson(body);
      return codec.createDeserializer().read(operation.input, new TextDecoder().decode(body));
    },
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
      const type = fault.schema && (version === '1.0' ? absoluteTypeOf(fault.schema) : fault.schema[2]);
      const serializer = codec.createSerializer();
      serializer.write(...typedError(fault, type ?? fault.code));
      return {
        statusCode: fault.status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          ...(queryCompatible ? queryErrorHeader(fault) : {}),
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
}

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

const emptyOutput = envelope('EmptyOutput', []);
