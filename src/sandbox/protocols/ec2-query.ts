import { AwsFault } from '../service.ts';
import { unzipped } from './content-encoding.ts';
import { derivedOnce } from './derived-once.ts';
import { envelope, string } from './envelope.ts';
import { actionIn, type FormStyle, formOf, isFormFor, readForm, withForm } from './form.ts';
import type { Protocol } from './protocol.ts';
import { membersOf, type Operation } from './service-model.ts';
import { writeXml } from './xml.ts';

/** EC2's own dialect of query. https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const ec2Query: Protocol = {
  open: (request) => withForm(unzipped(request)),
  recognises: (request, { version }) => isFormFor(request, version),
  operationNamed: actionIn,
  readInput: (request, operation) => readForm(operation.input, formOf(request), style),
  writeOutput: (output, operation, { xmlNamespace }, requestId) => ({
    statusCode: 200,
    headers: headers(requestId),
    body: writeXml(responseOf(operation), { ...(output as object), requestId }, xmlNamespace),
  }),
  // EC2 models no error shapes, so there are no further members to write.
  writeFault: (fault, _settings, requestId) => ({
    statusCode: fault.status,
    headers: headers(requestId),
    body: writeXml(
      errorResponse,
      { Errors: { Error: { Code: fault.code, Message: fault.message } }, RequestID: requestId },
      '',
    ),
  }),
  unknownOperation: (message) => new AwsFault('InvalidAction', message),
  unreadableBody: () =>
    new AwsFault('InvalidQueryParameter', 'The parameters of the request cannot be read.'),
  unfitInput: ({ path, kind }) =>
    kind === 'missing'
      ? new AwsFault('MissingParameter', `The request must contain the parameter ${path.join('.')}`)
      : new AwsFault('InvalidParameterValue', `The value of the parameter ${path.join('.')} is not valid`),
};

const headers = (requestId: string) => ({
  'content-type': 'text/xml;charset=UTF-8',
  'x-amzn-requestid': requestId,
});

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const style: FormStyle = {
  keyOf: (member, traits) => {
    const own = traits['ec2QueryName'];
    return typeof own === 'string' ? own : capitalised(traits.xmlName ?? member);
  },
  flatLists: true,
};

const responseOf = derivedOnce(({ name, output }: Operation) =>
  envelope(`${name}Response`, [['requestId', string], ...membersOf(output)]),
);

const errorResponse = envelope('Response', [
  [
    'Errors',
    envelope('Errors', [
      [
        'Error',
        envelope('Error', [
          ['Code', string],
          ['Message', string],
        ]),
      ],
    ]),
  ],
  ['RequestID', string],
]);
