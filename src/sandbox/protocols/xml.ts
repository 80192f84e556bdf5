import { XmlCodec } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { StaticStructureSchema } from '@smithy/types';

export function writeXml(
  schema: StaticStructureSchema | NormalizedSchema,
  value: object,
  xmlNamespace: string,
): Uint8Array {
  const serializer = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    xmlNamespace,
    serviceNamespace: '',
  }).createSerializer();
  serializer.write(schema, value);
  const written = serializer.flush();
  return typeof written === 'string' ? new TextEncoder().encode(written) : written;
}
