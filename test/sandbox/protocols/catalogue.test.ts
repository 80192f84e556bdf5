import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import { clientOf } from './round-trip.ts';
import { sdkPackages, settingsOf } from './sdk-packages.ts';

/** How the SDK names the protocols that the sandbox serves, by what they call themselves on the wire. */
const contentTypes: Record<string, string> = {
  'aws.protocols#awsQuery': 'text/xml',
  'aws.protocols#ec2Query': 'text/xml;charset=UTF-8',
  'aws.protocols#awsJson1_0': 'application/x-amz-json-1.0',
  'aws.protocols#awsJson1_1': 'application/x-amz-json-1.1',
  'aws.protocols#restJson1': 'application/json',
  'aws.protocols#restXml': 'text/xml',
};

describe('the catalogue', () => {
  it.each(sdkPackages)("has $name's settings as the SDK's own client has them", (sdk) => {
    const client = clientOf(sdk, {}, async () => ({}));
    const { defaultSigningName, protocol, protocolSettings } = settingsOf(client);
    const entry = catalogue[sdk.name];
    expect(entry).toMatchObject({
      signingName: defaultSigningName,
      version: protocolSettings.version,
      xmlNamespace: protocolSettings.xmlNamespace ?? '',
      target: protocolSettings.serviceTarget,
    });
    const fault = {
      code: 'X',
      message: '',
      status: 400,
      blame: 'Sender',
      schema: undefined,
      members: {},
    } as const;
    const headers = entry?.protocols[0].writeFault(fault, entry, 'id').headers;
    expect(headers?.['content-type']).toBe(
      sdk.name === 's3' ? 'application/xml' : contentTypes[protocol.getShapeId()],
    );
    expect(headers?.['x-amzn-query-error']).toBe(
      protocolSettings.awsQueryCompatible ? 'X;Sender' : undefined,
    );
  });
});
