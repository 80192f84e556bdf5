import { AwsFault } from '../service.ts';
import { unzipped } from './content-encoding.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { writeErrorResponse } from './error-response.ts';
import { actionIn, type FormStyle, formOf, isFormFor, readForm, withForm } from './form.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import type { Operation } from './service-model.ts';
import { writeXml } from './xml.ts';

/** AWS query: a form in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export const awsQuery: Protocol = {
  open: (request) => withForm(unzipped(request)),
  recognises: (request, { version }) => isFormFor(request, version),
  operationNamed: actionIn,
  readInput: (request, operation) => readForm(operation.input, formOf(request), style),
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
    body: writeErrorResponse(fault, xmlNamespace, requestId),
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
