import { XmlCodec } from '@aws-sdk/core/protocols';
import { AwsFault } from '../service.ts';
import { checkSigns } from './body-size.ts';
import { unzipped } from './content-encoding.ts';
import { writeErrorResponse } from './error-response.ts';
import { type BodyCodec, readBound, writeBound } from './http-binding.ts';
import { constraintViolation } from './misfit.ts';
import type { Protocol } from './protocol.ts';
import { operationAt } from './uri-template.ts';
import { writeXml } from './xml.ts';

/** REST with XML. https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
export function restXml(contentType: 'text/xml' | 'application/xml'): Protocol {
  const xml = (xmlNamespace: string): BodyCodec => ({
    contentType,
    read(schema, body) {
      checkSigns(body, '<');
      return reader.createDeserializer().read(schema, body);
    },
    write: (schema, value) => withDeclaration(writeXml(schema, value, xmlNamespace)),
  });
  return {
    open: unzipped,
    recognises: () => true,
    operationNamed: (request, _settings, operations) => operationAt(request, operations),
    readInput: (request, operation) => readBound(request, operation, xml('')),
    writeOutput(output, { output: schema, http }, { xmlNamespace }, requestId) {
      const {
        statusCode = http?.status ?? 200,
        headers,
        ...rest
      } = writeBound(schema, output, xml(xmlNamespace));
      return { ...rest, statusCode, headers: { ...headers, 'x-amzn-requestid': requestId } };
    },
    writeFault: (fault, { xmlNamespace }, requestId) => ({
      statusCode: fault.status,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: withDeclaration(writeErrorResponse(fault, xmlNamespace, requestId)),
    }),
    unknownOperation: (message) => new AwsFault('UnknownOperationException', message, { status: 404 }),
    unreadableBody: () => new AwsFault('MalformedInput', 'The request body cannot be read.'),
    // The code that Route 53 models for it.
    unfitInput: (misfit) => new AwsFault('InvalidInput', constraintViolation(misfit)),
  };
}

const reader = new XmlCodec({
  timestampFormat: { useTrait: true, default: 5 },
  xmlNamespace: '',
  serviceNamespace: '',
});

const declaration = new TextEncoder().encode('<?xml version="1.0" encoding="UTF-8"?>\n');

export function withDeclaration(document: Uint8Array): Uint8Array {
  const declared = new Uint8Array(declaration.byteLength + document.byteLength);
  declared.set(declaration);
  declared.set(document, declaration.byteLength);
  return declared;
}
