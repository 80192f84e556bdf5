import type { StaticErrorSchema } from '@smithy/types';
import { AwsFault } from '../service.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { furtherMembers } from './fault.ts';
import { actionIn, type FormStyle, formOf, readForm } from './form.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import type { Operation } from './service-model.ts';
import { writeXml } from './xml.ts';

/** AWS query: a form in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export const awsQuery: Protocol = {
  operationNamed: (request, { version }) => actionIn(request, version),
  readInput: ({ body }, operation) => readForm(operation.input, formOf(body), style),
  writeOutput: (output, operation, { xmlNamespace }, requestId) => ({
    statusCode: 200,
    headers: headers(requestId),
    body: writeXml(
      responseOf(operation),
      { [`${operation.name}Result`]: output, ResponseMetadata: { RequestId: requestId } },
      xmlNamespace,
    ),
  }),
  writeFault: (fault, { xmlNamespace }, requestId) => ({
    statusCode: fault.status,
    headers: headers(requestId),
    body: writeXml(
      fault.schema ? errorResponseOf(fault.schema) : plainErrorResponse,
      {
        Error: { ...fault.members, Type: fault.blame, Code: fault.code, Message: fault.message },
        RequestId: requestId,
      },
      xmlNamespace,
    ),
  }),
  unknownOperation: (message) => new AwsFault('InvalidAction', message),
  unreadableBody: () => new AwsFault('ValidationError', 'The parameters of the request cannot be read.'),
  unfitInput: (misfit) => new AwsFault('ValidationError', constraintViolation(misfit)),
};

const headers = (requestId: string) => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });

const style: FormStyle = { keyOf: (member, traits) => traits.xmlName ?? member, flatLists: false };

const responseMetadata = envelope('ResponseMetadata', [['RequestId', string]]);

const responseOf = derivedOnce(({ name, output }: Operation) =>
  envelope(`${name}Response`, [
    ...(output.isUnitSchema() ? [] : [[`${name}Result`, output.getSchema()] as const]),
    ['ResponseMetadata', responseMetadata],
  ]),
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
const errorResponseOf = derivedOnce<StaticErrorSchema, ReturnType<typeof envelope>>(errorResponse);
