import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';

/** Deep enough for every branch; schemas that contain themselves end here. */
const deepest = 12;

/** The SDK's own number for the schema of a timestamp with this format. */
const httpDate = 6;

const customerKey = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const customerKeyMd5 = 'hRasmdxgYDKV3nvbahU1MA==';

/** By the member's name: S3's client checks these, writes them into the host, or makes the one from the other. */
const setValues: Readonly<Record<string, string | Date>> = {
  Bucket: 'amzn-s3-demo-bucket',
  ChecksumAlgorithm: 'CRC32',
  Expires: new Date(Date.UTC(2026, 11, 24)),
  ExpiresString: 'Thu, 24 Dec 2026 00:00:00 GMT',
  RequestRoute: 'route',
  SSECustomerKey: customerKey,
  SSECustomerKeyMD5: customerKeyMd5,
  CopySourceSSECustomerKey: customerKey,
  CopySourceSSECustomerKeyMD5: customerKeyMd5,
};

/**
 * A value of the schema with every member filled, each scalar different from the one before it, or `undefined` where
 * a schema that contains itself went too deep. Never an empty list, map or structure inside: forms cannot carry those.
 */
export function filledValue(schema: $SchemaRef): unknown {
  let count = 0;

  function fill(of: NormalizedSchema, within: readonly string[]): unknown {
    count += 1;
    if (within.length > deepest) return undefined;
    if (of.isStructSchema()) {
      const name = of.getName(true) ?? '';
      if (within.filter((outer) => outer === name).length > 1) return undefined;
      const members = [...of.structIterator()];
      const chosen = of.isUnionSchema() ? members.slice(count % members.length).concat(members) : members;
      const filled = chosen
        .map(([member, inner]) => [member, fill(inner, [...within, name])] as const)
        .filter(([, value]) => value !== undefined)
        .slice(0, of.isUnionSchema() ? 1 : undefined);
      return filled.length > 0 || within.length === 0 || members.length === 0
        ? Object.fromEntries(filled)
        : undefined;
    }
    if (of.isListSchema()) {
      const items = [1, 2].map(() => fill(of.getValueSchema(), [...within, '[]']));
      return items.includes(undefined) ? undefined : items;
    }
    if (of.isMapSchema()) {
      const values = (
        of.getMergedTraits().httpPrefixHeaders ? ['first', 'key-2'] : ['first key', 'key:2']
      ).map((key) => [key, fill(of.getValueSchema(), [...within, '{}'])] as const);
      return values.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(values);
    }
    return scalar(of);
  }

  function scalar(of: NormalizedSchema): unknown {
    const traits = of.getMergedTraits();
    const set = of.isMemberSchema() ? setValues[of.getMemberName()] : undefined;
    if (of.isStringSchema() && typeof set === 'string') return set;
    if (of.isTimestampSchema() && set instanceof Date) return set;
    if (of.isStringSchema()) return `<${count}> "it's" & größer +%2F=.\n${count}`;
    if (of.isBooleanSchema()) return count % 2 === 0;
    if (of.isNumericSchema()) return count % 3 === 0 ? -count : count;
    if (of.isTimestampSchema()) {
      // HTTP dates, as headers have them, have no fractions of a second.
      const fraction = traits.httpHeader || of.getSchema() === httpDate ? 0 : 250;
      return new Date(Date.UTC(2026, 2, 2, 2, 10, count % 60, fraction));
    }
    if (of.isDocumentSchema()) return { text: `${count}`, list: [count, true, null] };
    if (of.isBlobSchema()) return Uint8Array.of(0, 255, count % 256);
    throw new Error(`No value for ${of.getName(true)}: teach filledValue this kind of schema`);
  }

  const normalized = NormalizedSchema.of(schema);
  return normalized.isUnitSchema() ? {} : fill(normalized, []);
}

/** The same value with what differs in class only made equal: the SDK hands out blobs as `Buffer`s. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(comparable);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== '$metadata' && inner !== undefined)
      .map(([key, inner]) => [key, comparable(inner)]),
  );
}
