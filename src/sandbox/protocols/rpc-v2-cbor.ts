import { CborCodec } from '@smithy/core/cbor';
import { AwsFault } from '../service.ts';
import { unzipped } from './content-encoding.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import { absoluteTypeOf, queryErrorHeader, typedError } from './typed-error.ts';

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export const rpcV2Cbor: Protocol = {
  open: unzipped,
  recognises: ({ headers, path }, { target }) =>
    headers['smithy-protocol'] === 'rpc-v2-cbor' && operationIn(path)?.service === target,
  operationNamed: ({ path }) => operationIn(path)?.operation,
  readInput: ({ body }, operation) =>
    body.byteLength === 0 ? {} : codec.createDeserializer().read(operation.input, body),
  writeOutput(output, operation, _settings, requestId) {
    const head = headers(requestId);
    if (operation.output.isUnitSchema()) return { statusCode: 200, headers: head, body: new Uint8Array() };
    const serializer = codec.createSerializer();
    serializer.write(operation.output, output);
    return { statusCode: 200, headers: { ...head, 'content-type': contentType }, body: serializer.flush() };
  },
  writeFault(fault, _settings, requestId) {
    const serializer = codec.createSerializer();
    serializer.write(...typedError(fault, fault.schema ? absoluteTypeOf(fault.schema) : fault.code));
    return {
      statusCode: fault.status,
      // The one service that speaks CBOR, CloudWatch, came from query.
      headers: { ...headers(requestId), 'content-type': contentType, ...queryErrorHeader(fault) },
      body: serializer.flush(),
    };
  },
  unknownOperation: (message) => new AwsFault('UnknownOperationException', message, { status: 404 }),
  unreadableBody: () => new AwsFault('SerializationException', 'The request body cannot be read.'),
  unfitInput: (misfit) =>
    new AwsFault(
      misfit.kind === 'missing' ? 'ValidationException' : 'SerializationException',
      constraintViolation(misfit),
    ),
};

const codec = new CborCodec();
const contentType = 'application/cbor';

const headers = (requestId: string) => ({ 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId });

function operationIn(path: string): { service: string; operation: string } | undefined {
  const [, service, operation] = /\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(path) ?? [];
  return service === undefined || operation === undefined ? undefined : { service, operation };
}
